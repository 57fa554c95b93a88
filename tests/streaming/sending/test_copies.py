"""When packets leave twice."""

from __future__ import annotations

import pytest

from streaming.sending.copies import LEAST_LOSS, ROOM, Copies

FRAME = 1250
"""Octets: 300 kbit/s at 30 frames a second."""


def streamed(copies: Copies, seconds: float = 5.0, octets: int = FRAME) -> Copies:
    for number in range(round(seconds * 30)):
        copies.sent(octets, number / 30)
    return copies


def test_a_link_that_loses_nothing_gets_no_copies() -> None:
    copies = streamed(Copies())
    assert not copies.wanted(10_000_000)
    copies.reported(LEAST_LOSS / 2)
    assert not copies.wanted(10_000_000)


def test_a_link_that_loses_and_has_room_gets_copies() -> None:
    copies = streamed(Copies())
    copies.reported(0.05)
    assert copies.wanted(1_000_000)


@pytest.mark.parametrize("spare", [0.95, 1.05])
def test_copies_fit_into_what_is_allowed(spare: float) -> None:
    copies = streamed(Copies())
    copies.reported(0.05)
    assert copies.wanted(int(300_000 * ROOM * spare)) == (spare > 1)


def test_one_good_report_does_not_end_them_but_some_do() -> None:
    copies = streamed(Copies())
    copies.reported(0.05)
    copies.reported(0.0)
    assert copies.wanted(1_000_000)
    for _ in range(10):
        copies.reported(0.0)
    assert not copies.wanted(1_000_000)


def test_a_large_frame_alone_does_not_take_the_room_for_long() -> None:
    copies = streamed(Copies())
    copies.reported(0.05)
    copies.sent(20 * FRAME, 5.0)
    assert not copies.wanted(700_000)
    for number in range(1, 60):
        copies.sent(FRAME, 5.0 + number / 30)
    assert copies.wanted(700_000)


def test_nothing_is_copied_before_anything_was_sent() -> None:
    copies = Copies()
    copies.reported(1.0)
    assert not copies.wanted(1_000_000)
    copies.sent(FRAME, 0.0)
    assert not copies.wanted(1_000_000)


def test_a_blackout_is_not_remembered_for_longer_than_heavy_loss() -> None:
    copies = streamed(Copies())
    copies.reported(1.0)
    reports = 0
    while copies.wanted(1_000_000):
        copies.reported(0.0)
        reports += 1
    assert reports <= 9
