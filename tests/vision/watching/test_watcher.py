from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.vision.watching.staged import EVERY, Faults, Prop, stands, told, views, walks
from vision.types import Seconds
from vision.watching import (
    Appears,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Judged,
    Leaves,
    Near,
    Rule,
    Subject,
    TextContains,
    Watcher,
)
from vision.watching.watcher import COOLDOWN, JUDGE_EVERY, VERDICT_WITHIN

PERSON, CUP, DOG, CAR = (Subject((label,)) for label in ("person", "cup", "dog", "car"))
SPOT = (0.4, 0.3, 0.15, 0.5)
OTHER_SPOT = (0.7, 0.3, 0.15, 0.5)
GOAL = 0.5
SEEDS = range(6)

Case = tuple[str, list[Prop], Rule, list[float]]

CASES: list[Case] = [
    ("pops up", [Prop("person", stands(SPOT, 3.04))], Appears(PERSON), [3.04]),
    ("walks in", [Prop("person", walks(3, 0.25))], Appears(PERSON), [3.3]),
    ("vanishes", [Prop("person", stands(SPOT, 0, 4.03))], Leaves(PERSON), [4.03]),
    ("walks out", [Prop("person", walks(0.5, 0.25))], Leaves(PERSON), [5.1]),
    ("walks out left", [Prop("person", walks(0.5, -0.4))], Leaves(PERSON), [3.38]),
    ("crosses", [Prop("person", walks(0.5, 0.25))], Enters(PERSON, "right half"), [2.8]),
    ("crosses back", [Prop("person", walks(0.5, -0.25))], Enters(PERSON, "left half"), [2.8]),
    (
        "second comes",
        [Prop("person", stands(SPOT)), Prop("person", stands(OTHER_SPOT, 4.02))],
        AtLeast(PERSON, 2),
        [4.02],
    ),
    (
        "first of two goes",
        [Prop("person", stands(SPOT, 0, 5.06)), Prop("person", stands(OTHER_SPOT))],
        AtMost(PERSON, 1),
        [5.06],
    ),
    (
        "two out of three",
        [
            Prop("person", stands(SPOT)),
            Prop("person", stands(OTHER_SPOT, 3.0)),
            Prop("person", stands((0.1, 0.3, 0.15, 0.5), 5.0)),
        ],
        Exactly(PERSON, 2),
        [3.0],
    ),
    ("last goes", [Prop("person", stands(SPOT, 0, 5.06))], AtMost(PERSON, 0), [5.06]),
    ("gone a while", [Prop("cup", stands(SPOT, 0, 3.0))], GoneFor(CUP, 2.0), [5.0]),
    (
        "comes near",
        [Prop("person", walks(0.5, 0.2)), Prop("cup", stands((0.8, 0.5, 0.1, 0.15)))],
        Near(PERSON, CUP),
        [4.19],
    ),
]


@pytest.mark.parametrize(
    ("props", "rule", "onsets"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_every_event_is_told_once_and_soon(
    props: list[Prop], rule: Rule, onsets: list[float]
) -> None:
    for seed in SEEDS:
        alarms = told(rule, views(props, 8.0, seed, Faults()))
        times = [t for t, _ in alarms]
        assert len(times) == len(onsets), (seed, times)
        for t, onset in zip(times, onsets, strict=True):
            assert -2 * EVERY <= t - onset <= GOAL + 1e-6, (seed, t, onset)


def test_the_onset_is_when_it_happened_not_when_it_was_sure() -> None:
    [(t, came)] = told(
        Appears(PERSON), views([Prop("person", stands(SPOT, 3.0))], 6, 1, Faults(misses=0))
    )
    assert came.onset == pytest.approx(3.0, abs=EVERY)
    assert t > came.onset
    [(_, went)] = told(
        Leaves(PERSON), views([Prop("person", stands(SPOT, 0, 3.0))], 6, 1, Faults(misses=0))
    )
    assert went.onset == pytest.approx(2.9, abs=1e-6)


QUIET = [
    Prop("person", stands(SPOT)),
    Prop("person", stands((0.7, 0.25, 0.2, 0.6)), 0.7),
    Prop("cup", stands((0.1, 0.6, 0.1, 0.12)), 0.65),
    Prop("car", stands((0.02, 0.1, 0.25, 0.2)), 0.8),
]
QUIET_RULES: list[Rule] = [
    Appears(DOG, every=True),
    *(Appears(one, every=True) for one in (PERSON, CUP, CAR)),
    *(Leaves(one, every=True) for one in (PERSON, CUP, CAR, DOG)),
    Enters(PERSON, "left half", every=True),
    AtLeast(PERSON, 3, every=True),
    AtMost(PERSON, 1, every=True),
    Exactly(PERSON, 1, every=True),
    AtLeast(DOG, 1, every=True),
    GoneFor(CUP, 2.0, every=True),
    Near(CUP, PERSON, every=True),
    AtMost(PERSON, 0, every=True),
]


@pytest.mark.parametrize(
    ("seconds", "faults"),
    [
        (600, Faults(jitter=0.008, misses=0.03, burst=1)),
        (300, Faults(jitter=0.006, misses=0.02, burst=3, ghosts=0.05)),
    ],
    ids=["ten minutes of jitter and drop-outs", "bursts and ghosts"],
)
def test_nothing_is_told_where_nothing_happens(seconds: float, faults: Faults) -> None:
    watchers = [Watcher(rule, Seconds(0)) for rule in QUIET_RULES]
    for view in views(QUIET, seconds, 5, faults):
        for watcher in watchers:
            firing = watcher.step(view, view.t)
            assert firing is None, (view.t, watcher.rule, firing)


def test_what_is_there_when_the_watch_begins_does_not_appear() -> None:
    seen = list(views([Prop("person", stands(SPOT))], 8, 3, Faults(misses=0.05)))
    assert told(Appears(PERSON), seen, began=4.0) == []
    assert told(Appears(PERSON), seen) == []


def test_a_state_that_holds_already_is_told_at_once() -> None:
    seen = list(views([Prop("person", stands(SPOT))], 8, 3, Faults()))
    [(t, firing)] = told(AtLeast(PERSON, 1), seen, began=4.0)
    assert t <= 4.2
    assert firing.why == "There is 1 person now."


def test_a_thing_found_again_under_another_number_did_not_come() -> None:
    """For 1.2 s it goes by another number elsewhere in the tracker: it was moved while unseen."""
    path = lambda t: SPOT if t < 4 else None if t < 5.2 else (0.47, 0.33, 0.15, 0.5)  # noqa: E731
    alarms = told(Appears(PERSON), views([Prop("person", path)], 9, 1, Faults(misses=0)))
    assert alarms == []


def test_a_thing_that_another_walks_in_front_of_has_not_gone() -> None:
    behind = Prop("person", lambda t: None if 3.0 <= t < 4.0 else SPOT)
    front = Prop("dog", lambda t: (-0.5 + 0.25 * t, 0.25, 0.3, 0.6) if t > 2 else None)
    assert told(Leaves(PERSON), views([behind, front], 6, 1, Faults(misses=0))) == []


def test_cooldown_silences_unless_each_time_counts() -> None:
    on_and_off = [Prop("person", lambda t: SPOT if t % 4 >= 2.1 else None)]
    seen = list(views(on_and_off, 14, 1, Faults(misses=0)))
    times = [t for t, _ in told(Appears(PERSON), seen)]
    assert all(later - t >= COOLDOWN[Appears] for t, later in pairwise(times))
    assert len(told(Appears(PERSON, every=True), seen)) == 3 > len(times)


def test_once_is_once() -> None:
    on_and_off = [Prop("person", lambda t: SPOT if t % 10 >= 5 else None)]
    seen = list(views(on_and_off, 28, 1, Faults(misses=0)))
    assert len(told(Appears(PERSON), seen)) == 3
    assert len(told(Appears(PERSON, once=True), seen)) == 1


def test_a_slow_detector_only_makes_it_slower() -> None:
    seen = list(views([Prop("person", stands(SPOT, 1.0, 6.0))], 12, 1, Faults(misses=0)))[::5]
    assert len(told(Appears(PERSON), seen)) == 1
    assert len(told(Leaves(PERSON), seen)) == 1


def test_judging_keeps_to_its_budget_and_tells_when_no_becomes_yes() -> None:
    watcher = Watcher(Judged("the light is green"), Seconds(0))
    assert watcher.due(Seconds(0))
    watcher.asked(Seconds(0))
    assert not watcher.due(Seconds(JUDGE_EVERY + 1)), "the verdict is still awaited"
    assert watcher.judged(yes=False, now=Seconds(2)) is None
    assert not watcher.due(Seconds(JUDGE_EVERY - 0.1))
    assert watcher.due(Seconds(JUDGE_EVERY))
    watcher.asked(Seconds(JUDGE_EVERY))
    firing = watcher.judged(yes=True, now=Seconds(7))
    assert firing is not None
    assert firing.onset == JUDGE_EVERY
    watcher.asked(Seconds(100))
    assert watcher.judged(yes=True, now=Seconds(101)) is None, "it was so before"


def test_a_verdict_that_never_comes_is_not_awaited_for_ever_and_is_no_no() -> None:
    watcher = Watcher(Judged("the light is green"), Seconds(0))
    watcher.asked(Seconds(0))
    assert watcher.due(Seconds(VERDICT_WITHIN))
    assert watcher.judged(yes=True, now=Seconds(1)) is not None
    assert watcher.judged(yes=None, now=Seconds(50)) is None
    assert watcher.judged(yes=True, now=Seconds(60)) is None, "no verdict is not a no"


def test_only_judged_rules_need_a_model_and_only_they() -> None:
    watcher = Watcher(Judged("it is raining"), Seconds(0))
    for view in views([Prop("person", stands(SPOT, 1))], 3, 1, Faults()):
        assert watcher.step(view, view.t) is None
    assert not Watcher(Appears(PERSON), Seconds(0)).due(Seconds(99))
    assert not Watcher(TextContains("x"), Seconds(0)).due(Seconds(99))


def test_it_is_deterministic() -> None:
    faults = Faults(misses=0.1, ghosts=0.1)
    runs = [told(Appears(PERSON), views(CASES[1][1], 8, 7, faults)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert np.isfinite(runs[0][0][1].onset)
