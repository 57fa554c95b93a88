"""What is different in a view since one picture of it, whatever the camera did in between.

The picture of then is laid over the picture of now by the camera's motion since, and its
brightness is fitted, so that neither a moving hand nor an automatic exposure counts as a change.
Drive it so: a `KeyView` of the small grey picture that later ones are compared with, then
`KeyView.compare` with every later picture, in order, and the camera's motion since the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.motion import STILL, CameraMotion
from vision.picture import Picture, Plane
from vision.types import Box

TOLERANCE = 10
"""Grey levels by which a pixel may leave the range of what is around its place."""

TINT_TOLERANCE = 8
"""The same for colour, in steps of U or V, which vary less."""

REACH = 3
"""Side in pixels of what is around a place: a slip or a blur of one pixel is no change."""

SURE_SHADES = 8.0
"""Standard deviation of grey levels from which on a picture tells the gain of its brightness."""

SURE_EDGES = 1.0
"""Mean gradient, grey levels a pixel, from which on a picture tells how far it slipped."""

DOUBT = 16.0
"""How much less than a sure picture's own word it counts that nothing has changed at all."""

LARGEST_SLIP = 1.0
"""Pixels by which one comparison corrects the camera's motion at most."""

ROUNDS = 2
"""Fits, each without what the one before found to be different."""

OUTLIER = 3.7
"""Median deviations (2.5 standard deviations) from which on a pixel is left out of a fit."""

LEAST_SHARED = 0.05
"""Part of the view that has to be shared for its brightness to be fitted."""

BLACK = 16.0
"""Grey level of black in limited range."""

DARK = 8.0
"""Grey levels above black that brightness is measured from: in the dark, factors mean little."""

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]

SOBEL_SCALES = np.array([[1.0], [1.0], [1 / 8], [1 / 8]], np.float32)
"""What makes gradients of what Sobel's operator gives; the other two terms stay as they are."""

FAITH = np.array([SURE_SHADES**2, 0.0, SURE_EDGES**2, SURE_EDGES**2], np.float32) / DOUBT
"""How much each term of a fit is drawn to what it is without any change, for each pixel."""

SHADES = np.arange(256, dtype=np.float32)
"""All grey levels."""


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A picture beside an earlier one of the same view."""

    motion: CameraMotion
    "From the earlier picture to this one."
    shared: Flags
    "(height, width): what the earlier picture shows too."
    changed: Flags
    "(height, width): where that looks different now."
    light: float
    "How much brighter the shared part is, in stops (factors of two)."

    @property
    def novelty(self) -> float:
        """Part of this picture, 0…1, that the earlier one does not show."""
        return 1.0 - float(self.shared.mean())

    def shared_in(self, box: Box) -> float:
        """Part of a box, 0…1, that the earlier picture shows too; 0 outside the picture."""
        part = self.shared[self.pixels(box)]
        return float(part.mean()) if part.size else 0.0

    def changed_in(self, box: Box) -> float:
        """Part of what is shared of a box, 0…1, that looks different; 0 where nothing is."""
        place = self.pixels(box)
        shared = int(np.count_nonzero(self.shared[place]))
        return np.count_nonzero(self.changed[place]) / shared if shared else 0.0

    def pixels(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of the part of a box that is in the picture."""
        height, width = self.shared.shape
        left, top, across, down = box
        return _span(top, down, height), _span(left, across, width)


class KeyView:
    """One picture of a view, followed while the camera moves. Not thread-safe."""

    def __init__(self, picture: Picture, small: Plane) -> None:
        """``small`` is the picture in grey, about 100 pixels across, (height, width) uint8."""
        self._small = small
        self._tint = _tint(picture, small)
        self._whole = np.full(small.shape, 255, np.uint8)
        self._motion = STILL

    def compare(self, picture: Picture, small: Plane, motion: CameraMotion) -> Comparison:
        """Lays this view over a later picture.

        Args:
            picture: the later picture.
            small: the same in grey, as small as this view's; another size shares nothing.
            motion: the camera's since the picture compared before, at first since this view's.
        """
        self._motion = self._motion.then(motion)
        if small.shape != self._small.shape:
            none = np.zeros(small.shape, np.bool_)
            return Comparison(self._motion, none, none, 0.0)
        laid, shared, tint = self._laid_over()
        if shared[::3, ::3].mean() < LEAST_SHARED:
            return Comparison(self._motion, shared, np.zeros_like(shared), 0.0)
        fit = _fit(laid, small, shared)
        self._correct(fit.slip)
        changed = _differs(fit.expected, small, TOLERANCE)
        changed |= _tint_differs(tint, _tint(picture, small), fit.gain, shared)
        return Comparison(self._motion, shared, changed & shared, fit.light)

    def move(self, motion: CameraMotion) -> None:
        """Takes in a later picture of which only the camera's motion counts."""
        self._motion = self._motion.then(motion)

    def _laid_over(self) -> tuple[Plane, Flags, Plane]:
        """This view as it lies in the later picture, where that is, and its tint there."""
        height, width = self._small.shape
        place = _in_pixels(self._motion, width, height)
        laid = cv2.warpAffine(self._small, place, (width, height), borderMode=cv2.BORDER_REPLICATE)
        whole = cv2.warpAffine(self._whole, place, (width, height))
        half = (self._tint.shape[1], self._tint.shape[0])
        place = _in_pixels(self._motion, *half)
        tint = cv2.warpAffine(self._tint, place, half, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(laid, np.uint8), np.asarray(whole) > 254, np.asarray(tint, np.uint8)

    def _correct(self, slip: tuple[float, float]) -> None:
        """What the camera's motion missed in many small steps is put right before it adds up."""
        height, width = self._small.shape
        self._motion = self._motion.then(CameraMotion.shift(slip[0] / width, slip[1] / height))


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """How an earlier picture, laid over a later one, would look had nothing changed."""

    expected: Plane
    gain: float
    light: float
    slip: tuple[float, float]


def _fit(laid: Plane, small: Plane, shared: Flags) -> _Fit:
    """Gain, brightness and slip by least squares, without what has changed.

    To first order, a picture that slipped by (x, y) loses x and y times its gradients (Lucas and
    Kanade, 1981), so all four are one linear problem. A ninth of the pixels tells enough.
    """
    some = shared[::3, ::3]
    across = cv2.Sobel(laid, cv2.CV_16S, 1, 0, ksize=3)[::3, ::3][some]
    down = cv2.Sobel(laid, cv2.CV_16S, 0, 1, ksize=3)[::3, ::3][some]
    before = laid[::3, ::3][some]
    mean = float(before.mean())
    terms = np.array([before, np.ones_like(before), across, down], np.float32)
    terms *= SOBEL_SCALES
    terms[0] -= mean
    values = small[::3, ::3][some].astype(np.float32)
    brighter = _middle(values - terms[0])
    solution = np.array([1.0, brighter, 0.0, 0.0], np.float32)
    for _ in range(ROUNDS):
        solution = _refit(terms, values, solution)
    gain, level, x, y = solution.tolist()
    expected = _eight_bits(gain * (SHADES - mean) + level)[laid]
    light = log2(_above_black(level) / _above_black(mean))
    return _Fit(expected, gain, light, (_bounded(-x), _bounded(-y)))


def _refit(terms: Floats, values: Floats, solution: Floats) -> Floats:
    """(4,): a better solution from the pixels that the last one fits; drawn to no change at all."""
    residual = np.abs(values - solution @ terms)
    limit = max(TOLERANCE / 2, OUTLIER * _middle(residual))
    weighted = terms * (residual < limit)
    faith = FAITH * max(1.0, float(weighted[1].sum()))
    normal = weighted @ terms.T
    normal.flat[::5] += faith + 1e-3
    right = weighted @ values
    right[0] += faith[0]
    return np.asarray(np.linalg.solve(normal, right), np.float32)


def _tint(picture: Picture, small: Plane) -> Plane:
    """(height, width, 2) uint8: the colour of a picture, half as large as its small grey one."""
    height, width = (side // 2 for side in small.shape)
    _, *planes = picture.planes
    # Of a large picture some samples do: reading all would take a millisecond.
    step = max(1, planes[0].shape[1] // (2 * max(width, 1)))
    return np.asarray(
        cv2.resize(
            cv2.merge([plane[::step, ::step] for plane in planes]),
            (max(width, 1), max(height, 1)),
            interpolation=cv2.INTER_AREA,
        ),
        np.uint8,
    )


def _tint_differs(before: Plane, now: Plane, gain: float, shared: Flags) -> Flags:
    """(height, width), as large as ``shared``: where the colour is another.

    What all of the picture has in common is the camera's white balance.
    """
    if cv2.norm(before, now, cv2.NORM_INF) <= TINT_TOLERANCE:
        return np.zeros_like(shared)
    grown = (before.astype(np.float32) - 128.0) * gain + 128.0
    some = (now[::3, ::3] - grown[::3, ::3]).reshape(-1, 2)
    drift = np.sort(some, axis=0)[len(some) // 2]
    found = _differs(_eight_bits(grown + drift), now, TINT_TOLERANCE)
    size = (shared.shape[1], shared.shape[0])
    larger = cv2.resize(found.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(larger, np.uint8).view(np.bool_)


def _differs(expected: Plane, now: Plane, tolerance: int) -> Flags:
    """(height, width): where each picture leaves the range of what the other has around there.

    Asking both spares what is only blurred in one of them. A lone pixel is no change.
    """
    out = np.asarray(cv2.min(_outside(now, expected), _outside(expected, now)))
    strongest = out if out.ndim == 2 else cv2.max(out[..., 0], out[..., 1])
    _, far = cv2.threshold(strongest, tolerance, 1, cv2.THRESH_BINARY)
    return np.asarray(cv2.medianBlur(far, 3), np.uint8).view(np.bool_)


def _outside(one: Plane, other: Plane) -> Plane:
    """How far ``one`` leaves the range of ``other`` around there."""
    around = np.ones((REACH, REACH), np.uint8)
    below = cv2.subtract(cv2.erode(other, around), one)
    above = cv2.subtract(one, cv2.dilate(other, around))
    return np.asarray(cv2.max(below, above), np.uint8)


def _eight_bits(values: Floats) -> Plane:
    return np.clip(values, 0.0, 255.0).astype(np.uint8)


def _in_pixels(motion: CameraMotion, width: int, height: int) -> NDArray[np.float64]:
    """(2, 3): a motion as ``warpAffine`` counts, from the centre of the first pixel."""
    size = np.array([width, height], np.float64)
    linear = motion.matrix[:, :2] * size[:, None] / size
    offset = motion.matrix[:, 2] * size + linear @ (0.5, 0.5) - 0.5
    return np.hstack([linear, offset[:, None]])


def _span(start: float, length: float, side: int) -> slice:
    first = min(max(int(start * side + 0.5), 0), side)
    last = min(max(int((start + length) * side + 0.5), first + 1), side)
    return slice(first, last)


def _middle(values: Floats) -> float:
    """The median, without its overhead."""
    return float(np.sort(values)[len(values) // 2])


def _above_black(level: float) -> float:
    return max(level - BLACK, 0.0) + DARK


def _bounded(slip: float) -> float:
    return min(max(slip, -LARGEST_SLIP), LARGEST_SLIP)
