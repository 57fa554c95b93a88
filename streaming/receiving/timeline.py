"""RTP timestamps made into one line of media time.

The line begins with the first frame and never goes back: a wrap is none, and a sender that begins
anew (another SSRC, a step back, an absurd leap) goes on where it was, as much later as the clock
says.
"""

from __future__ import annotations

MEDIA_CLOCK = 90_000
"""Ticks a second of the timestamps (RFC 7741, section 4.1; RFC 6184, section 8.2.1)."""

MOST_LEAP = 60 * MEDIA_CLOCK
"""Ticks that a timestamp may run ahead of the clock between two frames."""

STAMPS = 1 << 32
"""RTP timestamps wrap here."""


class Timeline:
    """Media time of one receiver's frames, in ticks."""

    def __init__(self) -> None:
        self._source: int | None = None
        self._stamp = 0
        self._now = 0.0
        self._pts = 0

    def pts(self, source: int, stamp: int, now: float) -> int:
        """Ticks since the first frame, for the next one; ``source`` is its SSRC."""
        if self._source is not None:
            self._pts += self._step(source, stamp, now)
        self._source, self._stamp, self._now = source, stamp, now
        return self._pts

    def _step(self, source: int, stamp: int, now: float) -> int:
        passed = int((now - self._now) * MEDIA_CLOCK)
        step = (stamp - self._stamp) % STAMPS
        if source == self._source and 0 < step <= passed + MOST_LEAP:
            return step
        return max(passed, 1)
