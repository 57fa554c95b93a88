"""Session time: media time that goes on while no frames come, and is never behind after a stall.

Frames carry the sender's clock, which may stand still while the phone sleeps or the network is
gone; deadlines have to be kept meanwhile. So the assistant lives by our own clock, onto which each
frame's capture time is laid with the smallest delay that was seen. When frames come more than
``JUMP`` later than that, their clock has stood still, and is laid on anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from vision.types import Seconds

JUMP = 1.0
"""Seconds of delay beyond the smallest that no network explains."""

LEAST_STEP = 1e-3
"""Seconds from one frame to the next, at least: time does not stand still."""


class SessionClock:
    """One session's. Starts with it, at 0."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._began = monotonic()
        self._offset: float | None = None
        self._last = -LEAST_STEP

    def now(self) -> Seconds:
        """Seconds since the session began."""
        return Seconds(self._monotonic() - self._began)

    def at(self, t: Seconds, arrived: float) -> Seconds:
        """When a frame was captured, in session time. Ask for frames in their order.

        Args:
            t: its capture time, media clock.
            arrived: monotonic seconds at which it came.
        """
        offset = arrived - self._began - t
        if self._offset is None or offset < self._offset or offset > self._offset + JUMP:
            self._offset = offset
        captured = max(t + self._offset, self._last + LEAST_STEP)
        self._last = captured
        return Seconds(captured)
