"""The world of the sample: three photographs on the wall of a small gallery.

Drawn, not photographed, so that every picture's place is known to the pixel. The wall has a grain
and the frames have corners because a camera's own motion is measured from such detail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.virtual_camera import WorldObject

MAT = 34
"Width of the white mount around a photograph, world pixels."
FRAME = 12
"Width of the frame around the mount."
BORDER = MAT + FRAME
BEVEL = 2
"Width of the cut edge of the mount."
SHADOW = 70
"How far a frame's shadow reaches."
GAP = 90
"Wall between two frames."
MARGIN = 230
"Wall to the left of the first frame and to the right of the last."
EYE_LEVEL = 520
"Height of the photographs' centres below the upper edge of the world."
SKIRTING = 1010
"Upper edge of the skirting board."
HEIGHT = 1200
"Height of the world."

WALL = (186, 197, 203)
FLOOR = (62, 88, 124)
FRAME_COLOUR = (40, 38, 36)
MAT_COLOUR = (236, 241, 243)
PLANK = 48
"Width of a floorboard."
GRAIN_SEED = 7
GRAIN = ((2, 0.010), (5, 0.009), (16, 0.006), (64, 0.006))
"The plaster's layers: size of the specks, strength."

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]
_Canvas = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph and what can be seen in it."""

    bgr: Image
    "(height, width, 3)."
    objects: tuple[tuple[str, Box], ...]
    "Label and (left, top, width, height) in pixels of the photograph."
    scale: float = 1.0
    "World pixels per pixel of the photograph when it hangs."

    def printed(self) -> Photograph:
        """The photograph at the size it hangs in, one world pixel per pixel."""
        height, width = (round(side * self.scale) for side in self.bgr.shape[:2])
        scaled = cv2.resize(self.bgr, (width, height), interpolation=cv2.INTER_CUBIC)
        objects = tuple(
            (label, (x * self.scale, y * self.scale, w * self.scale, h * self.scale))
            for label, (x, y, w, h) in self.objects
        )
        return Photograph(np.asarray(scaled, np.uint8), objects)


@dataclass(frozen=True, slots=True)
class Gallery:
    """The painted world."""

    bgr: Image
    "(HEIGHT, width, 3)."
    objects: tuple[WorldObject, ...]
    "Everything annotated in the photographs, in world pixels, ids from 1."
    prints: tuple[Box, ...]
    "Each photograph as it hangs, from left to right, in world pixels."


def hang(photographs: Sequence[Photograph]) -> Gallery:
    """Hangs the photographs side by side, their centres at eye level, and paints the room."""
    prints = [photograph.printed() for photograph in photographs]
    lefts = _lefts(prints)
    canvas = _room(lefts[-1] + prints[-1].bgr.shape[1] + BORDER + MARGIN)
    objects: list[WorldObject] = []
    hung: list[tuple[int, int, int, int]] = []
    for photograph, left in zip(prints, lefts, strict=True):
        height, width = photograph.bgr.shape[:2]
        hung.append((left, EYE_LEVEL - height // 2, width, height))
    # All the light comes first: it would brighten photographs that already hang.
    for left, top, width, _ in hung:
        _light(canvas, (left + width / 2, top))
    for photograph, (left, top, _, _) in zip(prints, hung, strict=True):
        _mount(canvas, photograph.bgr, (left, top))
        objects += _placed(photograph, (left, top), len(objects))
    return Gallery(np.clip(canvas, 0, 255).astype(np.uint8), tuple(objects), tuple(hung))


def _lefts(prints: Sequence[Photograph]) -> list[int]:
    """Left edge of each print."""
    lefts = []
    left = MARGIN + BORDER
    for photograph in prints:
        lefts.append(left)
        left += photograph.bgr.shape[1] + 2 * BORDER + GAP
    return lefts


def _placed(photograph: Photograph, at: tuple[int, int], before: int) -> list[WorldObject]:
    return [
        WorldObject(before + n, label, (at[0] + x, at[1] + y, w, h))
        for n, (label, (x, y, w, h)) in enumerate(photograph.objects, 1)
    ]


def _room(width: int) -> _Canvas:
    """The empty room, ``width`` world pixels of it."""
    canvas = np.empty((HEIGHT, width, 3), np.float32)
    canvas[:SKIRTING] = WALL
    canvas[SKIRTING:] = FLOOR
    canvas[:SKIRTING] *= _plaster(SKIRTING, width)
    canvas[SKIRTING:] *= _planks(HEIGHT - SKIRTING, width)
    canvas[SKIRTING - 34 : SKIRTING] = np.array(WALL) * 1.12
    canvas[SKIRTING - 36 : SKIRTING - 34] *= 0.8
    canvas[SKIRTING : SKIRTING + 26] *= np.linspace(0.45, 1, 26, dtype=np.float32)[:, None, None]
    return canvas


def _plaster(height: int, width: int) -> _Canvas:
    """(height, width, 1) gain of the wall's trowelled grain, around 1."""
    noise = np.random.default_rng(GRAIN_SEED)
    grain = sum(weight * _cloud(noise, height, width, cell) for cell, weight in GRAIN)
    return np.asarray(1 + grain, np.float32)[..., None]


def _cloud(noise: np.random.Generator, height: int, width: int, cell: int) -> _Canvas:
    """(height, width) smooth noise of unit variance whose specks are about ``cell`` pixels."""
    coarse = noise.standard_normal((height // cell + 2, width // (cell * 2) + 2), np.float32)
    fine = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, np.float32)


def _planks(height: int, width: int) -> _Canvas:
    """(height, width, 1) gain of floorboards with streaks along them."""
    noise = np.random.default_rng(GRAIN_SEED + 1)
    streaks = noise.standard_normal((height, width // 80 + 2), np.float32)
    gain = 1 + 0.07 * np.asarray(
        cv2.resize(streaks, (width, height), interpolation=cv2.INTER_CUBIC), np.float32
    )
    for row in range(0, height, PLANK):
        gain[row : row + PLANK] *= 1 + noise.uniform(-0.08, 0.08)
        gain[row : row + 2] *= 0.6
    return gain[..., None]


def _light(canvas: _Canvas, lamp: tuple[float, float]) -> None:
    """A pool of light from a lamp above a photograph, on the wall and on the floor below."""
    height, width = canvas.shape[:2]
    x = (np.arange(width, dtype=np.float32) - lamp[0]) / 420
    y = (np.arange(height, dtype=np.float32) - lamp[1] - 120) / 430
    canvas *= (1 + 0.2 * np.exp(-(x * x))[None, :] * np.exp(-(y * y))[:, None])[..., None]


def _mount(canvas: _Canvas, photograph: Image, at: tuple[int, int]) -> None:
    """Shadow, frame, mount with its bevelled window, photograph."""
    left, top = at
    height, width = photograph.shape[:2]
    _shadow(_around(canvas, at, (width, height), BORDER + SHADOW))
    _around(canvas, at, (width, height), BORDER)[...] = FRAME_COLOUR
    mount = _around(canvas, at, (width, height), MAT)
    mount[...] = MAT_COLOUR
    mount[:6] *= 0.86
    mount[:, :4] *= 0.92
    _around(canvas, at, (width, height), BEVEL)[...] *= 0.84
    canvas[top : top + height, left : left + width] = photograph


def _around(canvas: _Canvas, at: tuple[int, int], size: tuple[int, int], by: int) -> _Canvas:
    """View of the canvas at a place of some size (width, height), larger by ``by`` all around."""
    (left, top), (width, height) = at, size
    return canvas[top - by : top + height + by, left - by : left + width + by]


def _shadow(place: _Canvas) -> None:
    """Shade of a frame that lies ``SHADOW`` inside the place, lit from above."""
    shade = np.zeros(place.shape[:2], np.float32)
    shade[SHADOW + 22 : 26 - SHADOW, SHADOW + 6 : -SHADOW - 6] = 1
    place *= (1 - 0.42 * np.asarray(cv2.GaussianBlur(shade, (0, 0), 16), np.float32))[..., None]
