from __future__ import annotations

from streaming.receiving.timeline import MOST_LEAP, STAMPS, Timeline


def test_it_begins_at_zero_and_follows_the_timestamps() -> None:
    line = Timeline()
    assert [line.pts(1, stamp, 0.0) for stamp in (7000, 10_000, 13_003)] == [0, 3000, 6003]


def test_a_wrap_is_none() -> None:
    line = Timeline()
    stamps = (STAMPS - 3000, 0, 3000)
    assert [line.pts(1, stamp, 0.0) for stamp in stamps] == [0, 3000, 6000]


def test_another_sender_goes_on_as_much_later_as_the_clock_says() -> None:
    line = Timeline()
    line.pts(1, 5, 10.0)
    assert line.pts(2, 4_000_000_000, 10.5) == 45_000
    assert line.pts(2, 4_000_003_000, 10.5) == 48_000


def test_a_step_back_and_an_absurd_leap_go_by_the_clock() -> None:
    line = Timeline()
    line.pts(1, 100_000, 0.0)
    assert line.pts(1, 90_000, 0.1) == 9000
    assert line.pts(1, 90_000, 0.1) == 9001, "never the same twice"
    assert line.pts(1, 90_000 + MOST_LEAP + 90_000, 0.2) == 18_001


def test_a_pause_of_the_sender_is_believed() -> None:
    line = Timeline()
    line.pts(1, 0, 0.0)
    assert line.pts(1, 2 * MOST_LEAP, 120.0) == 2 * MOST_LEAP
    assert line.pts(1, 2 * MOST_LEAP + 3000, 125.0) == 2 * MOST_LEAP + 3000
