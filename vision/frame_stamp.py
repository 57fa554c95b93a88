"""A frame's number drawn into its own picture, so that a test can tell which frame it sees.

A strip along the bottom edge, divided into ``CELLS`` equal cells, black or white::

    white  black  bit 15 … bit 0  check 1  check 0

where the check is the number of set bits, modulo 4: it catches any wrong bit, and up to three bits
lost to the same side. The cells are large enough to outlive VP8 and H.264 at low bit rates and a
change of the picture's size, and they are read by their medians, so that a thin line drawn across
the strip does no harm.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 16
CHECK_BITS = 2
CELLS = 2 + BITS + CHECK_BITS
LEAST_WIDTH = 16 * CELLS
"Pixels: narrower pictures have no room for a stamp."
CONTRAST = 60
"Grey levels by which the white guard must exceed the black one."
CERTAINTY = 0.2
"Part of the contrast around its middle in which a cell counts as unreadable."

Image = NDArray[np.uint8]


def strip_height(width: int, height: int) -> int:
    """Rows that the stamp covers in a picture of that size: even, about as high as half a cell."""
    return min(max(16, width // CELLS // 2), height) & ~1


def stamp(bgr: Image, number: int) -> None:
    """Draws ``number`` modulo 65536 into the picture, (height, width) or (height, width, 3).

    Raises:
        ValueError: the picture is narrower than ``LEAST_WIDTH``.
    """
    height, width = bgr.shape[:2]
    if width < LEAST_WIDTH:
        raise ValueError(f"a stamp needs {LEAST_WIDTH} pixels, the picture has {width}")
    strip = bgr[height - strip_height(width, height) :]
    for cell, white in enumerate(_cells(number % (1 << BITS))):
        first, last = (edge * width // CELLS for edge in (cell, cell + 1))
        strip[:, first:last] = 255 if white else 0


def read_stamp(picture: Image) -> int | None:
    """The number in a picture, (height, width) grey or (height, width, 3) BGR, or None.

    The picture may have been compressed and scaled, but not cropped, turned or mirrored.
    """
    height, width = picture.shape[:2]
    if width < CELLS * 4 or height < 8:
        return None
    strip = picture[height - strip_height(width, height) :]
    grey = strip if strip.ndim == 2 else _grey(strip)
    return _decode(np.array([_level(grey, cell) for cell in range(CELLS)]))


def _cells(number: int) -> list[bool]:
    check = number.bit_count() % (1 << CHECK_BITS)
    word = number << CHECK_BITS | check
    count = BITS + CHECK_BITS
    return [True, False] + [bool(word >> bit & 1) for bit in reversed(range(count))]


def _grey(bgr: Image) -> Image:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)


def _level(grey: Image, cell: int) -> float:
    """Median of the cell's inner half, away from neighbours and from the picture's edge."""
    height, width = grey.shape
    rows = slice(height // 4, max(height // 4 + 1, height * 3 // 4))
    columns = slice(int((cell + 0.25) * width / CELLS), int((cell + 0.75) * width / CELLS) + 1)
    return float(np.median(grey[rows, columns]))


def _decode(levels: NDArray[np.float64]) -> int | None:
    white, black = levels[:2]
    if white - black < CONTRAST:
        return None
    tone = (levels[2:] - black) / (white - black)
    if np.any(np.abs(tone - 0.5) < CERTAINTY / 2) or tone.min() < -0.5 or tone.max() > 1.5:
        return None
    word = int("".join("1" if bit else "0" for bit in tone > 0.5), 2)
    number, check = word >> CHECK_BITS, word & (1 << CHECK_BITS) - 1
    return number if number.bit_count() % (1 << CHECK_BITS) == check else None
