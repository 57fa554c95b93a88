"""One picture, as video codecs hold it: planar YUV 4:2:0 (I420), 8 bits, BT.601 limited range.

Keeping codec planes end to end spares two colour conversions a frame: tracking reads the Y plane,
the overlay draws on the planes, and the encoder takes them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Picture:
    """An I420 picture whose width and height are even.

    Raises:
        ValueError: the buffer's shape is not that of an I420 picture with even sides.
    """

    i420: Plane
    "(height * 3 // 2, width) uint8, C-contiguous: Y rows, then U, then V."

    def __post_init__(self) -> None:
        rows, width = self.i420.shape
        if rows % 3 or width % 2 or not self.i420.flags.c_contiguous:
            raise ValueError(f"not an I420 buffer with even sides: {self.i420.shape}")

    @classmethod
    def from_bgr(cls, bgr: Plane) -> Picture:
        """A picture from (height, width, 3) BGR; an odd last row or column is left out."""
        height, width = (side & ~1 for side in bgr.shape[:2])
        i420 = cv2.cvtColor(np.ascontiguousarray(bgr[:height, :width]), cv2.COLOR_BGR2YUV_I420)
        return cls(np.asarray(i420, np.uint8))

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.i420.shape[1])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.i420.shape[0]) * 2 // 3

    @property
    def planes(self) -> tuple[Plane, Plane, Plane]:
        """Views of Y (height, width), U and V (height / 2, width / 2): writing writes through."""
        luma = self.width * self.height
        flat = self.i420.reshape(-1)
        half = (self.height // 2, self.width // 2)
        return (
            flat[:luma].reshape(self.height, self.width),
            flat[luma : luma + luma // 4].reshape(half),
            flat[luma + luma // 4 :].reshape(half),
        )

    def bgr(self) -> Plane:
        """(height, width, 3) uint8, BGR."""
        return np.asarray(cv2.cvtColor(self.i420, cv2.COLOR_YUV2BGR_I420), np.uint8)

    def grey(self, width: int) -> Plane:
        """The Y plane scaled to ``width`` pixels, aspect kept, by area averaging."""
        height = max(1, round(self.height * width / self.width))
        return np.asarray(
            cv2.resize(self.planes[0], (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )

    def copy(self) -> Picture:
        """A picture of its own, to draw on."""
        return Picture(self.i420.copy())
