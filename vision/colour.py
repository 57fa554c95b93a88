"""Which colour an object is, in the eleven basic colour names of English.

The names are those of Berlin and Kay (Basic Color Terms, 1969). Points of the box are sampled on
a grid and each is named by its hue, saturation and brightness; then they vote. Votes near the
middle weigh most, and what the box's rim is made of, mostly background, counts against a name.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Picture
from vision.types import Box

NAMES = (
    "red",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "brown",
    "black",
    "grey",
    "white",
)
"""All answers but the empty one."""

GRID = 24
"Samples along each side of a box, at most."
LEAST_SIDE = 8
"Pixels of a side of a box's part in the picture, below which its colour is not told."
CENTRE_SPREAD = 0.45
"Spread of the centre's weight, in halves of the box."
RIM = 0.8
"Distance from the middle, in halves of the box, from which on a sample is rim."
RIM_DISCOUNT = 0.5
"Part of a name's share in the rim that is taken off its share in the middle."
LEAST_SHARE = 0.2
"What the best name needs after that."
LEAST_LIGHT = 60
"Luma (16…235) that the brightest tenth of a picture has to reach: in the dark all is black."
LIGHT_STEP = 32
"Pixels between the samples of a picture's light."

_Floats = NDArray[np.float32]
_Names = NDArray[np.intp]

_RED, _ORANGE, _YELLOW, _GREEN, _BLUE, _PURPLE, _PINK, _BROWN, _BLACK, _GREY, _WHITE = range(11)
_HUES = np.array([12, 40, 68, 172, 255, 295, 345], np.float32)
"Degrees at which the next name begins."
_BY_HUE = np.array([_RED, _ORANGE, _YELLOW, _GREEN, _BLUE, _PURPLE, _PINK, _RED])
_TO_RGB = np.array([[1.164, 0.0, 1.596], [1.164, -0.392, -0.813], [1.164, 2.017, 0.0]], np.float32)
"BT.601 limited range, rows red, green, blue; columns Y - 16, U - 128, V - 128."


def colour_of(picture: Picture, box: Box) -> str:
    """English name of the colour of the object in a box, one of `NAMES`; empty if unclear.

    Unclear is what is too small, lies outside the picture, has no colour that prevails, or is
    seen in the dark. Costs the same whatever the size: the grid is bounded.
    """
    samples = _samples(picture, box)
    if samples is None or not _lit(picture):
        return ""
    names = _named(samples)
    across, down = (np.abs(_middles(count)) for count in (names.shape[1], names.shape[0]))
    weights = _bell(down)[:, None] * _bell(across)[None]
    rim = np.maximum(down[:, None], across[None]) > RIM
    shares = _shares(names, weights * ~rim) - RIM_DISCOUNT * _shares(names, rim)
    best = int(shares.argmax())
    return NAMES[best] if shares[best] >= LEAST_SHARE else ""


def _samples(picture: Picture, box: Box) -> _Floats | None:
    """(rows, columns, 3) float32 Y, U, V; at most `GRID` a side."""
    left, top, width, height = box
    columns = _grid(left, left + width, picture.width)
    rows = _grid(top, top + height, picture.height)
    if columns is None or rows is None:
        return None
    luma, u, v = picture.planes
    chosen = np.ix_(rows, columns)
    return np.stack([luma[::2, ::2][chosen], u[chosen], v[chosen]], axis=-1).astype(np.float32)


def _grid(start: float, end: float, pixels: int) -> _Names | None:
    """Places along a side of a chroma plane, spread evenly from ``start`` to ``end``."""
    if not start < end:
        return None
    first, last = max(start, 0.0) * pixels, min(end, 1.0) * pixels
    if not last - first >= LEAST_SIDE:
        return None
    count = min(GRID, int(last - first) // 2)
    places = first + (np.arange(count) + 0.5) * ((last - first) / count)
    return np.asarray(np.minimum(places / 2, pixels // 2 - 1), np.intp)


def _lit(picture: Picture) -> bool:
    luma = picture.planes[0][::LIGHT_STEP, ::LIGHT_STEP]
    return bool(np.percentile(luma, 90) >= LEAST_LIGHT)


def _named(yuv: _Floats) -> _Names:
    """(rows, columns) indices into `NAMES`."""
    offset = np.array([16, 128, 128], np.float32)
    rgb = np.clip((yuv - offset) @ _TO_RGB.T / 255, 0, 1)
    hue, strength, light = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2HSV))
    names = _BY_HUE[np.searchsorted(_HUES, hue, side="right")]
    dull = (light < 0.6) | (strength < 0.5)
    names = np.where((names == _ORANGE) & dull, _BROWN, names)
    names = np.where((names == _YELLOW) & (light < 0.45), _BROWN, names)
    names = np.where((names == _RED) & (light > 0.7) & (strength < 0.5), _PINK, names)
    names = np.where((names == _PINK) & (light < 0.5), _PURPLE, names)
    plain = (strength < 0.2) | (strength * light < 0.1)
    tones = np.where(light > 0.75, _WHITE, np.where(light < 0.27, _BLACK, _GREY))
    return np.asarray(np.where(plain, tones, np.where(light < 0.16, _BLACK, names)), np.intp)


def _middles(count: int) -> _Floats:
    """Where samples lie between -1 and 1."""
    return np.asarray((np.arange(count) + 0.5) / count * 2 - 1, np.float32)


def _bell(distance: _Floats) -> _Floats:
    return np.asarray(np.exp(-0.5 * (distance / CENTRE_SPREAD) ** 2), np.float32)


def _shares(names: _Names, weights: NDArray[np.float32] | NDArray[np.bool_]) -> NDArray[np.float64]:
    """(11,) part of the weight that goes to each name."""
    votes = np.bincount(names.ravel(), weights.ravel().astype(np.float64), len(NAMES))
    return np.asarray(votes / max(votes.sum(), 1e-9), np.float64)
