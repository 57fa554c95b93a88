"""Where things are in the picture, in terms that every language has words for.

Left and right are those of the picture, as the person who holds the camera sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import Literal

from vision.grounded.sizes import FAR, NEAR, distance
from vision.types import Box, Point

Side = Literal["", "left", "right", "middle", "top", "bottom", "near", "far"]
Relation = Literal["", "left", "right", "above", "below", "on", "in", "by"]
Direction = Literal["", "left", "right", "up", "down"]

LEFT, RIGHT = 0.36, 0.64
"""The middle lies between them."""

TOP, BOTTOM = 0.28, 0.75
"""Centres above or below count as being at the top or at the bottom."""

WIDE = 0.75
"""Part of the picture's width from which on a thing is on no side."""

BY = 0.5
"""Gap between things that are next to each other, in larger sides of the smaller one."""

AS_FAR = 2.0
"""Ratio of distances up to which things can be next to each other: they are judged roughly."""

ON = 0.05
"""How far above another thing the foot of one may be that stands on it."""

CLEARLY = 40.0
"""Degrees that a direction may lie off the one it is called by; 45 would leave none out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is."""

    side: Literal["left", "middle", "right", "wide"]
    "From left to right; ``wide`` is across most of the picture."
    height: Literal["", "top", "bottom"] = ""
    "Empty in between, and for what reaches far up and down."
    depth: Literal["", "near", "far"] = ""
    "As far as it can be judged from its size."


def place_of(label: str, box: Box) -> Place:
    """The place of a thing with this box."""
    left, top, width, height = clipped(box)
    x, y = left + width / 2, top + height / 2
    side: Literal["left", "middle", "right"] = "middle"
    if x < LEFT:
        side = "left"
    elif x > RIGHT:
        side = "right"
    level: Literal["", "top", "bottom"] = ""
    if height < 0.5:
        level = "top" if y < TOP else "bottom" if y > BOTTOM else ""
    return Place("wide" if width >= WIDE else side, level, depth_of(label, box))


def depth_of(label: str, box: Box) -> Literal["", "near", "far"]:
    """Near, far, or empty: in between, or not to be told."""
    judged = distance(label, box)
    if judged is None:
        return ""
    metres, at_most = judged
    if metres <= NEAR:
        return "near"
    return "far" if metres >= FAR and not at_most else ""


def is_on(side: Side, label: str, box: Box) -> bool:
    """Whether a thing is in a part of the picture; everything is in the part without a name."""
    if not side:
        return True
    place = place_of(label, box)
    if side in ("left", "right", "middle"):
        x = centre(clipped(box))[0]
        return place.side == side or (side == "middle" and abs(x - 0.5) <= 0.2)
    return side in (place.height, place.depth)


def stands(relation: Relation, box: Box, anchor: Box) -> bool:
    """Whether a box is so to another; always if there is no relation."""
    return relation == "" or _RELATIONS[relation](box, anchor)


def _is_on_top(box: Box, anchor: Box) -> bool:
    foot, top = box[1] + box[3], anchor[1]
    high = centre(box)[1] < centre(anchor)[1] + anchor[3] / 4
    return _shared(box, anchor) and high and top - ON <= foot <= top + anchor[3]


_RELATIONS: dict[Relation, Callable[[Box, Box], bool]] = {
    "left": lambda box, anchor: centre(box)[0] < centre(anchor)[0] - anchor[2] / 4,
    "right": lambda box, anchor: centre(box)[0] > centre(anchor)[0] + anchor[2] / 4,
    "above": lambda box, anchor: _shared(box, anchor) and centre(box)[1] < centre(anchor)[1],
    "below": lambda box, anchor: _shared(box, anchor) and centre(box)[1] > centre(anchor)[1],
    "on": _is_on_top,
    "in": lambda box, anchor: holds(anchor, centre(box)),
    "by": lambda box, anchor: gap(box, anchor) <= BY * min(longer(box), longer(anchor)),
}


def together(one: tuple[str, Box], other: tuple[str, Box]) -> bool:
    """Whether two things, label and box, are next to each other, in depth too if it is known."""
    if not stands("by", one[1], other[1]):
        return False
    first, second = distance(*one), distance(*other)
    if first is None or second is None:
        return True
    return max(first[0], second[0]) <= AS_FAR * min(first[0], second[0])


def gap(one: Box, other: Box) -> float:
    """Distance between the edges of two boxes, fractions of the picture; 0 if they touch."""
    across = max(one[0] - other[0] - other[2], other[0] - one[0] - one[2], 0.0)
    down = max(one[1] - other[1] - other[3], other[1] - one[1] - one[3], 0.0)
    return hypot(across, down)


def longer(box: Box) -> float:
    """The longer side of a box."""
    return max(box[2], box[3])


def centre(box: Box) -> Point:
    """Middle of a box."""
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def holds(box: Box, point: Point) -> bool:
    """Whether a point lies in a box."""
    across, down = point[0] - box[0], point[1] - box[1]
    return 0 <= across <= box[2] and 0 <= down <= box[3]


def clipped(box: Box) -> Box:
    """The part of a box that is in the picture; of no size at the edge if none is."""
    left, top = (min(max(start, 0.0), 1.0) for start in box[:2])
    right, bottom = (
        min(max(start + size, 0.0), 1.0) for start, size in zip(box[:2], box[2:], strict=True)
    )
    return left, top, max(right - left, 0.0), max(bottom - top, 0.0)


def direction_of(way: Point) -> Direction:
    """The direction of a movement; empty where it has no clear one of the four."""
    angle = degrees(atan2(way[1], way[0]))
    headings: tuple[tuple[Direction, float], ...] = (
        ("right", 0.0),
        ("down", 90.0),
        ("left", 180.0),
        ("up", -90.0),
    )
    for name, heading in headings:
        if abs((angle - heading + 180) % 360 - 180) <= CLEARLY:
            return name
    return ""


def _shared(one: Box, other: Box) -> bool:
    """Whether two boxes lie over or under each other, by a third of the narrower one."""
    common = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    return common >= min(one[2], other[2]) / 3
