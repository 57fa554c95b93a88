"""Small pre-drawn pieces of the overlay, as the codec's planes hold them.

A sprite carries, for every sample of Y, U and V, what is kept of the picture beneath and what is
added to it, so that laying it on costs two vector operations a plane and no colour conversion.
Sprites start at even pixels: there the half-size chroma planes fit exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Plane

Yuv: TypeAlias = tuple[int, int, int]
"""BT.601 limited range: 16…235, 16…240, 16…240."""

Planes: TypeAlias = tuple[Plane, Plane, Plane]
"""Y (height, width), U and V (height / 2, width / 2)."""

Coverage: TypeAlias = NDArray[np.float32]
"""(height, width), 0…1: how much of each pixel a shape covers."""

BLACK: Yuv = (16, 128, 128)
WHITE: Yuv = (235, 128, 128)

LABELS_KEPT = 256
"Sprites kept for the next frames; at 1080p a label takes about 20 kB."
FONT = "sans"
"Carried by OpenCV itself, which falls back to another of its own for Chinese letters."
FONT_WEIGHT = 600


@dataclass(frozen=True, slots=True)
class Sprite:
    """A piece of overlay, ready to be laid on."""

    kept: Planes
    "What stays of the picture beneath: 0 nothing, 255 all."
    added: Planes
    "What is added after that."

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in luma pixels, both even."""
        height, width = self.kept[0].shape
        return width, height

    def flipped(self, *, across: bool, down: bool) -> Sprite:
        """Mirrored left to right, upside down, or both."""
        turn = (slice(None, None, -1 if down else 1), slice(None, None, -1 if across else 1))
        (y, u, v), (added_y, added_u, added_v) = self.kept, self.added
        return Sprite((y[turn], u[turn], v[turn]), (added_y[turn], added_u[turn], added_v[turn]))

    def lay(self, planes: Planes, left: int, top: int) -> None:
        """Lays it on a picture at an even pixel; what hangs over the picture's edges is cut off."""
        rows, columns = planes[0].shape
        height, width = self.kept[0].shape
        first, last = max(0, -left), min(width, columns - left)
        upper, lower = max(0, -top), min(height, rows - top)
        if first >= last or upper >= lower:
            return
        for plane, kept, added, shrink in zip(
            planes, self.kept, self.added, (1, 2, 2), strict=True
        ):
            down = slice(upper // shrink, lower // shrink)
            across = slice(first // shrink, last // shrink)
            x, y = left // shrink, top // shrink
            place = plane[y + down.start : y + down.stop, x + across.start : x + across.stop]
            cv2.multiply(place, kept[down, across], dst=place, scale=1 / 255)
            cv2.add(place, added[down, across], dst=place)


def paint(layers: Sequence[tuple[Coverage, Yuv]]) -> Sprite:
    """Stacks layers, the lowest first; all (height, width) of one size with even sides."""
    kept = np.ones_like(layers[0][0])
    added = [np.zeros_like(kept) for _ in range(3)]
    for cover, colour in layers:
        through = 1 - cover
        kept = kept * through
        added = [
            plane * through + cover * np.float32(tone)
            for plane, tone in zip(added, colour, strict=True)
        ]
    half = _byte(_halved(kept * 255))
    y, u, v = added
    return Sprite((_byte(kept * 255), half, half), (_byte(y), _byte(_halved(u)), _byte(_halved(v))))


@lru_cache(maxsize=LABELS_KEPT)
def chip(text: str, pixels: int, colour: Yuv) -> Sprite:
    """A label on a filled chip with rounded corners, in dark or white letters as reads best."""
    letters = lettering(text, pixels)
    return paint(
        [(_rounded(*letters.shape, pixels * 0.28), colour), (letters, _contrasting(colour))]
    )


@lru_cache(maxsize=LABELS_KEPT)
def caption(text: str, pixels: int, strength: float) -> Sprite:
    """A label without a chip: white letters with a dark glow that read on any ground."""
    letters = lettering(text, pixels)
    spread = np.asarray(cv2.dilate(letters, np.ones((3, 3), np.uint8)), np.float32)
    glow = np.asarray(cv2.GaussianBlur(spread, (0, 0), max(1.0, pixels / 14)), np.float32)
    return paint([(glow * 0.75 * strength, BLACK), (letters * strength, WHITE)])


@lru_cache(maxsize=LABELS_KEPT)
def lettering(text: str, pixels: int) -> Coverage:
    """The coverage of one line of text, with margins, ``pixels`` to the em; sides are even.

    Digits are all of one width in this font: a changing score does not make the label twitch.
    """
    # A FontFace shared between threads mixes up their weights; a new one costs 30 microseconds.
    face = cv2.FontFace(FONT)
    _, _, advance, _ = cv2.getTextSize((0, 0), text, (0, 0), face, pixels, FONT_WEIGHT)
    margin = max(4, round(pixels * 0.42))
    height = round(pixels * 1.42 / 2) * 2
    canvas = np.zeros((height, (advance + 2 * margin + 1) // 2 * 2), np.uint8)
    baseline = round(height / 2 + pixels * 0.345)
    cv2.putText(canvas, text, (margin, baseline), (255,), face, pixels, FONT_WEIGHT)
    return np.asarray(canvas / 255, np.float32)


def _contrasting(colour: Yuv) -> Yuv:
    return BLACK if colour[0] > 120 else WHITE


@lru_cache(maxsize=LABELS_KEPT)
def _rounded(height: int, width: int, radius: float) -> Coverage:
    """A rectangle with rounded corners."""
    down = np.maximum(0, np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius))
    across = np.maximum(0, np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius))
    away = np.hypot(down[:, None], across[None, :])
    return np.asarray(np.clip(radius - away + 0.5, 0, 1), np.float32)


def _halved(plane: Coverage) -> Coverage:
    """Means of two by two."""
    height, width = plane.shape
    size = (width // 2, height // 2)
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _byte(plane: Coverage) -> Plane:
    return np.asarray(cv2.convertScaleAbs(plane), np.uint8)
