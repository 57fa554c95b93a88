from __future__ import annotations

import pytest
from links.link import Conditions
from links.scripts import BLACKOUT, blackout_starts, scripts

NAMES = {
    *("perfect", "loss 1 %", "loss 5 %", "loss 10 %", "bursts", "jitter", "reorder"),
    *("duplicate", "300 kbit/s", "blackout", "rebinding"),
}


def test_each_script_is_known_by_its_name() -> None:
    found = scripts(30)
    assert set(found) == NAMES
    assert all(script.name == name for name, script in found.items())


def test_the_ways_up_and_down_draw_from_other_seeds() -> None:
    seeds = [
        seed
        for given in (1, 2, 3)
        for script in (scripts(30, given)["loss 5 %"],)
        for seed in (script.up.seed, script.down.seed)
    ]
    assert len(set(seeds)) == 6


@pytest.mark.parametrize(("seconds", "starts"), [(10, ()), (19, (8,)), (30, (8, 19))])
def test_an_interruption_leaves_time_to_recover(seconds: float, starts: tuple[float, ...]) -> None:
    assert blackout_starts(seconds) == starts
    blackout = scripts(seconds)["blackout"]
    assert blackout.up.blackouts == tuple((start, start + BLACKOUT) for start in starts)
    assert blackout.interruptions() == blackout.up.blackouts
    rebinding = scripts(seconds)["rebinding"]
    assert rebinding.interruptions() == tuple((start, start) for start in starts)


def test_bursts_lose_about_as_many_as_five_percent() -> None:
    conditions: Conditions = scripts(30)["bursts"].up
    is_lost = conditions.loss.pattern(conditions.seed)
    assert sum(map(is_lost, range(20_000))) / 20_000 == pytest.approx(0.04, abs=0.01)
