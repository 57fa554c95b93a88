from __future__ import annotations

import itertools
from math import inf

from streaming.receiving.wish import (
    INTERVAL,
    LONGEST_INTERVAL,
    LONGEST_ON_ITS_WAY,
    ON_ITS_WAY,
    KeyFrameWish,
)


def test_nothing_is_asked_for_that_is_not_wanted() -> None:
    wish = KeyFrameWish()
    assert wish.due == inf
    assert not wish.ask(10.0)


def test_it_is_asked_at_once_then_at_growing_distances_up_to_a_bound() -> None:
    wish = KeyFrameWish()
    wish.want(1.0)
    times = []
    for _ in range(8):
        times.append(wish.due)
        assert wish.ask(wish.due)
        assert not wish.ask(times[-1])
    waits = [after - before for before, after in itertools.pairwise(times)]
    assert times[0] == 1.0
    assert waits == sorted(waits)
    assert abs(waits[0] - INTERVAL) < 1e-9
    assert abs(waits[-1] - LONGEST_INTERVAL) < 1e-9


def test_wanting_it_again_does_not_shorten_the_distance() -> None:
    wish = KeyFrameWish()
    wish.want(0.0)
    assert wish.ask(0.0)
    wish.granted()
    wish.want(0.1)
    assert not wish.ask(0.1)
    assert wish.ask(INTERVAL)


def test_one_on_its_way_is_waited_for() -> None:
    wish = KeyFrameWish()
    wish.want(0.0)
    wish.ask(0.0)
    wish.under_way(0.2)
    wish.under_way(0.4)
    assert not wish.ask(0.4 + ON_ITS_WAY - 0.01)
    assert wish.ask(0.4 + ON_ITS_WAY)
    wish.granted()
    assert wish.due == inf


def test_one_that_never_ends_is_not_waited_for_without_end() -> None:
    wish = KeyFrameWish()
    for turn in range(100):
        wish.under_way(turn / 30)
        if wish.ask(turn / 30):
            break
    assert LONGEST_ON_ITS_WAY <= turn / 30 < LONGEST_ON_ITS_WAY + 0.1


def asked_in_ten_seconds(*, shown: bool) -> int:
    """Requests, where each brings a key frame that is of no use."""
    wish = KeyFrameWish()
    for turn in range(300):
        wish.want(turn / 30)
        if wish.ask(turn / 30):
            wish.granted()
            if shown:
                wish.shown()
    return wish.asked


def test_key_frames_that_cannot_be_decoded_are_asked_for_ever_more_seldom() -> None:
    assert asked_in_ten_seconds(shown=True) >= 30
    assert asked_in_ten_seconds(shown=False) <= 13


def test_requests_that_nobody_heard_do_not_delay_the_next() -> None:
    wish = KeyFrameWish()
    wish.want(0.0)
    for now in (0.0, 0.3, 0.8, 1.5):
        wish.ask(now)
    wish.unheard(1.6)
    assert wish.ask(1.6)
    assert not wish.ask(1.6 + INTERVAL / 2)
    assert wish.ask(1.6 + INTERVAL)
    wish.granted()
    wish.unheard(5.0)
    assert not wish.ask(5.0)
