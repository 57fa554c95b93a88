"""What stands on the stage of ``stage_clips``: cards with photographs, props, and the wall behind.

The cards are the sample's free photographs, in the sizes at which the default detector knows what
is on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from streaming.sample import PICTURES
from vision.types import Box
from vision.virtual_camera import Image

WORLD = (2000, 900)
"Width and height of the wall, world pixels."
FLOOR = 0.76
"Where the floor begins, as a part of the wall's height."
GRAIN = ((3, 0.02), (8, 0.03), (24, 0.04), (80, 0.05))
"The wall's layers: size of the specks in pixels, strength."


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A flat picture, one world pixel to a pixel."""

    bgr: Image
    "(height, width, 3)."
    label: str = ""
    "English class name of the thing on it; empty for a prop that only hides what is behind."
    box: Box = (0.0, 0.0, 0.0, 0.0)
    "Left, top, width, height of the thing, pixels of the card."


def person(height: int = 220) -> Card:
    """A man at a video camera; at 180…280 pixels the detector is surest of him."""
    return _photograph("camera.jpg", (0, 63, 332, 449), height, "person", (0, 0, 332, 449))


def astronaut(height: int = 220) -> Card:
    """Another person; the detector is less sure, at 200…230 pixels still sure enough."""
    return _photograph("astronaut.jpg", (18, 15, 345, 497), height, "person", (0, 0, 345, 497))


def cup(height: int = 340) -> Card:
    """A cup on a table, large: the detector is only just sure of it."""
    return _photograph("coffee.jpg", (100, 0, 420, 400), height, "cup", (92, 18, 236, 291))


def mirrored(card: Card) -> Card:
    """The same, left for right."""
    left, top, width, height = card.box
    box = (card.bgr.shape[1] - left - width, top, width, height)
    return Card(np.ascontiguousarray(card.bgr[:, ::-1]), card.label, box)


def screen(width: int, height: int) -> Card:
    """A folding screen without anything on it, to hide behind."""
    cloth = np.array((120, 150, 140), np.float32)
    return Card(_eight_bits(_plaster(height, width, 11)[..., None] * cloth))


def sign(text: str, height: int = 120) -> Card:
    """A white board that says something, in Latin letters."""
    scale = height / 50
    (width, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 4)
    board = np.full((height, width + height // 2, 3), 240, np.uint8)
    origin = (height // 4, (height + tall) // 2)
    cv2.putText(board, text, origin, cv2.FONT_HERSHEY_SIMPLEX, scale, (30, 20, 20), 4, cv2.LINE_AA)
    return Card(board)


def _photograph(
    file: str, crop: tuple[int, int, int, int], height: int, label: str, box: Box
) -> Card:
    """Part of a photograph at a height; ``box`` is in pixels of that part before scaling."""
    left, top, across, down = crop
    part = _read(file)[top : top + down, left : left + across]
    scale = height / down
    size = (round(across * scale), height)
    scaled = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
    x, y, w, h = (side * scale for side in box)
    return Card(scaled, label, (x, y, w, h))


@lru_cache(maxsize=8)
def _read(file: str) -> Image:
    data = np.frombuffer((PICTURES / file).read_bytes(), np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


@lru_cache(maxsize=1)
def wall() -> Image:
    """A wall and a floor, with the grain from which a camera's motion is measured."""
    width, height = WORLD
    painted = np.empty((height, width, 3), np.float32)
    painted[:] = (160, 172, 178)
    painted[round(height * FLOOR) :] = (70, 90, 120)
    return _eight_bits(painted * _plaster(height, width, 5)[..., None])


def _plaster(height: int, width: int, seed: int) -> NDArray[np.float32]:
    """(height, width) gain of a rough surface, around 1."""
    noise = np.random.default_rng(seed)
    gain = np.ones((height, width), np.float32)
    for cell, weight in GRAIN:
        coarse = noise.standard_normal((height // cell + 2, width // cell + 2), np.float32)
        gain += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return gain


def _eight_bits(values: NDArray[np.float32]) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)
