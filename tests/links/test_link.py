from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from links.faults import Bursts, Chance, Exactly
from links.link import CLEAR, COPY_AFTER, JITTER_SLOT, Conditions, Fate, Link, Plan

SIZE = 1000
EVERY = 0.005
"Seconds from one packet to the next."


def run(conditions: Conditions, count: int = 2000, size: int = SIZE) -> list[Plan]:
    link = Link(conditions)
    return [link.plan(index, size, index * EVERY) for index in range(count)]


def share(plans: list[Plan], fate: Fate) -> float:
    return sum(plan.fate is fate for plan in plans) / len(plans)


def delays(plans: list[Plan]) -> list[float]:
    return [plan.departures[0] - index * EVERY for index, plan in enumerate(plans)]


EVERYTHING = Conditions(
    delay=0.05,
    jitter=0.02,
    loss=Bursts(100, 5),
    reorder=0.05,
    duplicate=0.05,
    rate=1_000_000,
    blackouts=((1.0, 1.5),),
    seed=11,
)


def test_a_clear_link_lets_everything_through_at_once() -> None:
    assert set(delays(run(CLEAR))) == {0.0}


def test_the_same_script_gives_the_same_decisions() -> None:
    assert run(EVERYTHING) == run(EVERYTHING)


def test_faults_do_not_change_each_other() -> None:
    alone = [plan.fate is Fate.LOST for plan in run(Conditions(loss=Chance(0.05)))]
    both = Conditions(loss=Chance(0.05), delay=0.1, jitter=0.05, reorder=0.2, duplicate=0.2)
    assert [plan.fate is Fate.LOST for plan in run(both)] == alone


@given(
    st.lists(st.tuples(st.floats(0, 0.1), st.integers(1, 1500)), max_size=60),
    st.integers(0, 2**32),
)
def test_nothing_departs_before_it_came_or_more_than_twice(
    packets: list[tuple[float, int]], seed: int
) -> None:
    link, now = Link(Conditions(**{**vars_of(EVERYTHING), "seed": seed})), 0.0
    for index, (step, size) in enumerate(packets):
        now += step
        plan = link.plan(index, size, now)
        assert len(plan.departures) <= 2
        assert all(at >= now + 0.03 for at in plan.departures)


def vars_of(conditions: Conditions) -> dict[str, object]:
    return {name: getattr(conditions, name) for name in conditions.__slots__}


def test_a_delay_is_the_same_for_all() -> None:
    assert delays(run(Conditions(delay=0.05))) == pytest.approx([0.05] * 2000)


def test_jitter_stays_within_its_bounds_holds_for_a_while_and_keeps_order() -> None:
    plans = run(Conditions(delay=0.05, jitter=0.02))
    departures = [plan.departures[0] for plan in plans]
    assert departures == sorted(departures)
    found = delays(plans)
    assert min(found) < 0.035
    assert max(found) > 0.065
    assert all(0.03 - 1e-9 <= delay <= 0.07 + 1e-9 for delay in found)
    slot = round(JITTER_SLOT / EVERY)
    assert len(set(map(round_ms, found))) < len(found) / slot * 3


def round_ms(delay: float) -> int:
    return round(delay * 1e6)


def test_loss_hits_the_packets_of_the_script() -> None:
    plans = run(Conditions(loss=Exactly(frozenset({3, 4}))), count=8)
    assert [index for index, plan in enumerate(plans) if not plan.departures] == [3, 4]
    assert plans[3].fate is Fate.LOST


def test_a_reordered_packet_is_overtaken_and_holds_up_nobody() -> None:
    plans = run(Conditions(reorder=0.1, held_back=0.03))
    assert share(plans, Fate.OVERTAKEN) == pytest.approx(0.1, abs=0.02)
    for plan, delay in zip(plans, delays(plans), strict=True):
        expected = 0.03 if plan.fate is Fate.OVERTAKEN else 0.0
        assert delay == pytest.approx(expected)


def test_a_duplicate_follows_its_original() -> None:
    plans = run(Conditions(duplicate=0.1))
    copies = [plan for plan in plans if plan.fate is Fate.DUPLICATED]
    assert len(copies) / len(plans) == pytest.approx(0.1, abs=0.02)
    assert all(b - a == pytest.approx(COPY_AFTER) for a, b in (c.departures for c in copies))


def test_a_rate_is_kept_to_and_what_the_queue_cannot_hold_is_lost() -> None:
    conditions = Conditions(rate=300_000, queue=8_000)
    plans = run(conditions)  # 1.6 Mbit/s come for ten seconds
    passed = [plan.departures[0] for plan in plans if plan.departures]
    assert len(passed) * SIZE * 8 / (passed[-1] - passed[0]) == pytest.approx(300_000, rel=0.01)
    assert share(plans, Fate.OVERFLOW) == pytest.approx(1 - 300 / 1600, abs=0.01)
    waits = [delay for plan, delay in zip(plans, padded(plans), strict=True) if plan.departures]
    assert max(waits) <= 8_000 * 8 / 300_000 + 1e-9


def padded(plans: list[Plan]) -> list[float]:
    return [
        plan.departures[0] - index * EVERY if plan.departures else 0.0
        for index, plan in enumerate(plans)
    ]


def test_below_its_rate_a_link_only_takes_the_time_of_sending() -> None:
    plans = run(Conditions(rate=16_000_000))
    assert delays(plans) == pytest.approx([SIZE * 8 / 16_000_000] * 2000)


def test_nothing_comes_through_a_blackout_and_everything_after_it() -> None:
    plans = run(Conditions(blackouts=((1.0, 3.0), (5.0, 6.0))))
    dark = {index for index, plan in enumerate(plans) if plan.fate is Fate.BLACKOUT}
    assert dark == {*range(200, 600), *range(1000, 1200)}


@pytest.mark.parametrize(
    "given",
    [
        {"delay": -0.1},
        {"delay": 0.01, "jitter": 0.02},
        {"reorder": 1.5},
        {"duplicate": -0.5},
        {"rate": 0},
        {"queue": 0},
    ],
)
def test_conditions_that_cannot_be_are_refused(given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"delays|probability|rate"):
        Conditions(**given)  # type: ignore[arg-type]
