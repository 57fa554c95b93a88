"""One line of media time over all the connections of a session, each of which counts from 0.

Where the person is back soon, most of what was in view still is: the gap is then taken for a camera
that stood still, so that objects keep their ids. After a longer one as much time has passed as by
our own clock, and what was followed is given up by the tracker's own rules.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from streaming.frames import MEDIA_CLOCK
from streaming.ingest import Arrival
from vision.types import Seconds

SAME_VIEW = 5.0
"""Seconds without a picture after which another view is to be expected."""

STANDSTILL = 0.1
"""Seconds of media time that a shorter gap counts as."""


class MediaTime:
    """A session's. ``joined`` gives one connection's frames on it, one connection at a time."""

    def __init__(self) -> None:
        self._last: Arrival | None = None
        self.shift: int | None = None
        "Ticks by which the frames of this connection are later here; None before the first."

    async def joined(self, arrivals: AsyncIterator[Arrival]) -> AsyncIterator[Arrival]:
        """The frames, with ``t`` and ``pts`` after all that came before."""
        self.shift = None
        async for arrival in arrivals:
            if self.shift is None:
                self.shift = self._shift(arrival)
            pts = arrival.pts + self.shift
            self._last = replace(arrival, pts=pts, t=Seconds(pts / MEDIA_CLOCK))
            yield self._last

    def _shift(self, first: Arrival) -> int:
        """Ticks to be added from this frame on, the first of its connection."""
        if self._last is None:
            return 0
        gap = first.arrived - self._last.arrived
        counted = gap if gap > SAME_VIEW else min(max(gap, 0.0), STANDSTILL)
        return self._last.pts + max(1, round(counted * MEDIA_CLOCK)) - first.pts
