"""Packets in; whole frames, lists of packets to ask for again, and wishes for key frames out.

Driving contract: ``add`` with every packet and ``tick`` whenever ``due`` says, both with the time
by any clock that does not step back; ``need_key_frame`` when the decoder lost its way. Each gives
an ``Outcome``, and everything in it is to be done. Nothing here waits, sleeps or reads a clock.

What comes out, comes in the order of its sequence numbers, and can be decoded: each frame is whole,
and follows the one before it without a gap or is a key frame.

- A frame ends with its marked packet, or where a packet with another timestamp follows.
- A gap holds back what follows it. It is closed by its packets, by a whole key frame beyond it
  (the newest wins), or by the end of patience; then all is dropped up to the next key frame.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from streaming.receiving.keyruns import KeyRuns
from streaming.receiving.line import SEQUENCES, Line
from streaming.receiving.missing import MOST_MISSING, Missing
from streaming.receiving.pieces import EncodedFrame, Piece
from streaming.receiving.timeline import MEDIA_CLOCK, STAMPS, Timeline
from streaming.receiving.wish import KeyFrameWish

MOST_HELD = 2048
"""Packets that wait behind a gap, and packets of one frame; what has more of them is dropped."""

MOST_BYTES = 9000
"""Of one packet: a jumbo frame's. Larger ones are garbage."""

HOPELESS_PACKETS = 64
"""A gap of more packets than these..."""

HOPELESS_SPAN = 0.25
"""...and of more seconds of media is given up at once: a key frame is there sooner."""

DARK = 0.3
"""Seconds without a packet after which requests are taken for lost: the way back was dark too."""

QUIET = 2.0
"""Seconds without a packet after which nothing is asked for: nobody is there to hear it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be done now."""

    frames: tuple[EncodedFrame, ...] = ()
    "For the decoder, in this order."
    ask_for: tuple[int, ...] = ()
    "Sequence numbers to ask for again (NACK), ascending."
    ask_key: bool = False
    "Ask for a key frame (PLI)."


NOTHING = Outcome()


class FrameBuffer:
    """Makes frames of one stream's packets."""

    def __init__(self) -> None:
        self.missing = Missing()
        self.wish = KeyFrameWish()
        self.counts: Counter[str] = Counter()
        "Packets that were of no use: ``late``, ``stray``, ``oversized``; frames ``undecodable``."
        self._line = Line()
        self._frontier = 0
        self._held: dict[int, Piece] = {}
        self._runs = KeyRuns()
        self._open: list[Piece] = []
        self._headed = False
        self._timeline = Timeline()
        self._stamp = 0
        self._needs_key = True
        self._key_stamp: int | None = None
        self._heard = 0.0
        self._released: list[EncodedFrame] = []
        self._number = 0
        self._last_key = -1

    @property
    def source(self) -> int | None:
        """SSRC of the stream; none before its first packet."""
        return self._line.source

    @property
    def size(self) -> int:
        """Packets held."""
        return len(self._held) + len(self._open)

    @property
    def due(self) -> float | None:
        """When to call ``tick``, if nothing comes until then; none if there is no need."""
        due = min(self.missing.due, self.wish.due)
        return due if due <= self._heard + QUIET else None

    def add(self, piece: Piece, now: float) -> Outcome:
        """Takes one packet, whatever its place."""
        if now - self._heard > DARK:
            self.wish.unheard(now)
        self._heard = now
        if len(piece.data) > MOST_BYTES:
            self.counts["oversized"] += 1
            return self._outcome(now)
        place = self._line.place(piece)
        if place is None:
            self._meet(piece, now)
        elif place == self._frontier > self._line.highest:  # nothing is missing: nearly always
            self._line.highest = place
            self._consume(piece, now)
        else:
            self._take(place, piece, now)
        if self._released or self.wish.wanted or self.missing:
            return self._outcome(now)
        return NOTHING

    def tick(self, now: float) -> Outcome:
        """Does what is due without a packet."""
        return self._outcome(now)

    def need_key_frame(self, now: float, *, after: int | None = None) -> Outcome:
        """The decoder cannot go on; ``after`` is the frame it failed at, if it was one.

        A failure before the newest key frame is no longer of interest.
        """
        if after is None or after >= self._last_key:
            self._lose_track(now)
        return self._outcome(now)

    def shown(self, number: int) -> None:
        """The decoder made a picture of that frame."""
        if number >= self._last_key:
            self.wish.shown()

    def _meet(self, piece: Piece, now: float) -> None:
        believed = self._line.meet(piece)
        if not believed:
            self.counts["stray"] += 1
            return
        self._skip_to(self._line.highest + 1)
        self._needs_key = True
        first, *others = believed
        self._frontier = self._line.restart(first)
        if not first.opens:
            self.wish.want(now)
        self._consume(first, now)
        for other in others:
            self._take(self._line.highest + 1, other, now)

    def _expect(self, piece: Piece, now: float) -> None:
        """While a key frame is needed: whether it is on its way."""
        if not self._needs_key:
            return
        if piece.opens:
            self._key_stamp = piece.stamp
        if piece.stamp == self._key_stamp:
            self.wish.under_way(now)

    def _take(self, place: int, piece: Piece, now: float) -> None:
        ahead = place - self._line.highest
        if ahead > 0:
            self._line.highest = place
            if ahead > 1:
                self._note_gap(place - ahead + 1, place, piece, now)
        elif not self.missing.found(place, now):
            self.counts["late"] += 1
            return
        if place == self._frontier:
            self._consume(piece, now)
            self._advance(now)
        else:
            self._expect(piece, now)
            self._hold(place, piece, now)

    def _note_gap(self, first: int, end: int, piece: Piece, now: float) -> None:
        self.missing.note(first, end, now)
        many = end - first > HOPELESS_PACKETS
        span = (piece.stamp - self._stamp) % STAMPS / MEDIA_CLOCK
        if len(self.missing) > MOST_MISSING or (many and span > HOPELESS_SPAN):
            self._give_up_to(end, now)

    def _hold(self, place: int, piece: Piece, now: float) -> None:
        self._held[place] = piece
        start = self._runs.whole_with(place, self._held)
        if start is not None:
            self._skip_to(start)
            self._advance(now)
        elif len(self._held) > MOST_HELD:
            self._give_up_to(self._line.highest + 1, now)

    def _give_up_to(self, place: int, now: float) -> None:
        self._lose_track(now)
        self._skip_to(place)
        self._advance(now)

    def _lose_track(self, now: float) -> None:
        self._needs_key = True
        self._key_stamp = None
        self.wish.want(now)

    def _skip_to(self, place: int) -> None:
        """Everything before that place is of no use."""
        self.missing.forget_before(place)
        self._held = {at: piece for at, piece in self._held.items() if at >= place}
        self._runs.forget_before(place)
        self._frontier = place
        self._open = []
        self._headed = False

    def _advance(self, now: float) -> None:
        """Takes up what waited for the frontier."""
        if not self._held:
            return
        while (piece := self._held.pop(self._frontier, None)) is not None:
            self._consume(piece, now)
        self._runs.forget_before(self._frontier)

    def _consume(self, piece: Piece, now: float) -> None:
        """The packet at the frontier: goes to its frame, which it may end."""
        self._frontier += 1
        if not piece.data:
            return
        if self._open and piece.stamp != self._stamp:
            self._finish(now)
        if self._needs_key:
            self._expect(piece, now)
        if piece.opens and not self._headed:
            self._open, self._headed = [], True
        self._stamp = piece.stamp
        self._open.append(piece)
        if piece.marker:
            self._finish(now)
        elif len(self._open) > MOST_HELD:
            self._open, self._headed = [], False
            self._lose_track(now)

    def _finish(self, now: float) -> None:
        pieces, whole = self._open, self._headed
        self._open, self._headed = [], True
        key = any(piece.key for piece in pieces)
        if not whole or (self._needs_key and not key):
            self.counts["undecodable"] += 1
            self._disappoint(now)
            return
        if key:
            self._needs_key = False
            self._last_key = self._number
            self.wish.granted()
        self._release(pieces, now, key=key)

    def _disappoint(self, now: float) -> None:
        """A frame ended without a key picture: if it was taken for a key frame, none is coming."""
        if self._stamp == self._key_stamp:
            self._key_stamp = None
            self.wish.want(now)

    def _release(self, pieces: list[Piece], now: float, *, key: bool) -> None:
        first, data = pieces[0], b"".join([piece.data for piece in pieces])
        pts = self._timeline.pts(first.source, first.stamp, now)
        self._released.append(
            EncodedFrame(self._number, first.source, first.stamp, pts, first.codec, key, now, data)
        )
        self._number += 1

    def _outcome(self, now: float) -> Outcome:
        if not self.missing and not self.wish.wanted:
            return Outcome(self._drained()) if self._released else NOTHING
        overdue = self.missing.overdue(now)
        if overdue is not None:
            self._give_up_to(overdue + 1, now)
        asked = sorted(place % SEQUENCES for place in self.missing.ask(now))
        return Outcome(self._drained(), tuple(asked), self.wish.ask(now))

    def _drained(self) -> tuple[EncodedFrame, ...]:
        frames, self._released = tuple(self._released), []
        return frames
