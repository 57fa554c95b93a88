"""One session's way to the engine and back: its newest frame in, its newest result out."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

from streaming.mailbox import Closed, Mailbox
from streaming.stats import Rate
from vision.picture import Picture
from vision.types import Detections, Seconds


@dataclass(frozen=True, slots=True)
class Sight:
    """One frame offered for detection."""

    picture: Picture
    "Read-only from here on."
    t: Seconds
    "Capture time, media clock."
    pts: int
    "The same, 90 kHz ticks."
    rtp: int | None
    "The sender's own RTP timestamp."
    captured: float | None
    "Unix seconds by the sender's clock, if its sender reports told."
    arrived: float
    "Monotonic seconds at which the decoded frame came."


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one sight."""

    sight: Sight
    detections: Detections | None
    "None when the detector failed."
    error: str
    "Why it failed, for people; empty when it did not."
    seconds: float
    "How long the detector took, for it and for all that it looked at in the same run."
    rung: str = ""
    "Name of the input size that the detector is kept at; empty for one that has no choice."


class Lane:
    """One session's way to the engine and back."""

    def __init__(self, wake: Callable[[], None], min_interval: float) -> None:
        self._wake = wake
        self._waiting: Mailbox[Sight] = Mailbox()
        self._results: Mailbox[Result] = Mailbox()
        self._offers = Rate()
        self._min_interval = min_interval
        self._not_before = 0.0
        self._taken = 0
        self.alone_until = -math.inf
        "Monotonic time until which no other frame goes into a run with one of this lane."
        self._waits_since = self._came = -math.inf

    @property
    def dropped(self) -> int:
        """Frames that newer ones replaced before the detector was free."""
        return self._waiting.dropped

    @property
    def looks(self) -> int:
        """Frames that were taken before the one that was taken last."""
        return max(0, self._taken - 1)

    def offer(self, sight: Sight) -> None:
        """Leaves the newest frame; it replaces one that still waits."""
        self._came = time.monotonic()
        self._offers.add(self._came)
        if self._waiting.empty:
            self._waits_since = self._came
        self._waiting.put(sight)
        self._wake()

    def offered_hz(self, now: float) -> float:
        """Frames a second that came lately."""
        return self._offers.per_second(now)

    async def results(self) -> AsyncIterator[Result]:
        """What the detector saw, newest only, until the lane is closed."""
        with suppress(Closed):
            while True:
                yield await self._results.get()

    def due(self) -> float:
        """From when on there is a frame that may be taken, monotonic; infinite where none waits."""
        return math.inf if self._waiting.empty else max(self._not_before, self._waits_since)

    def expected(self, now: float) -> float:
        """From when on there will be one, as far as can be told; infinite where that is not known.

        A camera's frames come evenly, more or less. One that is overdue by a whole interval is not
        expected any more: the person may have turned to something else.
        """
        if not self._waiting.empty:
            return self.due()
        often = self.offered_hz(now)
        if not often or now > self._came + 2 / often:
            return math.inf
        return max(self._not_before, self._came + 1 / often)

    def take(self, now: float) -> Sight | None:
        """The waiting frame, unless this lane was served too short a time ago."""
        sight = self._waiting.take() if now >= self._not_before else None
        if sight is not None:
            self._not_before = now + self._min_interval
            self._taken += 1
        return sight

    def deliver(self, result: Result) -> None:
        """Hands a result to the session."""
        self._results.put(result)

    def close(self) -> None:
        """Ends ``results``; what still waits is forgotten."""
        self._waiting.close()
        self._results.close()
