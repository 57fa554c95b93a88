from __future__ import annotations

import pytest
from fairness import WARM_UP, Outcome, Person, Stretch, judged
from stamped_client import Notes


def person(rate: float = 8.0, late: float = 110.0, problems: tuple[str, ...] = ()) -> Person:
    return Person(rate, 15.0, [80.0, 80.0], [100.0, late], 0, list(problems))


def outcome(people: list[Person], lag: float) -> Outcome:
    return Outcome(people, [Stretch(lag, stolen=0.01)] * 2)


def test_fair_and_steady_is_all_that_is_asked() -> None:
    assert outcome([person(8.0), person(6.5)], lag=20.0).failures() == []


def test_time_is_judged_by_the_calm_stretches() -> None:
    stretches = [Stretch(9.0, 0.02), Stretch(80.0, 0.4), Stretch(11.0, 0.05), Stretch(70.0, 0.2)]
    found = Outcome([Person(8.0, 15.0, [50.0] * 4, [60.0, 90.0, 65.0, 95.0], 0, [])], stretches)
    assert found.judged == [0, 2]
    assert (found.lag_p99, found.people[0].growth(found.judged)) == (10.0, 5.0)
    assert found.failures() == []


def test_where_no_two_stretches_are_calm_all_are_judged() -> None:
    found = Outcome([person()], [Stretch(9.0, 0.02), Stretch(41.0, 0.4)])
    assert (found.judged, found.lag_p99) == ([0, 1], 25.0)
    assert "loop lag" in found.failures()[0]


@pytest.mark.parametrize(
    ("people", "lag", "words"),
    [
        ([person(8.0), person(6.3)], 5.0, "slowest over fastest 0.79"),
        ([person(0.0), person(0.0)], 5.0, "slowest over fastest 0.00"),
        ([person(late=111.0), person()], 5.0, "person 1: p95 grew by 11 ms"),
        ([person(), person()], 20.1, "loop lag"),
        ([person(), person(problems=("no detector",))], 5.0, "person 2 was told: no detector"),
    ],
)
def test_what_does_not_hold_is_named(people: list[Person], lag: float, words: str) -> None:
    (failure,) = outcome(people, lag).failures()
    assert words in failure


def test_figures_come_stretch_by_stretch_without_the_warm_up() -> None:
    early = [(index / 10, 9000.0) for index in range(int(WARM_UP * 10))]
    first = [(WARM_UP + index / 2, 50.0) for index in range(60)]
    second = [(WARM_UP + 30 + index / 2, 70.0) for index in range(60)]
    notes = Notes(latencies=early + first + second, detect_hz=[1.0] * int(WARM_UP) + [7.0, 9.0])
    found = judged(vars(notes), 60.0)
    assert (found.p50, found.p95) == ([50.0, 70.0], [50.0, 70.0])
    assert (found.detect_hz, found.fps, found.growth([0, 1])) == (8.0, 2.0, 20.0)


def test_too_few_frames_are_no_figures() -> None:
    notes = Notes(latencies=[(WARM_UP + 1, 50.0)] * 30)
    with pytest.raises(SystemExit, match="too few frames"):
        judged(vars(notes), 60.0)
