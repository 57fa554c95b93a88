"""Boxes drawn on the codec's planes: a rounded line between two dark hairlines.

The straight sides of a solid box are plain rectangles, which OpenCV draws in microseconds; its four
corners, smoothed, are laid on together through one list of sample positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Picture, Plane
from vision.sprites import Coverage, Planes, Sprite, Yuv, paint

HAIRLINE = 1
"Width of the dark line on either side of the coloured one, pixels."
DARK: Yuv = (30, 128, 128)
FAINT_HAIRLINE = 0.5
"Strength of the dark lines of a box that is only predicted: its coloured line is thin too."
PAD = 2
"Pixels that a box must stay away from the picture's edges: even, at least ``HAIRLINE``."
STENCILS_KEPT = 128
"One per colour and strength; at 1080p one takes about 60 kB."

Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box is drawn: the outer edges of its line, even, ``PAD`` inside the picture."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Pen:
    """How a box is drawn."""

    colour: Yuv
    thickness: int
    "Pixels, at least 1."
    radius: int
    "Of the line's outer edge at the corners: pixels, even, at most half a side of the box."
    arm: int
    "Pixels from the box's edge along which a corner reaches: even, ``radius`` to half a side."
    strength: float = 1.0
    "0…1. Only a box at 1 has straight sides: a fainter one is nothing but its corners."


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture's samples, looked up once for all that is drawn on it."""

    flat: Plane
    "All samples in one row: Y, then U, then V."
    planes: Planes
    "The same samples."
    width: int
    "Pixels."
    height: int
    "Pixels."

    @classmethod
    def of(cls, picture: Picture) -> Canvas:
        """What is drawn on it is drawn into the picture."""
        return cls(picture.i420.reshape(-1), picture.planes, picture.width, picture.height)


def draw_box(canvas: Canvas, place: Place, pen: Pen) -> None:
    """Draws a box in well under 0.1 ms, whatever its size."""
    stencil = _stencil(pen, canvas.width)
    index = _origins(canvas, place, pen.arm)[stencil.piece]
    index += stencil.offsets
    before = canvas.flat[index].astype(np.uint16)
    # Square corners are drawn first, then what was there before them comes back under round ones.
    if pen.strength == 1:
        _sides(canvas, place, pen)
    before *= stencil.kept
    before >>= 8
    before += stencil.added
    canvas.flat[index] = before


@dataclass(frozen=True, slots=True)
class _Stencil:
    """The samples of four corners, in one list: all of a solid box's, else those it changes."""

    offsets: Indices
    "(n,) from the first sample of the corner's piece of the plane, in samples."
    piece: Indices
    "(n,) which of the twelve pieces: corner * 3 + plane."
    kept: NDArray[np.uint16]
    "(n,) 256ths."
    added: NDArray[np.uint16]
    "(n,)"


@lru_cache(maxsize=STENCILS_KEPT)
def _stencil(pen: Pen, width: int) -> _Stencil:
    corner = _corner(pen)
    parts = [
        _part(
            corner.flipped(across=across, down=down),
            plane,
            width if plane == 0 else width // 2,
            whole=pen.strength == 1,
        )
        for down in (False, True)
        for across in (False, True)
        for plane in range(3)
    ]
    piece = np.repeat(np.arange(len(parts)), [len(offsets) for offsets, _, _ in parts])
    kept = np.concatenate([kept for _, kept, _ in parts]) * (256 / 255)
    return _Stencil(
        np.concatenate([offsets for offsets, _, _ in parts]),
        piece,
        np.round(kept).astype(np.uint16),
        np.concatenate([added for _, _, added in parts]).astype(np.uint16),
    )


def _part(sprite: Sprite, plane: int, stride: int, *, whole: bool) -> tuple[Indices, Plane, Plane]:
    """Offsets of a corner's samples in one plane, what is kept there and what is added."""
    kept, added = sprite.kept[plane], sprite.added[plane]
    rows, columns = np.nonzero((kept < 255) | whole)
    return rows * stride + columns, kept[rows, columns], added[rows, columns]


def _corner(pen: Pen) -> Sprite:
    """The top left corner: an arc and, to the end of its arms, straight lines."""
    steps = np.maximum(0, PAD + pen.radius - 0.5 - np.arange(PAD + pen.arm, dtype=np.float32))
    away = np.hypot(steps[:, None], steps[None, :])
    line = _ring(away, pen.radius - pen.thickness, pen.radius)
    outline = _ring(away, pen.radius - pen.thickness - HAIRLINE, pen.radius + HAIRLINE)
    dark = outline * (1 - line) * (1.0 if pen.strength == 1 else FAINT_HAIRLINE * pen.strength)
    return paint([(dark, DARK), (line * pen.strength, pen.colour)])


def _ring(away: Coverage, inner: float, outer: float) -> Coverage:
    """Coverage between two circles, smoothed over one pixel."""
    ring = np.clip(outer - away + 0.5, 0, 1) * np.clip(away - inner + 0.5, 0, 1)
    return np.asarray(ring, np.float32)


def _origins(canvas: Canvas, place: Place, arm: int) -> Indices:
    """(12,) position in the buffer of each corner's first sample in Y, U and V."""
    stride, half = canvas.width, canvas.width // 2
    luma = stride * canvas.height
    left, right = place.left - PAD, place.right - arm
    origins = []
    for y in (place.top - PAD, place.bottom - arm):
        row, chroma = y * stride, luma + y // 2 * half
        for x in (left, right):
            u = chroma + x // 2
            origins += [row + x, u, u + luma // 4]
    return np.array(origins)


def _sides(canvas: Canvas, place: Place, pen: Pen) -> None:
    """The whole box with square corners: over them come the round ones."""
    luma, u, v = canvas.planes
    left, top, right, bottom = place.left, place.top, place.right - 1, place.bottom - 1
    for inset in range(-HAIRLINE, pen.thickness + HAIRLINE):
        tone = pen.colour[0] if 0 <= inset < pen.thickness else DARK[0]
        first, last = (left + inset, top + inset), (right - inset, bottom - inset)
        cv2.rectangle(luma, first, last, tone)
    for inset in range((pen.thickness + 1) // 2):
        first = (left // 2 + inset, top // 2 + inset)
        last = (right // 2 - inset, bottom // 2 - inset)
        cv2.rectangle(u, first, last, pen.colour[1])
        cv2.rectangle(v, first, last, pen.colour[2])
