"""Session time goes on whatever the sender's clock does."""

from __future__ import annotations

import pytest

from streaming.session_clock import SessionClock
from vision.types import Seconds


class Ours:
    """Our own clock, moved by hand."""

    def __init__(self) -> None:
        self.t = 1000.0

    def __call__(self) -> float:
        return self.t


def test_frames_keep_their_distance_and_delay_does_not_move_them() -> None:
    ours = Ours()
    clock = SessionClock(ours)
    ours.t += 2.0
    first = clock.at(Seconds(0.0), ours.t)
    ours.t += 0.1
    late = clock.at(Seconds(0.1), ours.t + 0.3)
    assert first == pytest.approx(2.0)
    assert late == pytest.approx(2.1)
    assert clock.now() == pytest.approx(2.1)


def test_after_a_stall_of_the_senders_clock_time_is_not_behind() -> None:
    ours = Ours()
    clock = SessionClock(ours)
    clock.at(Seconds(10.0), ours.t)
    ours.t += 600.0
    assert clock.now() == pytest.approx(600.0)
    after = clock.at(Seconds(10.1), ours.t)
    assert after == pytest.approx(600.0)
    ours.t += 0.1
    assert clock.at(Seconds(10.2), ours.t) == pytest.approx(600.1)
    assert clock.now() >= after


def test_no_frame_is_from_the_future_or_before_the_one_before() -> None:
    ours = Ours()
    clock = SessionClock(ours)
    last = -1.0
    for index in range(200):
        ours.t += 1 / 30
        arrived = ours.t + (0.4 if index % 7 else 0.0)
        captured = clock.at(Seconds(index / 30), arrived)
        assert last < captured <= arrived - 1000.0 + 1e-9
        last = captured
