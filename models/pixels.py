"""From an I420 picture to a network's input: resized, in BGR planes, normalised."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.picture import Picture


class InputWriter:
    """Writes pictures into a network's input; holds its buffers, so one thread at a time.

    The codec planes are resized before they become BGR, which touches fewer pixels than the other
    order. Aspect is not kept.
    """

    def __init__(
        self,
        size: tuple[int, int],
        mean: tuple[float, float, float],
        std: tuple[float, float, float],
    ) -> None:
        """``size`` is (width, height), both even; ``mean`` and ``std`` are for B, G, R of 0…255."""
        width, height = size
        self._small = Picture(np.empty((height * 3 // 2, width), np.uint8))
        self._bgr = np.empty((height, width, 3), np.uint8)
        self._channels = [np.empty((height, width), np.uint8) for _ in range(3)]
        levels = np.arange(256, dtype=np.float64)
        self._tables = [
            ((levels - m) / s).astype(np.float32).reshape(256, 1)
            for m, s in zip(mean, std, strict=True)
        ]

    def write(self, picture: Picture, planes: NDArray[np.float32]) -> None:
        """Fills ``planes`` (3, height, width) with the normalised B, G and R of the picture."""
        for plane, small in zip(picture.planes, self._small.planes, strict=True):
            cv2.resize(plane, small.shape[::-1], dst=small, interpolation=cv2.INTER_LINEAR)
        cv2.cvtColor(self._small.i420, cv2.COLOR_YUV2BGR_I420, dst=self._bgr)
        cv2.split(self._bgr, self._channels)
        for channel, table, plane in zip(self._channels, self._tables, planes, strict=True):
            cv2.LUT(channel, table, dst=plane)
