"""The figures of a session that never was."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from links.link import Conditions
from links.outcome import Outcome, Session, Verdict, line, outcome, verdicts
from links.relay import Relay, Script

BEGAN = 1000.0
FRAME = 1000 / 30
AGE = 60.0
BLACKOUT = Conditions(blackouts=((8.0, 10.0),))


def session(frames: int = 600, dark: tuple[float, float] = (0, 0)) -> Session:
    """Twenty seconds of thirty frames a second, but for those captured in the dark."""
    taken = [(BEGAN + FRAME * number, number % 360) for number in range(frames)]
    local = [[at, number] for at, number in taken]
    remote = [[at + AGE, number] for at, number in taken if not dark[0] <= at - BEGAN < dark[1]]
    stats: dict[str, Any] = {"ended": BEGAN + 20_000, "sent": {}, "received": {}}
    return Session(local, remote, stats, {}, BEGAN)


def judged(script: Script, given: Session, system: str = "openeyes") -> Outcome:
    return outcome(system, Relay(script), given)


def test_a_perfect_session() -> None:
    found = judged(Script("perfect"), session())
    assert found.fps == pytest.approx(30, rel=0.01)
    assert (found.p50, found.p95) == pytest.approx((AGE, AGE))
    assert (found.freezes, found.frozen_s_per_min) == (0, 0)
    assert found.recovery_ms is None
    assert found.seconds == pytest.approx(16)
    assert all(4000 <= t <= 20_000 for t, _ in found.timeline)


def test_a_blackout_freezes_and_ends() -> None:
    script = Script("blackout", up=BLACKOUT, down=BLACKOUT)
    found = judged(script, session(dark=(8000, 10_300)))
    assert found.freezes == 1
    gap = 2300 + FRAME
    assert found.frozen_s_per_min == pytest.approx(gap / 16_000 * 60, rel=0.02)
    excess = found.frozen_s_per_min - found.frozen_excess_s_per_min
    assert excess == pytest.approx(150 / 16_000 * 60)
    assert found.recovery_ms == pytest.approx(300 + AGE, abs=FRAME)
    assert found.fresh_ms == found.recovery_ms


def test_a_frame_from_before_the_blackout_is_no_recovery() -> None:
    script = Script("blackout", up=BLACKOUT, down=BLACKOUT)
    late = session(dark=(7900, 10_300))
    late.remote.append([BEGAN + 10_050, 238])
    late.remote.sort()
    found = judged(script, late)
    assert found.recovery_ms == pytest.approx(300 + AGE, abs=FRAME), "it was taken before"
    assert found.fresh_ms == pytest.approx(300 + AGE, abs=FRAME)


def test_a_session_in_which_nothing_came_back_can_be_told_and_kept() -> None:
    found = judged(Script("dead"), session(dark=(0, 1e9)))
    assert (found.fps, found.p50, found.p95, found.timeline) == (0, None, None, [])
    assert found.frozen_s_per_min == pytest.approx(60)
    assert "dead" in line(found)
    assert json.loads(json.dumps(asdict(found)))["frozen_s_per_min"] == 60


def test_ours_is_told_over_the_echo() -> None:
    script = Script("blackout", up=BLACKOUT, down=BLACKOUT)
    outcomes = [
        judged(script, session(dark=(8000, 10_000 + late)), system)
        for system, late in (("openeyes", 100), ("echo", 900), ("echo", 1100))
    ]
    (told,) = verdicts(outcomes)
    assert told.figure == "recovery_ms"
    assert told.ours == pytest.approx(100 + AGE, abs=FRAME)
    assert told.echo == pytest.approx(1000 + AGE, abs=FRAME)
    assert told.holds
    assert "goal 0.5" in str(told)
    assert list(verdicts(outcomes[:1])) == []


def test_a_goal_may_be_missed() -> None:
    missed = Verdict("loss 5 %", "frozen_s_per_min", ours=2.0, echo=4.0, goal=0.4)
    assert not missed.holds
    assert "missed" in str(missed)
    nothing_frozen = Verdict("loss 5 %", "frozen_s_per_min", ours=0.0, echo=0.0, goal=0.4)
    assert nothing_frozen.holds
    assert str(nothing_frozen)
