"""How the camera moves: where the static world goes in the picture.

Drive it so: hand every picture, in order, to `MotionEstimator.update`; hand what it answers, with
the picture's time, to `MotionPath.add`; ask `MotionPath.between` for the motion between any two
moments. Positions are fractions of the picture throughout, so a change of resolution is no motion.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Boxes, Seconds

Floats = NDArray[np.float64]

HISTORY_PICTURES = 512
"A path remembers this many pictures: 17 s at 30 Hz, longer than any result may be late."
MOST_AHEAD = 0.3
"Part of its size by which zoom may be extrapolated."
EXTRAPOLATION_LIMIT = 0.25
"Seconds past its newest picture for which a path trusts the newest velocity."
VELOCITY_WINDOW = 0.1
"Seconds over which the newest velocity is measured: single steps are too noisy."

CELL = 14
"Pixels of a side of the cells, in each of which one corner is followed: 88 at 160 by 120."
LEAST_QUALITY = 0.005
"Share of the best corner's strength that a corner needs."
WEAKEST_CORNER = 5e-5
"Strength (smaller eigenvalue of the gradients' covariance) below which there is only noise."
FEWEST_INLIERS = 12
"Fewer points that agree do not tell a motion."
LOWEST_AGREEMENT = 0.35
"Share of the followed points that has to agree; below it the scene was cut, or all of it moves."
WINDOW = (9, 9)
"Pixels around a corner that are compared."
LEVELS = 3
"Halvings of the picture: corners may move by tens of pixels."
PATIENCE = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 10, 0.03)
"Iterations at each level, and the step in pixels that ends them early."
INLIER_LIMIT = 0.4
"Pixels a point may lie off the common motion."
LARGEST_ZOOM = 1.5
"Scale, up or down, between two successive pictures that is still believed."


@dataclass(frozen=True, slots=True, eq=False)
class CameraMotion:
    """Where a point of the static world moves in the picture, from an earlier picture to a later.

    Raises:
        ValueError: the matrix is not 2 by 3, or not finite.
    """

    matrix: Floats
    "(2, 3) float64, affine, acting on positions in fractions of the picture."

    def __post_init__(self) -> None:
        if self.matrix.shape != (2, 3) or not np.isfinite(self.matrix).all():
            raise ValueError(f"a camera motion is a finite 2 by 3 matrix, not {self.matrix}")

    @classmethod
    def shift(cls, x: float, y: float) -> CameraMotion:
        """All of the picture's content moves by (x, y)."""
        return cls(np.array([[1.0, 0.0, x], [0.0, 1.0, y]]))

    @property
    def scale(self) -> float:
        """How much larger things get; 1 without zoom."""
        linear = self.matrix[:, :2]
        return float(np.sqrt(abs(linear[0, 0] * linear[1, 1] - linear[0, 1] * linear[1, 0])))

    def then(self, later: CameraMotion) -> CameraMotion:
        """This motion followed by a later one."""
        return CameraMotion((_square(later.matrix) @ _square(self.matrix))[:2])

    def inverse(self) -> CameraMotion:
        """From the later picture back to the earlier."""
        return CameraMotion(_inverse(_square(self.matrix))[:2])

    def points(self, xy: Floats) -> Floats:
        """Where (n, 2) points of the static world go."""
        return np.asarray(xy @ self.matrix[:, :2].T + self.matrix[:, 2], np.float64)

    def boxes(self, boxes: Boxes) -> Boxes:
        """Where (n, 4) boxes go: their centres by the motion, their sizes by its scale."""
        sizes = boxes[:, 2:] * self.scale
        centres = self.points(boxes[:, :2].astype(np.float64) + boxes[:, 2:] / 2)
        return np.hstack([centres - sizes / 2, sizes]).astype(np.float32)


STILL = CameraMotion(np.eye(2, 3))
"No motion."


def _square(matrix: Floats) -> Floats:
    return np.vstack([matrix, (0.0, 0.0, 1.0)])


def _inverse(square: Floats) -> Floats:
    return np.asarray(np.linalg.inv(square), np.float64)


class MotionEstimator:
    """Camera motion between successive small grey pictures, by sparse optical flow.

    Corners (Shi and Tomasi, 1994) are followed by the pyramidal method of Lucas and Kanade
    (Bouguet, 2001); a similarity is fitted to them by RANSAC, so that what moves by itself is
    outvoted. Not thread-safe; the same pictures give the same motions.
    """

    def __init__(self) -> None:
        self._previous: NDArray[np.uint8] | None = None

    def update(self, grey: NDArray[np.uint8], foreground: Boxes | None = None) -> CameraMotion:
        """Motion since the previous picture, `STILL` where it cannot be told.

        It cannot with the first picture, after a change of size, on a scene cut, and where there
        is too little texture.

        Args:
            grey: (height, width) uint8, about 160 pixels wide.
            foreground: (n, 4) boxes of objects in the previous picture. They are looked at only
                where what is around them does not tell the motion.
        """
        previous, self._previous = self._previous, grey
        if previous is None or previous.shape != grey.shape:
            return STILL
        motion = _motion(previous, grey, foreground)
        if motion is None and foreground is not None and len(foreground):
            motion = _motion(previous, grey, None)
        return STILL if motion is None else motion


def _motion(
    before: NDArray[np.uint8], after: NDArray[np.uint8], ignore: Boxes | None
) -> CameraMotion | None:
    start = _corners(before, ignore)
    if len(start) < FEWEST_INLIERS:
        return None
    return _common_motion(*_follow(before, after, start), before.shape)


def _corners(grey: NDArray[np.uint8], ignore: Boxes | None) -> NDArray[np.float32]:
    """(k, 1, 2) x, y: the best corner of each cell, so that no object gets all of them."""
    strength = np.asarray(cv2.cornerMinEigenVal(grey, 3), np.float32)
    for left, top, right, bottom in _pixel_edges(grey.shape, ignore):
        strength[top:bottom, left:right] = 0.0
    rows, columns = (side // CELL for side in grey.shape)
    cells = strength[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    flat = cells.swapaxes(1, 2).reshape(rows * columns, CELL * CELL)
    best, found = flat.max(axis=1), flat.argmax(axis=1)
    good = np.flatnonzero(best > max(WEAKEST_CORNER, LEAST_QUALITY * best.max(initial=0.0)))
    x = good % max(columns, 1) * CELL + found[good] % CELL
    y = good // max(columns, 1) * CELL + found[good] // CELL
    return np.stack([x, y], axis=1).astype(np.float32)[:, None]


def _pixel_edges(shape: tuple[int, ...], boxes: Boxes | None) -> list[list[int]]:
    """Left, top, right, bottom of each box in pixels, clipped to the picture."""
    if boxes is None:
        return []
    size = np.array([shape[1], shape[0]] * 2)
    edges = np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]]) * size
    return [[int(e) for e in edge] for edge in np.clip(np.round(edges), 0, size)]


def _follow(
    before: NDArray[np.uint8], after: NDArray[np.uint8], start: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The points that arrive: (k, 2) their starts, (k, 2) their ends.

    Following them back as a check costs as much again and found nothing that RANSAC does not.
    """
    end, arrived, _ = cv2.calcOpticalFlowPyrLK(
        before, after, start, start.copy(), None, None, WINDOW, LEVELS, PATIENCE
    )
    kept = arrived.ravel() == 1
    return start[kept, 0], np.asarray(end[kept, 0], np.float32)


def _common_motion(
    start: NDArray[np.float32], end: NDArray[np.float32], shape: tuple[int, ...]
) -> CameraMotion | None:
    if len(start) < FEWEST_INLIERS:
        return None
    # Half a pixel: positions in fractions are measured from the corner of the first pixel.
    fitted, inliers = cv2.estimateAffinePartial2D(
        start + 0.5, end + 0.5, ransacReprojThreshold=INLIER_LIMIT
    )
    if fitted is None or inliers.sum() < max(FEWEST_INLIERS, LOWEST_AGREEMENT * len(start)):
        return None
    size = np.array([shape[1], shape[0]], np.float64)
    motion = CameraMotion(fitted * np.append(size, 1.0) / size[:, None])
    return motion if 1 / LARGEST_ZOOM < motion.scale < LARGEST_ZOOM else None


def _ahead(change: Floats) -> Floats:
    """(3, 3) motion of that change, cut short where it would shrink the picture to nothing."""
    largest = float(np.abs(change[:2, :2]).max())
    return np.asarray(np.eye(3) + change * min(1.0, MOST_AHEAD / max(largest, MOST_AHEAD)))


@dataclass(slots=True)
class MotionPath:
    """The camera's motion over the last `HISTORY_PICTURES` pictures.

    Every remembered picture keeps its motion to the newest one, not from the first: so nothing
    grows or loses precision however long a session lasts.
    """

    _times: list[float] = field(default_factory=list)
    _to_newest: Floats = field(default_factory=lambda: np.zeros((0, 3, 3)))

    def add(self, t: Seconds, motion_since_previous: CameraMotion) -> None:
        """A picture taken at ``t``, and the motion since the one added before it.

        Raises:
            ValueError: ``t`` does not come after the picture added before.
        """
        if self._times and t <= self._times[-1]:
            raise ValueError(f"pictures have to come in order: {t} s after {self._times[-1]} s")
        moved = _square(motion_since_previous.matrix) @ self._to_newest
        self._to_newest = np.concatenate([moved, np.eye(3)[None]])[-HISTORY_PICTURES:]
        self._times = [*self._times, t][-HISTORY_PICTURES:]

    def between(self, t0: Seconds, t1: Seconds) -> CameraMotion:
        """Motion from the picture at ``t0`` to the picture at ``t1``; either may be the later.

        Between pictures it is interpolated. Past the newest it goes on with the newest velocity,
        for `EXTRAPOLATION_LIMIT` seconds at most; before the oldest nothing is known to move.
        """
        start = self._onto_newest(t0)
        if self._times and t1 == self._times[-1]:
            return CameraMotion(start[:2])
        return CameraMotion((_inverse(self._onto_newest(t1)) @ start)[:2])

    def velocities(self, points: Floats) -> Floats:
        """How fast static things at (n, 2) points move now: (n, 2), fractions a second."""
        rate = self._rate()
        return np.asarray(points @ rate[:2, :2].T + rate[:2, 2], np.float64)

    def velocity(self) -> tuple[float, float]:
        """How fast a static thing in the middle of the picture moves now, fractions a second."""
        x, y = self.velocities(np.array([[0.5, 0.5]]))[0]
        return float(x), float(y)

    def _onto_newest(self, t: float) -> Floats:
        """(3, 3): from the picture at ``t`` to the newest picture."""
        if not self._times or t <= self._times[0]:
            return self._to_newest[0] if self._times else np.eye(3)
        past = t - self._times[-1]
        if past == 0:
            return np.eye(3)
        if past > 0:
            return _inverse(_ahead(min(past, EXTRAPOLATION_LIMIT) * self._rate()))
        after = bisect_right(self._times, t)
        share = (t - self._times[after - 1]) / (self._times[after] - self._times[after - 1])
        earlier, later = self._to_newest[after - 1 : after + 1]
        return np.asarray((1 - share) * earlier + share * later, np.float64)

    def _rate(self) -> Floats:
        """(3, 3): change of a static point's position per second, at the newest picture."""
        if len(self._times) < 2:
            return np.zeros((3, 3))
        newest = self._times[-1]
        first = min(
            bisect_right(self._times, newest - VELOCITY_WINDOW - 1e-9), len(self._times) - 2
        )
        change = self._to_newest[first] - np.eye(3)
        return np.asarray(change / (newest - self._times[first]), np.float64)
