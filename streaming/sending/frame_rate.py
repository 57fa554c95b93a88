"""How many frames a second are encoded: never more than allowed, and how many there are."""

from __future__ import annotations

SMOOTHING = 0.1
"""Weight of the newest interval in the measured rate."""

LONGEST = 1.0
"""Seconds; a longer interval was a pause and says nothing of the rate."""


class FrameRate:
    """Admits frames by their time stamps."""

    def __init__(self, max_fps: int, clock: int) -> None:
        """``clock`` is the ticks a second of the time stamps."""
        self._least = clock / max_fps
        self._max_fps = max_fps
        self._clock = clock
        self._due: float | None = None
        self._last: int | None = None
        self._interval = self._least

    @property
    def fps(self) -> float:
        """Frames a second that were admitted lately; ``max_fps`` at first."""
        return min(self._max_fps, self._clock / self._interval)

    def admits(self, pts: int) -> bool:
        """Whether the frame of that time stamp is encoded.

        Half an interval of grace lets a camera's jitter through; over time the bound holds.
        """
        due = self._due
        if due is None or abs(due - pts) > self._clock:
            due = float(pts)
        if pts < due - self._least / 2:
            return False
        self._due = max(due, pts - self._least) + self._least
        self._measure(pts)
        return True

    def _measure(self, pts: int) -> None:
        if self._last is not None and 0 < pts - self._last <= LONGEST * self._clock:
            self._interval += SMOOTHING * (pts - self._last - self._interval)
        self._last = pts
