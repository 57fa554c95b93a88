from __future__ import annotations

import pytest

from streaming.receiving.roundtrip import (
    FIRST_WAIT,
    HELD,
    LEAST_WAIT,
    MOST_HELD,
    MOST_WAIT,
    RoundTrip,
)


def test_before_any_answer_it_is_guessed() -> None:
    assert RoundTrip().wait == FIRST_WAIT


def test_a_packet_that_came_once_was_an_answer() -> None:
    trip = RoundTrip()
    for turn in range(40):
        trip.came(turn, turn * HELD, turn * HELD + 0.1)
    assert trip.wait == pytest.approx(0.1, abs=0.01)


def test_of_a_packet_that_came_twice_the_second_was_the_answer() -> None:
    trip = RoundTrip()
    for turn in range(40):
        trip.came(turn, turn * HELD, turn * HELD + 0.004)
        trip.again(turn, turn * HELD + 0.2)
    assert trip.wait == pytest.approx(0.2, abs=0.01)


def test_a_packet_that_was_never_asked_for_says_nothing() -> None:
    trip = RoundTrip()
    trip.again(3, 5.0)
    assert trip.wait == FIRST_WAIT


def test_waits_and_what_is_held_have_bounds() -> None:
    trip = RoundTrip()
    for turn in range(3 * MOST_HELD):
        trip.came(turn, 0.0, 0.0)
    assert len(trip._held) == MOST_HELD
    trip.came(-1, HELD, HELD)
    assert trip.wait == LEAST_WAIT
    for turn in range(60):
        trip.came(turn, 0.0, 10.0 + turn * HELD)
    assert trip.wait == MOST_WAIT
