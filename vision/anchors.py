"""Holds boxes to the picture between detections, by points in them that are followed.

Drive it so: `Anchors.look` with every small grey picture, in order; `Anchors.cast` with the boxes
of each detector result, under the time of the picture that it was made from; `Anchors.until` for
the moment up to which boxes were followed, and `Anchors.shifts` for how far they went by then. A
result is late: what it casts is followed from its own picture to the newest in one leap, and from
there from picture to picture. Where no other result comes, following ends after a while, since
points slide off what they were on; what was seen of the way by then stays known.

Median flow of points in a box is Kalal et al.'s ("Forward-Backward Error", ICPR 2010), as a whole
tracker; here it only carries what a detector found to the next time that it is found.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.motion import CameraMotion, MotionPath
from vision.types import Boxes, Seconds

Floats = NDArray[np.float64]
Grey = NDArray[np.uint8]
Points = NDArray[np.float32]

PICTURES = 24
"""Small pictures that are kept, 0.4 s at 60 a second; a result that is later still casts no
anchors, and the older ones stay."""
FOLLOWED_FOR = 0.5
"""Seconds for which boxes are followed from one result: what walks is predicted better from then on
than followed."""
MOST_STEPS = 256
"Pictures through which boxes are followed at most, however many come in that time."
MOST_BOXES = 12
"Boxes that are held, the surest."
GRID = (2, 4)
"Columns and rows of cells in a box, in each of which one corner is followed."
CORE = (0.25, 0.05, 0.75, 0.65)
"""Left, top, right and bottom of the part of a box that the cells divide, as parts of the box:
there is little in it but the object, and no legs, which go another way than their owner."""
WEAKEST_CORNER = 2e-5
"Strength (smaller eigenvalue of the gradients' covariance) below which there is only noise."
FEWEST = 3
"Fewer points do not tell where a box goes."
WINDOW = (9, 9)
"Pixels around a corner that are compared."
LEVELS = 2
"Halvings of the picture."
PATIENCE = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 8, 0.03)
"Iterations at each level, and the step in pixels that ends them early."

_CELLS = np.arange(GRID[0] * GRID[1])


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """How far boxes were seen to go in the picture."""

    by: Floats
    "(n, 2) fractions of the picture, camera motion included; NaN where that is not known."
    until: Seconds
    "The moment up to which they were seen to."
    camera: CameraMotion
    "The camera's motion up to then."

    def own(self, centres: Floats) -> Floats:
        """(n, 2) what of it is not the camera's motion, of boxes that were at these centres."""
        return self.by - (self.camera.points(centres) - centres)


@dataclass(slots=True, eq=False)
class _Held:
    """Boxes that are held, and the way that they have gone since they were cast."""

    keys: dict[int, int]
    "The row of each key."
    points: Points
    "(n, k, 2) pixels of the newest small picture; NaN for those that are lost."
    times: list[float]
    "Of the picture they were cast in, and of those looked at since."
    way: list[Floats]
    """(n + 1, 2) at each of those times, pixels of the small picture; NaN once the points are lost,
    and in the last row, which is that of all that is not held."""


class Anchors:
    """The held boxes of one camera's sight. Not thread-safe."""

    def __init__(self) -> None:
        self._greys: deque[tuple[float, Grey]] = deque(maxlen=PICTURES)
        self._held: _Held | None = None

    def look(self, grey: Grey, t: Seconds) -> None:
        """Takes in the small picture at ``t``, (height, width) uint8, about 160 pixels wide."""
        if self._greys and self._greys[-1][1].shape != grey.shape:
            self._greys.clear()
            self._held = None
        held = self._held
        if held is not None and t <= held.times[0] + FOLLOWED_FOR and len(held.way) <= MOST_STEPS:
            _follow(held, self._greys[-1][1], grey, held.points, t)
        self._greys.append((t, grey))

    def cast(self, keys: Sequence[int], boxes: Boxes, t: Seconds, path: MotionPath) -> None:
        """Holds (n, 4) boxes of the picture at ``t``, surest first, in place of those before.

        Where that picture is not known any more, those before stay held.

        Args:
            keys: by which they are asked for later.
            boxes: fractions of the picture.
            t: of a picture that was looked at.
            path: the camera's, that says where to look for them in the newest picture.
        """
        grey = next((grey for then, grey in self._greys if then == t), None)
        if grey is None:
            return
        self._held = None
        if not len(keys):
            return
        start = _corners(grey, boxes[:MOST_BOXES])
        rows = {key: row for row, key in enumerate(keys[:MOST_BOXES])}
        begin = np.zeros((len(rows) + 1, 2))
        begin[-1] = np.nan
        self._held = _Held(rows, start, [t], [begin])
        newest, latest = self._greys[-1]
        if newest > t:
            size = np.array([grey.shape[1], grey.shape[0]], np.float64)
            static = path.between(t, Seconds(newest)).points((start.reshape(-1, 2) + 0.5) / size)
            guess = (static * size - 0.5).astype(np.float32).reshape(start.shape)
            _follow(self._held, grey, latest, guess, Seconds(newest))

    def until(self, since: Seconds, t: Seconds) -> Seconds | None:
        """The moment up to which boxes were followed, ``t`` at the latest.

        None where they were not followed past ``since``, or are held only from later on.
        """
        held = self._held
        if held is None or not held.times[0] <= since < min(t, held.times[-1]):
            return None
        return Seconds(min(t, held.times[-1]))

    def shifts(
        self, keys: Sequence[int], since: Seconds, until: Seconds, camera: CameraMotion
    ) -> Shifts | None:
        """How far the boxes of these keys went between two moments.

        None where nothing is held that was cast by ``since`` and followed to ``until``.
        """
        held = self._held
        if held is None or not held.times[0] <= since < until <= held.times[-1]:
            return None
        height, width = self._greys[-1][1].shape
        gone = (_between(held, until) - _between(held, since)) / (width, height)
        rows = [held.keys.get(key, -1) for key in keys]
        return Shifts(gone[rows], until, camera)


def _between(held: _Held, t: float) -> Floats:
    after = bisect_left(held.times, t)
    if held.times[after] == t:
        return held.way[after]
    earlier, later = held.times[after - 1 : after + 1]
    share = (t - earlier) / (later - earlier)
    return np.asarray((1 - share) * held.way[after - 1] + share * held.way[after], np.float64)


def _corners(grey: Grey, boxes: Boxes) -> Points:
    """(n, k, 2) the best corner of each cell of each box; NaN where there is none."""
    columns, rows = GRID
    size = np.array([grey.shape[1], grey.shape[0]], np.float64)
    low, sides = boxes[:, :2].astype(np.float64), boxes[:, 2:]
    first = np.round(np.clip(low + sides * CORE[:2], 0, 1) * size).astype(int)
    cells = (np.round(np.clip(low + sides * CORE[2:], 0, 1) * size).astype(int) - first) // GRID
    strength = np.asarray(cv2.cornerMinEigenVal(grey, 3), np.float32)
    best = np.zeros((len(boxes), rows * columns), np.intp)
    strongest = np.zeros(best.shape, np.float32)
    for n in (cells > 0).all(axis=1).nonzero()[0].tolist():
        (left, top), (wide, high) = first[n].tolist(), cells[n].tolist()
        part = strength[top : top + rows * high, left : left + columns * wide]
        flat = part.reshape(rows, high, columns, wide).swapaxes(1, 2).reshape(-1, high * wide)
        best[n] = flat.argmax(axis=1)
        strongest[n] = flat[_CELLS, best[n]]
    # Of each cell, by row and column: where it begins, and where in it the best corner is.
    down, across = np.divmod(_CELLS, columns)
    below, beside = np.divmod(best, np.maximum(cells[:, :1], 1))
    found = np.empty((*best.shape, 2), np.float32)
    found[..., 0] = first[:, :1] + across * cells[:, :1] + beside
    found[..., 1] = first[:, 1:] + down * cells[:, 1:] + below
    found[strongest < WEAKEST_CORNER] = np.nan
    return found


def _follow(held: _Held, before: Grey, after: Grey, guess: Points, t: Seconds) -> None:
    """Follows the points of held boxes from one picture to another, at ``t``."""
    end = np.full_like(held.points, np.nan)
    alive = ~np.isnan(guess[..., 0])
    if alive.any():
        found, arrived, _ = cv2.calcOpticalFlowPyrLK(
            before,
            after,
            held.points[alive][:, None],
            guess[alive][:, None].copy(),
            None,
            None,
            WINDOW,
            LEVELS,
            PATIENCE,
            cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        end[alive] = np.where(arrived == 1, found[:, 0], np.nan)
    way = held.way[-1].copy()
    way[:-1] += _medians(end - held.points)
    held.way.append(way)
    held.points = end
    held.times.append(t)


def _medians(steps: Points) -> Floats:
    """(n, 2) medians of (n, k, 2), NaN where fewer than `FEWEST` are known."""
    known = (~np.isnan(steps[..., 0])).sum(axis=1)
    ranked = np.sort(steps, axis=1)
    rows, most = np.arange(len(steps)), np.maximum(known, 1)
    middle = (ranked[rows, (most - 1) // 2] + ranked[rows, most // 2]) / 2
    middle[known < FEWEST] = np.nan
    return np.asarray(middle, np.float64)
