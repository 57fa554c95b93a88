"""A scripted sender, and a link that does to its packets what a script says. No clock is read."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from streaming.receiving.buffer import FrameBuffer, Outcome
from streaming.receiving.pieces import EncodedFrame, Piece

TICKS = 3000
"""Between two frames."""


@dataclass
class ScriptedSender:
    """Makes frames whose bytes tell which frame and which part they are."""

    sequence: int = 0
    stamp: int = 0
    source: int = 1
    marked: bool = True
    "Whether last packets bear the marker."
    sent: int = 0
    "Frames so far."
    keys: set[int] = field(default_factory=set)
    sizes: dict[int, int] = field(default_factory=dict)

    def frame(self, size: int = 1, *, key: bool = False) -> list[Piece]:
        """The packets of the next frame."""
        self.sizes[self.sent] = size
        if key:
            self.keys.add(self.sent)
        pieces = [self._piece(part, size, key=key) for part in range(size)]
        self.sent += 1
        self.stamp += TICKS
        return pieces

    def padding(self) -> Piece:
        """A packet without data; it bears the last frame's stamp."""
        return self._make(b"", stamp=self.stamp - TICKS)

    def whole(self, index: int) -> bytes:
        """The bytes of that frame."""
        return b"".join(b"%d.%d " % (index, part) for part in range(self.sizes[index]))

    def _piece(self, part: int, size: int, *, key: bool) -> Piece:
        begins, ends = key and part == 0, self.marked and part == size - 1
        return self._make(b"%d.%d " % (self.sent, part), marker=ends, opens=begins)

    def _make(
        self, data: bytes, *, marker: bool = False, opens: bool = False, stamp: int | None = None
    ) -> Piece:
        stamp = self.stamp if stamp is None else stamp
        sequence = self.sequence % (1 << 16)
        self.sequence += 1
        return Piece(self.source, sequence, stamp % (1 << 32), marker, "VP8", opens, opens, data)


def index_of(frame: EncodedFrame) -> int:
    """Which of the sender's frames it is."""
    return int(frame.data.split(b".")[0])


def feed(buffer: FrameBuffer, pieces: Sequence[Piece], now: float = 0.0) -> list[Outcome]:
    """All packets at one moment."""
    return [buffer.add(piece, now) for piece in pieces]


def frames_of(outcomes: Sequence[Outcome]) -> list[int]:
    """The indices of the frames that came out."""
    return [index_of(frame) for outcome in outcomes for frame in outcome.frames]


def asked_of(outcomes: Sequence[Outcome]) -> list[int]:
    """The sequence numbers that were asked for again."""
    return [number for outcome in outcomes for number in outcome.ask_for]


def keys_asked(outcomes: Sequence[Outcome]) -> int:
    """How often a key frame was asked for."""
    return sum(outcome.ask_key for outcome in outcomes)


Fate = tuple[float, ...]
"""What a packet meets: the extra seconds after which each copy of it comes; none if it is lost."""

LOST: Fate = ()
STRAIGHT: Fate = (0.0,)


@dataclass
class Link:
    """A sender, a link and a buffer, driven through scripted time."""

    sender: ScriptedSender
    fates: Iterator[Fate]
    "Of each packet and each message back, in turn."
    delay: float = 0.02
    "Seconds, one way."
    buffer: FrameBuffer = field(default_factory=FrameBuffer)
    released: list[EncodedFrame] = field(default_factory=list)
    outcomes: list[tuple[float, Outcome]] = field(default_factory=list)
    now: float = 0.0
    watch: Callable[[FrameBuffer], None] = lambda _: None
    "Called after everything that the buffer did."
    arrivals: list[float] = field(default_factory=list)
    "When packets came."
    history: dict[int, Piece] = field(default_factory=dict)
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _turns: Iterator[int] = field(default_factory=itertools.count)
    _ticks: deque[float] = field(default_factory=deque)
    _key_next: bool = True

    def play(self, sizes: Sequence[int], every: float = 1 / 30) -> None:
        """Sends frames of so many packets, then waits until all is quiet."""
        for turn, size in enumerate(sizes):
            self._at(self.now + turn * every, lambda size=size: self._send_frame(size))
        self.run_until(self.now + len(sizes) * every + 3.0)

    def run_until(self, end: float) -> None:
        while self._events and self._events[0][0] <= end:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self.now = end

    def _at(self, time: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._events, (time, next(self._turns), event))

    def _send_frame(self, size: int) -> None:
        key, self._key_next = self._key_next, False
        for piece in self.sender.frame(size, key=key):
            self.history[piece.sequence] = piece
            self._send(piece)

    def _send(self, piece: Piece) -> None:
        for extra in next(self.fates):
            arrival = self.now + self.delay + extra
            self._at(arrival, lambda: self._arrive(piece))

    def _arrive(self, piece: Piece) -> None:
        self.arrivals.append(self.now)
        self._drive(self.buffer.add(piece, self.now))

    def _drive(self, outcome: Outcome) -> None:
        self.outcomes.append((self.now, outcome))
        self.released.extend(outcome.frames)
        for frame in outcome.frames:
            self.buffer.shown(frame.number)
        self.watch(self.buffer)
        if outcome.ask_for:
            self._message(lambda: self._resend(outcome.ask_for))
        if outcome.ask_key:
            self._message(self._force_key)
        due = self.buffer.due
        if due is not None and (not self._ticks or due < self._ticks[0]):
            self._ticks.appendleft(due)
            self._at(max(due, self.now), self._tick)

    def _tick(self) -> None:
        self._ticks.popleft()
        self._drive(self.buffer.tick(self.now))

    def _message(self, effect: Callable[[], Any]) -> None:
        for extra in next(self.fates):
            self._at(self.now + self.delay + extra, effect)

    def _resend(self, sequences: Sequence[int]) -> None:
        for sequence in sequences:
            self._send(self.history[sequence])

    def _force_key(self) -> None:
        self._key_next = True
