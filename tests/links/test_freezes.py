from __future__ import annotations

import pytest
from links.freezes import Recovery, frozen, recoveries


def every(step: float, begin: float, end: float) -> list[float]:
    return [begin + step * count for count in range(round((end - begin) / step))]


def test_a_steady_picture_is_never_frozen() -> None:
    still = frozen(every(33, 0, 3000), begin=0, end=3000)
    assert (still.count, still.whole, still.excess) == (0, 0, 0)


def test_a_gap_counts_whole_and_less_what_it_might_have_taken() -> None:
    shown = [*every(50, 0, 1000), *every(50, 1950, 3000)]
    still = frozen(shown, begin=0, end=3000)
    assert (still.count, still.whole, still.excess) == (1, 1000, 850)


def test_gaps_add_up() -> None:
    still = frozen([100, 300, 400, 600], begin=0, end=700)
    assert (still.count, still.whole, still.excess) == (2, 400, 100)
    assert still.per_minute(60_000) == pytest.approx((0.4, 0.1))


def test_a_picture_that_stops_or_never_comes_is_frozen() -> None:
    assert frozen([], begin=1000, end=4000).whole == 3000
    assert frozen(every(50, 0, 1050), begin=0, end=4000).whole == 3000


def test_what_was_shown_outside_the_span_does_not_count() -> None:
    assert frozen([500, 900, 1100, 5000], begin=1000, end=1200).count == 0


def test_a_recovery_ends_with_a_new_frame_and_with_a_fresh_one() -> None:
    frames = [(900.0, 50.0), (2300.0, 800.0), (2400.0, 350.0), (2500.0, 450.0), (2600.0, 500.0)]
    assert recoveries(frames, [(1000.0, 2000.0)], end=3000) == [Recovery(first=300, fresh=400)]


def test_what_was_stored_up_before_is_no_recovery() -> None:
    frames = [(900.0, 50.0), (2100.0, 1200.0), (2300.0, 1200.0)]
    assert recoveries(frames, [(1000.0, 2000.0)], end=3000) == [Recovery(first=300, fresh=1000)]


def test_a_picture_that_never_comes_back_counts_to_the_end() -> None:
    assert recoveries([(900.0, 50.0)], [(1000.0, 2000.0)], end=9000) == [Recovery(7000, 7000)]
