"""Losses by a script, and how long each keeps the picture standing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tests.streaming.receiving.scripted import LOST, STRAIGHT, Fate, Link, ScriptedSender, index_of

EVERY = 1 / 30


def every(nth: int, then: Fate = LOST) -> Iterator[Fate]:
    """Each nth packet or message meets that fate."""
    return (then if turn % nth == nth - 1 else STRAIGHT for turn in itertools.count())


def pauses(link: Link) -> list[float]:
    """Seconds between the moments at which frames were released."""
    times = [frame.completed for frame in link.released]
    return [after - before for before, after in itertools.pairwise(times)]


def test_each_twentieth_packet_lost_costs_round_trips_but_no_frame_and_no_key_frame() -> None:
    link = Link(ScriptedSender(), every(20))
    link.play([5] * 300)
    assert [index_of(frame) for frame in link.released] == list(range(300))
    assert link.buffer.wish.asked == 0
    assert link.buffer.missing.repaired >= 70
    assert max(pauses(link)) < EVERY + 4 * link.delay + 0.08


def test_each_seventh_packet_and_message_lost_still_costs_no_frame() -> None:
    link = Link(ScriptedSender(), every(7))
    link.play([5] * 150)
    assert [index_of(frame) for frame in link.released] == list(range(150))


def test_after_a_blackout_the_first_packet_through_asks_for_a_key_frame() -> None:
    through, nothing = [STRAIGHT] * 150, [LOST] * 300
    link = Link(ScriptedSender(), itertools.chain(through, nothing, itertools.repeat(STRAIGHT)))
    link.play([5] * 150)
    key = next(frame for frame in link.released[1:] if frame.key)
    back = next(at for at, outcome in link.outcomes if at > 150 / 5 * EVERY + 1)
    assert key.completed - back <= 2 * link.delay + EVERY + 1e-6
    assert index_of(link.released[-1]) == 149


def test_reordering_alone_costs_no_frame() -> None:
    link = Link(ScriptedSender(), every(3, (0.03,)))
    link.play([4] * 90)
    assert [index_of(frame) for frame in link.released] == list(range(90))
    assert link.buffer.wish.asked == 0


def test_a_lost_request_for_a_key_frame_is_repeated() -> None:
    sender = ScriptedSender()
    sender.frame(key=True)
    link = Link(sender, itertools.chain([STRAIGHT, LOST], itertools.repeat(STRAIGHT)))
    link._key_next = False
    link.play([1] * 60)
    assert link.buffer.wish.asked == 2
    assert index_of(link.released[-1]) == 60
