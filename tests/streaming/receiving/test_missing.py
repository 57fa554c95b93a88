from __future__ import annotations

import itertools
from math import inf

import pytest

from streaming.receiving.missing import (
    LEAST_PATIENCE,
    MOST_ASKED,
    MOST_PATIENCE,
    MOST_TRIES,
    SECOND_TRY,
    Missing,
)
from streaming.receiving.roundtrip import LEAST_WAIT


def test_nothing_is_due_without_a_gap() -> None:
    missing = Missing()
    assert missing.due == inf
    assert missing.ask(5.0) == ()
    assert missing.overdue(5.0) is None
    assert not missing.found(3, 5.0)


def test_a_packet_is_asked_for_a_few_times_and_then_overdue() -> None:
    missing = Missing()
    missing.note(5, 6, 0.0)
    missing._trip._note(LEAST_WAIT / 4)
    times = []
    while missing.overdue(missing.due) is None:
        now = missing.due
        assert missing.ask(now) == (5,)
        times.append(now)
    waits = [after - before for before, after in itertools.pairwise(times)]
    assert waits[0] == pytest.approx(LEAST_WAIT)
    assert waits == sorted(waits)
    assert 3 <= len(times) <= MOST_TRIES
    assert missing.due == LEAST_PATIENCE


def test_many_packets_are_asked_for_in_turns() -> None:
    missing = Missing()
    missing.note(0, MOST_ASKED + 10, 0.0)
    assert missing.ask(0.0) == tuple(range(MOST_ASKED))
    assert missing.due == 0.0
    assert missing.ask(0.0) == tuple(range(MOST_ASKED, MOST_ASKED + 10))
    assert missing.ask(0.0) == ()


def test_what_was_found_is_not_asked_for() -> None:
    missing = Missing()
    missing.note(0, 3, 0.0)
    assert missing.found(1, 0.01)
    assert missing.ask(0.01) == (0, 2)
    missing.forget_before(2)
    assert (missing.lost, missing.repaired, missing.given_up, len(missing)) == (3, 1, 1, 1)


@pytest.mark.parametrize("trip", [0.001, 0.05, 0.3])
def test_a_packet_is_asked_for_twice_and_then_once_in_a_round_trip(trip: float) -> None:
    missing, now = Missing(), 0.0
    asked: list[int] = []
    for place in range(60):
        missing.note(place, place + 1, now)
        end = now + trip
        asked.append(0)
        while missing.due < end:
            now = missing.due
            asked[-1] += len(missing.ask(now))
        assert missing.found(place, end)
        now = end + 1
    assert asked[-1] == (2 if trip > SECOND_TRY else 1)
    assert missing.patience > 2 * trip


def test_patience_has_bounds() -> None:
    missing = Missing()
    missing._trip._note(0.001)
    assert missing.patience == LEAST_PATIENCE
    missing._trip._note(50.0)
    assert missing.patience == MOST_PATIENCE
