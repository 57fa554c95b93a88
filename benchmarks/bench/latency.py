"""From the rows that ``harness.js`` notes to figures. Pure.

A row is ``[shown, number, captured, received, decoding, width, height]``: milliseconds of the
page's clock, None where the browser does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

CLIP = 360
"""Numbers that the fake camera counts through, over and over: the frames of the sample."""

FRAME_MS = 1000 / 30
"""From one of the camera's frames to the next."""

KEPT = 4 * CLIP
"""Previews that are remembered: nobody is told to be later than that, 48 s."""

BACKWARDS = 30
"""Numbers by which a returned frame may be before the last one: misread, not a round later."""

LONGEST_GAP = 5e3
"""Milliseconds: after a longer one, a returned frame is counted anew, by its newest preview."""

UNKNOWN = -1

TRIM = 0.05
"""Part of the values left out at each end of a trimmed mean."""

SIZE = (640, 480)
"""Width and height that the camera has, and that is held."""

Row: TypeAlias = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """One returned frame; milliseconds."""

    shown: float
    "When it was on the screen, by the page's clock."
    latency: float
    """Since it was captured, or where that is not told, since the preview showed the same number:
    up to two of the screen's frames after, by the luck of the run."""
    preview: float | None = None
    "From capture to preview."
    away: float | None = None
    "From capture until its last packet was back."
    arriving: float | None = None
    "From its last packet to the screen."
    held: bool = True
    "Whether it has the camera's size."


class Matcher:
    """Finds for each returned frame when the preview showed it; notes may come in portions.

    The clip repeats its numbers, and a system may fall behind by more than the clip is long. So
    numbers are counted on from frame to frame: previews by the time that has passed, since they
    are never late by much; returned frames by their order, since they come back in it.
    """

    def __init__(self, clip: int = CLIP) -> None:
        self._clip = clip
        self._previews: dict[int, Row] = {}
        self._newest: tuple[int, float] | None = None
        "Count and time of the newest preview."
        self._returned: tuple[int, float] | None = None
        "The same of the newest returned frame."
        self._waiting: list[Row] = []

    def match(self, local: Iterable[Row], remote: Iterable[Row]) -> list[Frame]:
        """The returned frames whose preview is known; the last ``KEPT`` previews are."""
        found = []
        waiting = [*self._waiting, *local]
        taken = 0
        for row in remote:
            while taken < len(waiting) and waiting[taken][0] <= row[0]:
                self._preview(waiting[taken])
                taken += 1
            preview = self._previews.get(self._count(row))
            if preview is not None:
                found.append(_frame(preview, row))
        self._waiting = waiting[taken:]
        return found

    def _preview(self, row: Row) -> None:
        shown, number = row[0], int(row[1])
        count = number
        if self._newest is not None:
            last, when = self._newest
            expected = last + round((shown - when) / FRAME_MS)
            count = expected + self._signed(number - expected, self._clip // 2)
        self._newest = (count, shown)
        self._previews[count] = row
        while len(self._previews) > KEPT:
            del self._previews[next(iter(self._previews))]

    def _count(self, row: Row) -> int:
        """Of a returned frame; of none that there is where it cannot be known."""
        if self._newest is None:
            return UNKNOWN
        shown, number, newest = row[0], int(row[1]), self._newest[0]
        if self._returned is None or shown - self._returned[1] > LONGEST_GAP:
            count = newest - (newest - number) % self._clip
            if count not in self._previews:
                return UNKNOWN
        else:
            last = self._returned[0]
            count = last + self._signed(number - last, BACKWARDS)
            if count > newest + self._clip // 2:  # a misread number has led a round too far
                count -= self._clip
        self._returned = (count, shown)
        return count

    def _signed(self, step: int, back: int) -> int:
        """The step modulo the clip that goes back by at most so much."""
        return (step + back) % self._clip - back


def _frame(preview: Row, row: Row) -> Frame:
    shown, _, captured = (*preview, None)[:3]
    received = row[3] if len(row) > 3 else None
    return Frame(
        shown=row[0],
        latency=row[0] - (shown if captured is None else captured),
        preview=None if captured is None else shown - captured,
        away=None if None in (captured, received) else received - captured,
        arriving=None if received is None else row[0] - received,
        held=len(row) < 7 or tuple(row[5:7]) == SIZE,
    )


def latencies(local: Sequence[Row], remote: Sequence[Row]) -> list[tuple[float, float]]:
    """(time shown, ms of latency) for each returned frame."""
    return [(frame.shown, frame.latency) for frame in Matcher().match(local, remote)]


def trimmed_mean(values: Sequence[float], trim: float = TRIM) -> float:
    """Mean without the least and the most.

    Screens refresh in steps of 16.7 ms, and so does each latency; a median can only jump by a
    step, while the mean of many moves with the part of the frames that took the later step.

    Raises:
        ValueError: there are no values.
    """
    if not len(values):
        raise ValueError("there is no mean of nothing")
    ordered = np.sort(np.asarray(values, float))
    out = int(len(ordered) * trim)
    return float(ordered[out : len(ordered) - out].mean())


def drift(frames: Sequence[Frame], span: float) -> float:
    """Trimmed mean latency of the last ``span`` seconds less that of the first, ms.

    Raises:
        ValueError: there are no frames.
    """
    if not frames:
        raise ValueError("there is no drift of nothing")
    first, last = frames[0].shown + span * 1e3, frames[-1].shown - span * 1e3
    early = [frame.latency for frame in frames if frame.shown <= first]
    late = [frame.latency for frame in frames if frame.shown >= last]
    return trimmed_mean(late) - trimmed_mean(early)


def middle(values: Iterable[float | None]) -> float | None:
    """Median of those that are there, None where none is."""
    there = [value for value in values if value is not None]
    return float(np.median(there)) if there else None
