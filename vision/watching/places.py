"""Where things are in the picture: at its edge, in a part of it, close to one another."""

from __future__ import annotations

from math import hypot

from vision.types import Box, Point
from vision.watching.rules import Area

EDGE = 0.02
"""How close to the picture's edge a box touches it, fractions of the picture."""

OUTWARD = 0.06
"""Fractions of the picture a second: what moves out faster is on its way out."""

THIRD = 1 / 3

_AREAS: dict[Area, tuple[float, float, float, float]] = {
    "left half": (0, 0, 0.5, 1),
    "right half": (0.5, 0, 1, 1),
    "top half": (0, 0, 1, 0.5),
    "bottom half": (0, 0.5, 1, 1),
    "middle": (THIRD, THIRD, 2 * THIRD, 2 * THIRD),
    "top left": (0, 0, 0.5, 0.5),
    "top right": (0.5, 0, 1, 0.5),
    "bottom left": (0, 0.5, 0.5, 1),
    "bottom right": (0.5, 0.5, 1, 1),
}
"""Left, top, right, bottom."""


def centre(box: Box) -> Point:
    """The middle of a box."""
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def depth_in(point: Point, area: Area) -> float:
    """How far inside a part of the picture a point is; below 0 how far outside.

    The edges of the picture do not count: nothing is outside by leaving the picture.
    """
    left, top, right, bottom = _AREAS[area]
    sides = (
        point[0] - left if left > 0 else 1.0,
        point[1] - top if top > 0 else 1.0,
        right - point[0] if right < 1 else 1.0,
        bottom - point[1] if bottom < 1 else 1.0,
    )
    return min(sides)


def heading_out(box: Box, velocity: tuple[float, float], ahead: float) -> bool:
    """Whether a box leaves the picture: at an edge and moving out, or its middle out by then."""
    for start, length, speed in zip(box[:2], box[2:], velocity, strict=True):
        end = start + length
        if (start <= EDGE and speed < -OUTWARD) or (end >= 1 - EDGE and speed > OUTWARD):
            return True
        if not 0 <= start + length / 2 + speed * ahead <= 1:
            return True
    return False


def overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    both = _shared(one, other)
    union = one[2] * one[3] + other[2] * other[3] - both
    return both / union if union > 0 else 0.0


def covered(box: Box, by: Box) -> float:
    """The part of a box that lies in another."""
    area = box[2] * box[3]
    return _shared(box, by) / area if area > 0 else 0.0


def distance(one: Box, other: Box) -> float:
    """Between the nearest edges of two boxes, in diagonals of the smaller; 0 if they touch."""
    x, y = (
        max(one[side] - other[side] - other[side + 2], other[side] - one[side] - one[side + 2], 0.0)
        for side in (0, 1)
    )
    smaller = min(hypot(*one[2:]), hypot(*other[2:]))
    return hypot(x, y) / max(smaller, 1e-6)


def _shared(one: Box, other: Box) -> float:
    """Area of the part that two boxes have in common. Called often: hence no loop."""
    left, top, width, height = one
    x, y, across, down = other
    wide = min(left + width, x + across) - max(left, x)
    if wide <= 0:
        return 0.0
    return wide * max(min(top + height, y + down) - max(top, y), 0.0)
