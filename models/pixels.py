"""From an I420 picture to a network's input: resized, its luma parted into four phases."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Picture

Plane = NDArray[np.uint8]

PLANES = 6
"""Luma of even and odd rows and columns, then U and V: all of half the picture's size."""


class InputWriter:
    """Writes pictures into a network's input; holds its buffers, so one thread at a time.

    Colours and normalisation are in the network's first layer: see ``tools.codec_planes``. Aspect
    is that of the input, whatever the picture's.
    """

    def __init__(self, planes: Plane, border: tuple[int, int, int]) -> None:
        """Prepares to fill ``planes``.

        Args:
            planes: (6, height / 2 + 1, width / 2 + 1), the network's input itself.
            border: Y, U and V of what lies outside the picture, for first rows and columns.
        """
        for plane, level in zip(planes, (border[0],) * 4 + border[1:], strict=True):
            plane[:] = level
        self._inner = planes[:, 1:, 1:]
        height, width = self._inner.shape[1:]
        self._luma = np.empty((2 * height, 2 * width), np.uint8)
        self._chroma = np.empty((height, width), np.uint8)

    def write(self, picture: Picture) -> None:
        """Fills the planes with the picture."""
        luma, *chroma = picture.planes
        small = _scaled(luma, self._luma)
        for number, (row, column) in enumerate(np.ndindex(2, 2)):
            self._inner[number] = small[row::2, column::2]
        for number, plane in enumerate(chroma, 4):
            self._inner[number] = _scaled(plane, self._chroma)


def _scaled(plane: Plane, into: Plane) -> Plane:
    """``plane`` in the size of ``into``, which then holds it."""
    cv2.resize(plane, into.shape[::-1], dst=into, interpolation=cv2.INTER_LINEAR)
    return into
