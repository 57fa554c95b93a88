"""What the peers do with a picture: nothing, or our detector. Runs in their environments."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models import registry
from vision.picture import Picture

GREEN = (0, 255, 0)

Image = NDArray[np.uint8]


class PassThrough:
    """Gives back what it gets."""

    calls = 0

    def __call__(self, bgr: Image) -> Image:
        """The picture itself."""
        return bgr


class Detecting:
    """Draws what the detector sees, the way most examples do it: there and then."""

    def __init__(self, detector: str) -> None:
        self.calls = 0
        self._detector = registry.create(detector)

    def __call__(self, bgr: Image) -> Image:
        """(height, width, 3) BGR, drawn on."""
        found = self._detector.detect(Picture.from_bgr(bgr))
        self.calls += 1
        height, width = bgr.shape[:2]
        drawn = np.ascontiguousarray(bgr)
        for box in found.boxes * np.array([width, height, width, height]):
            left, top, across, down = map(int, box)
            cv2.rectangle(drawn, (left, top), (left + across, top + down), GREEN, 2)
        return drawn


def handler(detector: str | None) -> Any:
    """A handler for the name of a detector, or for None."""
    return Detecting(detector) if detector else PassThrough()
