"""Skeletons drawn on the codec's planes: limbs and joints of the people whose pose is known.

Left and right differ in hue and lightness, as amber and blue do to everyone's eyes; what joins the
two is white. All lines lie on a dark edge. What is sure is a whole line between filled dots, what
is not is a thin, broken one between small ones; joints below ``LEAST_SCORE`` are not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.body import LEAST_SCORE, LIMBS, SURE_SCORE, Side, side_between, side_of
from vision.overlay import LEAST_PICTURE, STALE_AFTER, line_width
from vision.picture import Picture, Plane
from vision.posture import Posture
from vision.sprites import Yuv
from vision.types import Track, TrackId

COLOURS: Mapping[Side, Yuv] = {
    "left": (179, 37, 168),
    "right": (140, 190, 62),
    "middle": (228, 128, 128),
}
"""Amber, sky blue and white in BT.601 limited range."""

DARK: Yuv = (28, 128, 128)
SURE_DOT, UNSURE_DOT = 3.0, 1.5
"""Across a joint, in widths of a line."""
DASH = 3.0
"""Length of a dash, and of the gap after it, in widths of a line."""
LEAST_LIMB = 2.0
"""Pixels: shorter limbs are not drawn."""
FURTHEST = 16_384
"""Pixels from the picture's corner: what lies further away is no joint in it."""

_SUBPIXEL = 3
_BACK = 1 << _SUBPIXEL

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Stroke:
    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    colour: Yuv


def draw_skeletons(
    picture: Picture, tracks: Sequence[Track], postures: Mapping[TrackId, Posture]
) -> None:
    """Draws into the picture, which the caller has copied before if it must.

    Tracks without a posture, and those that the overlay no longer draws, are passed over.
    """
    if min(picture.width, picture.height) < LEAST_PICTURE:
        return
    width = line_width(min(picture.width, picture.height))
    for track in tracks:
        posture = postures.get(track.id)
        if posture is None or track.seen >= STALE_AFTER:
            continue
        strokes = _strokes(_points(track, posture, picture), posture.joints[:, 2], width)
        for stroke in strokes:
            _paint(picture, stroke, DARK, stroke.width + 2)
        for stroke in strokes:
            _paint(picture, stroke, stroke.colour, stroke.width)


def _points(track: Track, posture: Posture, picture: Picture) -> Points:
    """(17, 2) pixels."""
    left, top, width, height = track.box
    inside = posture.joints[:, :2].astype(np.float64)
    return (inside * (width, height) + (left, top)) * (picture.width, picture.height)


def _strokes(points: Points, scores: NDArray[np.float32], width: int) -> list[_Stroke]:
    """Limbs first, joints above them."""
    shown = (scores >= LEAST_SCORE) & (np.abs(points) <= FURTHEST).all(axis=1)
    sure = scores >= SURE_SCORE
    strokes: list[_Stroke] = []
    for first, second in LIMBS:
        if shown[first] and shown[second]:
            colour = COLOURS[side_between(first, second)]
            whole = bool(sure[first] and sure[second])
            strokes += _limb(points[first], points[second], width, colour, whole=whole)
    for joint in np.flatnonzero(shown):
        x, y = points[joint].tolist()
        size = width * (SURE_DOT if sure[joint] else UNSURE_DOT)
        strokes.append(_Stroke((x, y), (x, y), size, COLOURS[side_of(int(joint))]))
    return strokes


def _limb(start: Points, end: Points, width: int, colour: Yuv, *, whole: bool) -> list[_Stroke]:
    length = float(np.hypot(*(end - start)))
    if length < LEAST_LIMB:
        return []
    if whole:
        return [_stroke(start, end, width, colour)]
    thin = max(1.0, width / 2)
    steps = np.arange(0, length, 2 * DASH * width) / length
    reach = DASH * width / length
    along = end - start
    return [
        _stroke(start + along * at, start + along * min(1.0, at + reach), thin, colour)
        for at in steps
    ]


def _stroke(start: Points, end: Points, width: float, colour: Yuv) -> _Stroke:
    (ax, ay), (bx, by) = start.tolist(), end.tolist()
    return _Stroke((ax, ay), (bx, by), width, colour)


def _paint(picture: Picture, stroke: _Stroke, colour: Yuv, width: float) -> None:
    for number, (plane, level) in enumerate(zip(picture.planes, colour, strict=True)):
        if number:  # a sample more, or thin lines would be pale
            _line(plane, stroke, level, width / 2 + 1, 0.5)
        else:
            _line(plane, stroke, level, width, 1.0)


def _line(plane: Plane, stroke: _Stroke, level: int, width: float, scale: float) -> None:
    start, end = (_fixed(point, scale) for point in (stroke.start, stroke.end))
    if start == end:
        radius = round(width / 2 * _BACK)
        cv2.circle(plane, start, max(radius, _BACK // 2), level, -1, cv2.LINE_AA, _SUBPIXEL)
    else:
        thickness = max(1, round(width))
        cv2.line(plane, start, end, level, thickness, cv2.LINE_AA, _SUBPIXEL)


def _fixed(point: tuple[float, float], scale: float) -> tuple[int, int]:
    """OpenCV's fixed-point place of a point, whose pixels' centres are whole numbers."""
    x, y = (round((value * scale - 0.5) * _BACK) for value in point)
    return x, y
