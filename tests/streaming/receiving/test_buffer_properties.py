"""Whatever the link does, what comes out can be decoded, and the stream recovers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.receiving.buffer import DARK, MOST_BYTES, MOST_HELD, FrameBuffer
from streaming.receiving.line import MOST_AHEAD, SEQUENCES
from streaming.receiving.missing import MOST_ASKED, MOST_MISSING, MOST_PATIENCE, MOST_TRIES
from streaming.receiving.pieces import EncodedFrame, Piece
from streaming.receiving.wish import INTERVAL
from tests.streaming.receiving.scripted import (
    LOST,
    STRAIGHT,
    Fate,
    Link,
    ScriptedSender,
    index_of,
)

FATES: st.SearchStrategy[Fate] = st.one_of(
    st.just(STRAIGHT),
    st.just(STRAIGHT),
    st.just(LOST),
    st.tuples(st.floats(0, 0.2)),
    st.tuples(st.floats(0, 0.05), st.floats(0, 1.5)),
)
SENDERS = st.builds(
    ScriptedSender,
    sequence=st.integers(0, SEQUENCES - 1),
    stamp=st.integers(0, (1 << 32) - 1),
    marked=st.booleans(),
)


def check_bounds(buffer: FrameBuffer) -> None:
    assert buffer.size <= 2 * MOST_HELD + 1
    assert len(buffer.missing) <= MOST_MISSING
    missing = buffer.missing
    assert missing.lost == missing.repaired + missing.given_up + len(missing)


def check_decodable(sender: ScriptedSender, released: Sequence[EncodedFrame]) -> None:
    """In order, whole, and never a delta frame without the one before it."""
    before = None
    for frame in released:
        index = index_of(frame)
        assert frame.data == sender.whole(index)
        assert frame.key == (index in sender.keys)
        assert before is None or index > before
        assert frame.key or before == index - 1
        before = index
    stamps = [frame.pts for frame in released]
    assert stamps == sorted(set(stamps))


@settings(max_examples=60, deadline=None)
@given(
    SENDERS,
    st.lists(st.integers(1, 5), min_size=5, max_size=40),
    st.lists(FATES, max_size=120),
    st.sampled_from([0.002, 0.03, 0.15]),
)
def test_what_comes_out_can_be_decoded_and_the_stream_recovers(
    sender: ScriptedSender, sizes: list[int], fates: list[Fate], delay: float
) -> None:
    link = Link(sender, itertools.chain(fates, itertools.repeat(STRAIGHT)), delay)
    link.watch = check_bounds
    link.play(sizes)
    link.play([1] * 60)
    check_decodable(sender, link.released)
    last = sender.sent - 1 if sender.marked else sender.sent - 2
    assert index_of(link.released[-1]) == last
    assert not link.buffer.missing
    assert link.buffer.due is None
    check_requests(link)


def check_requests(link: Link) -> None:
    """Neither packets nor key frames are asked for too often."""
    asked = [number for _, outcome in link.outcomes for number in outcome.ask_for]
    assert max((asked.count(number) for number in set(asked)), default=0) <= MOST_TRIES
    assert all(len(outcome.ask_for) <= MOST_ASKED for _, outcome in link.outcomes)
    keys = [at for at, outcome in link.outcomes if outcome.ask_key]
    lit = {now for before, now in itertools.pairwise(link.arrivals) if now - before > DARK}
    for before, after in itertools.pairwise(keys):
        assert after - before >= INTERVAL - 1e-9 or after in lit


@settings(max_examples=40, deadline=None)
@given(SENDERS, st.permutations(range(24)))
def test_any_order_within_the_patience_loses_nothing(
    sender: ScriptedSender, order: list[int]
) -> None:
    buffer = FrameBuffer()
    sender.marked = True
    released = list(buffer.add(*sender.frame(key=True), 0.0).frames)
    pieces = [piece for _ in range(8) for piece in sender.frame(3)]
    for position in order:
        released += buffer.add(pieces[position], MOST_PATIENCE / 100).frames
    assert [index_of(frame) for frame in released] == list(range(9))
    check_decodable(sender, released)


HUGE = bytes(MOST_BYTES + 1)
PIECES = st.builds(
    Piece,
    source=st.integers(1, 2),
    sequence=st.one_of(st.integers(0, 40), st.integers(0, SEQUENCES - 1)),
    stamp=st.one_of(st.integers(0, 4), st.integers(0, (1 << 32) - 1)),
    marker=st.booleans(),
    codec=st.just("VP8"),
    opens=st.booleans(),
    key=st.booleans(),
    data=st.sampled_from([b"", b"x", HUGE]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(PIECES, st.floats(0, 0.4)), max_size=80))
def test_garbage_neither_breaks_it_nor_makes_it_grow(pieces: list[tuple[Piece, float]]) -> None:
    buffer, now, numbers = FrameBuffer(), 0.0, []
    for piece, pause in pieces:
        now += pause
        outcome = buffer.add(piece, now)
        numbers += [frame.number for frame in outcome.frames]
        while buffer.due is not None and buffer.due <= now:
            numbers += [frame.number for frame in buffer.tick(now).frames]
        check_bounds(buffer)
    assert numbers == list(range(len(numbers)))
    assert len(buffer.missing) <= MOST_AHEAD
