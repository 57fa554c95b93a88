from __future__ import annotations

from dataclasses import replace

from tests.vision.watching.staged import Faults, Prop, stands, told, views
from vision.types import Seconds
from vision.watching import Appears, AtLeast, AtMost, GoneFor, Leaves, Rule, Subject
from vision.watching.presence import Presence
from vision.watching.things import COVERED_PATIENCE, HARD_PATIENCE, PATIENCE, SAME_WITHIN

PERSON, CUP = Subject(("person",)), Subject(("cup",))
SPOT = (0.4, 0.3, 0.15, 0.5)
CLEAN = Faults(misses=0)


def times(rule: Rule, props: list[Prop], seconds: float, faults: Faults = CLEAN) -> list[float]:
    return [t for t, _ in told(rule, views(props, seconds, 4, faults))]


def test_what_is_seen_badly_for_a_moment_did_not_come() -> None:
    assert times(Appears(CUP), [Prop("cup", stands(SPOT, 2, 5), 0.5, 0.015)], 8) == []


def test_what_is_seen_badly_but_steadily_is_believed_in_the_end() -> None:
    faint = [Prop("cup", stands(SPOT, 2), 0.5, 0.015)]
    [t] = times(AtLeast(CUP, 1), faint, 20)
    assert t > 5
    assert times(Appears(CUP), faint, 20) == [], "when it came can no longer be told"


def test_what_is_seen_badly_is_not_taken_to_be_absent() -> None:
    faint = [Prop("cup", stands(SPOT), score=0.5)]
    assert times(AtMost(CUP, 0), faint, 6) == []
    assert times(GoneFor(CUP, 2), faint, 6) == []
    assert len(times(AtMost(CUP, 0), [], 6)) == 1


def test_what_is_seen_badly_is_waited_for_longer() -> None:
    [clear] = times(Leaves(CUP), [Prop("cup", stands(SPOT, 0, 4), score=0.75)], 9)
    [hard] = times(Leaves(CUP), [Prop("cup", stands(SPOT, 0, 4), score=0.54)], 9)
    assert clear <= 4.0 + PATIENCE
    assert clear <= hard <= 4.0 + HARD_PATIENCE + 0.1


def test_what_was_missed_before_is_waited_for_longer() -> None:
    often_missed = Prop("person", lambda t: SPOT if t < 8 and t % 2 >= 0.35 else None)
    [t] = times(Leaves(PERSON), [often_missed], 12)
    assert 8 + PATIENCE < t < 9.5


def test_another_thing_at_the_same_place_under_another_name_is_the_same_thing() -> None:
    """The detector changes its mind: a cup is a dog from then on."""
    renamed = [Prop("cup", stands(SPOT, 0, 3)), Prop("dog", stands(SPOT, 3))]
    alarms = times(Leaves(CUP), renamed, 3 + COVERED_PATIENCE - 0.2)
    assert alarms == []


def test_what_came_back_soon_had_not_gone_for_the_count() -> None:
    presence = Presence(PERSON, Seconds(0))
    away = Prop("person", lambda t: None if 4 <= t < 4 + SAME_WITHIN - 0.3 else SPOT)
    came = [thing for view in views([away], 8, 4, CLEAN) for thing in presence.step(view).came]
    assert came == []
    assert len(presence.here) == 1


def test_colour_tells_who_is_meant_and_may_change_with_the_light() -> None:
    red = Subject(("person",), "red")

    def lit(t: float) -> str:
        return "" if t < 2.5 else "red" if t < 4 else "brown"

    seen = [
        replace(view, objects=tuple(replace(one, colour=lit(view.t)) for one in view.objects))
        for view in views([Prop("person", stands(SPOT, 2))], 9, 4, CLEAN)
    ]
    assert len(told(Appears(red), seen)) == 1
    assert told(Leaves(red), seen) == []
    assert told(Appears(Subject(("person",), "green")), seen) == []


def test_memory_is_bounded() -> None:
    presence = Presence(Subject(()), Seconds(0))
    for view in views([Prop("cup", stands(SPOT))], 60, 4, Faults(ghosts=0.9, jitter=0.01)):
        presence.step(view)
        assert len(presence._things) <= 60
