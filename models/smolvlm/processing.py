"""Pictures as SmolVLM takes them: square tiles, row by row, and then the whole picture as one more.

The sizes are those of the Idefics3 family's processor, so that a picture becomes the same tiles
that the model was trained with.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from models.resampling import resized
from models.smolvlm.settings import Settings
from vision.picture import Plane

MOST_A_SIDE = 6
"Tiles in a row or column at most: the model has marks for no more."


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """One picture, prepared."""

    pixels: NDArray[np.float32]
    "(n, 3, side, side) RGB, normalised: rows * columns tiles, and the whole picture last."
    rows: int
    "Of the grid that the picture was cut into; 0 when only the whole picture is there."
    columns: int
    "Of the same."


def whole(bgr: Plane, settings: Settings) -> Tiles:
    """The picture as a single tile, squeezed into the square.

    Args:
        bgr: (height, width, 3) uint8.
        settings: of the model.
    """
    height, width = _to_longest(bgr.shape[0], bgr.shape[1], settings.tile)
    square = resized(resized(_rgb(bgr), height, width), settings.tile, settings.tile)
    return Tiles(_normalised(square[None], settings), 0, 0)


def in_tiles(bgr: Plane, settings: Settings, longest: int) -> Tiles:
    """The picture cut into a grid of tiles, and the whole of it.

    Args:
        bgr: (height, width, 3) uint8.
        settings: of the model.
        longest: the longer side is scaled to it first, up or down; at most ``MOST_A_SIDE`` tiles.

    Raises:
        ValueError: ``longest`` would give more tiles than the model has marks for, or none.
    """
    side = settings.tile
    if not 0 < longest <= MOST_A_SIDE * side:
        raise ValueError(f"pictures of 1 to {MOST_A_SIDE * side} pixels, not {longest}")
    scaled = resized(_rgb(bgr), *_to_longest(bgr.shape[0], bgr.shape[1], longest))
    filled = resized(scaled, *_to_tiles(scaled.shape[0], scaled.shape[1], side))
    rows, columns = filled.shape[0] // side, filled.shape[1] // side
    if rows == columns == 1:
        return Tiles(_normalised(filled[None], settings), 0, 0)
    grid = filled.reshape(rows, side, columns, side, 3).swapaxes(1, 2).reshape(-1, side, side, 3)
    overview = resized(filled, side, side)
    return Tiles(_normalised(np.concatenate([grid, overview[None]]), settings), rows, columns)


def _to_longest(height: int, width: int, longest: int) -> tuple[int, int]:
    """Height and width with the longer one as told and the other even, in proportion."""
    aspect = width / height
    if width >= height:
        return _even(int(longest / aspect)), longest
    return longest, _even(int(longest * aspect))


def _to_tiles(height: int, width: int, side: int) -> tuple[int, int]:
    """Height and width rounded up to whole tiles, the longer one first."""
    aspect = width / height
    if width >= height:
        full = ceil(width / side) * side
        return max(1, ceil(int(full / aspect) / side)) * side, full
    full = ceil(height / side) * side
    return full, max(1, ceil(int(full * aspect) / side)) * side


def _even(length: int) -> int:
    return max(length + length % 2, 1)


def _rgb(bgr: Plane) -> Plane:
    return bgr[:, :, ::-1]


def _normalised(tiles: Plane, settings: Settings) -> NDArray[np.float32]:
    """(n, side, side, 3) uint8 to (n, 3, side, side) float32."""
    mean, std = (np.array(each, np.float32) for each in (settings.mean, settings.std))
    unit = tiles.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(((unit - mean) / std).transpose(0, 3, 1, 2))
