"""The square around a person, cut out of an I420 picture for a network that wants RGB."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Picture, Plane
from vision.types import Box

MARGIN = 1.25
"""Side of the square over the longer side of the person's box. MoveNet was trained on people with
some room around them; more costs resolution."""

LEAST_SIDE = 16
"""Pixels: a smaller square says nothing."""

MOST_SIDE = 8192
"""Pixels: a box much larger than any picture is cut at this."""


@dataclass(frozen=True, slots=True)
class Square:
    """A part of a picture, that may reach outside: pixels, all even."""

    left: int
    top: int
    side: int

    @classmethod
    def around(cls, box: Box, width: int, height: int) -> Square:
        """The one around a box in a picture of that size.

        Raises:
            ValueError: the box is not finite, or empty.
        """
        left, top, across, down = box
        if not all(math.isfinite(each) for each in box) or across <= 0 or down <= 0:
            raise ValueError(f"no box to look for a person in: {box}")
        longer = min(MARGIN * max(across * width, down * height), MOST_SIDE)
        side = max(LEAST_SIDE, 2 * math.ceil(longer / 2))
        x, y = (left + across / 2) * width, (top + down / 2) * height
        return cls(_even(x - side / 2), _even(y - side / 2), side)


def cut(picture: Picture, square: Square, border: tuple[int, int, int], into: Plane) -> None:
    """Fills ``into`` (n, n, 3), RGB, n even, with the square; outside the picture is ``border``."""
    side = into.shape[0]
    scaled = np.empty((side * 3 // 2, side), np.uint8)
    luma, *chroma = picture.planes
    scaled[:side] = _scaled(_part(luma, square, 1, border[0]), side)
    rows = side // 2
    halves = [
        _scaled(_part(plane, square, 2, level), rows)
        for plane, level in zip(chroma, border[1:], strict=True)
    ]
    scaled[side:] = np.concatenate(halves).reshape(rows, side)
    cv2.cvtColor(scaled, cv2.COLOR_YUV2RGB_I420, dst=into)


def joints_in_picture(
    joints: NDArray[np.float32], square: Square, picture: Picture
) -> NDArray[np.float32]:
    """(17, 3) x, y as fractions of the picture, score; of (17, 3) y, x of the square, score."""
    x, y = (joints[:, axis] * square.side for axis in (1, 0))
    placed = ((x + square.left) / picture.width, (y + square.top) / picture.height, joints[:, 2])
    return np.stack(placed, axis=1).astype(np.float32)


def _part(plane: Plane, square: Square, divisor: int, level: int) -> Plane:
    """The square of a plane that has ``1 / divisor`` of the picture's sides."""
    left, top, side = square.left // divisor, square.top // divisor, square.side // divisor
    height, width = plane.shape
    rows, columns = _inside(top, side, height), _inside(left, side, width)
    seen = plane[rows, columns]
    if seen.shape == (side, side):
        return seen
    part = np.full((side, side), level, np.uint8)
    if seen.size:
        y, x = rows.start - top, columns.start - left
        part[y : y + seen.shape[0], x : x + seen.shape[1]] = seen
    return part


def _inside(start: int, length: int, limit: int) -> slice:
    return slice(min(max(start, 0), limit), min(max(start + length, 0), limit))


def _scaled(part: Plane, side: int) -> Plane:
    how = cv2.INTER_AREA if part.shape[0] > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (side, side), interpolation=how), np.uint8)


def _even(value: float) -> int:
    return 2 * round(value / 2)
