from __future__ import annotations

import pytest

from streaming.sending.frame_rate import FrameRate

CLOCK = 90_000


def admitted(max_fps: int, stamps: list[int]) -> int:
    rate = FrameRate(max_fps, CLOCK)
    return sum(rate.admits(pts) for pts in stamps)


@pytest.mark.parametrize(("given", "allowed"), [(30, 20), (60, 30), (30, 10), (50, 30), (25, 24)])
def test_no_more_than_allowed_and_hardly_fewer(given: int, allowed: int) -> None:
    stamps = [frame * CLOCK // given for frame in range(given * 10)]
    assert allowed * 10 * 0.95 <= admitted(allowed, stamps) <= allowed * 10 + 1


@pytest.mark.parametrize("given", [1, 15, 30])
def test_all_where_there_are_not_too_many_even_if_they_jitter(given: int) -> None:
    stamps = [
        frame * CLOCK // given + (700 if frame % 2 else -700) + CLOCK for frame in range(given * 10)
    ]
    assert admitted(30, stamps) == len(stamps)


def test_after_a_pause_there_is_no_burst_to_catch_up() -> None:
    rate = FrameRate(10, CLOCK)
    assert rate.admits(0)
    burst = [CLOCK * 60 + frame * 1500 for frame in range(60)]
    assert sum(map(rate.admits, burst)) <= 12


def test_a_clock_that_jumps_back_does_not_stop_the_picture() -> None:
    rate = FrameRate(30, CLOCK)
    assert rate.admits(CLOCK * 1000)
    assert rate.admits(0)
    assert rate.admits(3000)


def test_the_rate_is_measured_and_never_above_the_bound() -> None:
    rate = FrameRate(30, CLOCK)
    assert rate.fps == 30
    for frame in range(60):
        rate.admits(frame * 6000)
    assert rate.fps == pytest.approx(15, rel=0.01)
    for frame in range(60):
        rate.admits(360_000 + frame * 1500)
    assert rate.fps <= 30
