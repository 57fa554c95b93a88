"""What the peers do with a picture: nothing, or our detector. Runs in their environments."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models import registry
from models.devices import DEVICES, Device
from vision.picture import Picture
from vision.ports import LadderDetector

GREEN = (0, 255, 0)

Image = NDArray[np.uint8]


class PassThrough:
    """Gives back what it gets."""

    def __call__(self, bgr: Image) -> Image:
        """The picture itself."""
        return bgr

    def told(self) -> dict[str, object]:
        """Nothing is detected."""
        return {"calls": 0}


class Detecting:
    """Draws what the detector sees, the way most examples do it: there and then."""

    def __init__(self, detector: str, device: Device, threads: int) -> None:
        cv2.setNumThreads(1)  # as where our server detects
        self.calls = 0
        self._detector = registry.create(detector, device=device, threads=threads)

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

    def told(self) -> dict[str, object]:
        """How often it was called, and what it detects with."""
        it = self._detector
        rung = it.rungs[it.rung] if isinstance(it, LadderDetector) else ""
        named = f"{it.name} on {it.runtime.device}, threads: {it.runtime.threads}"
        return {"calls": self.calls, "detector": named, "rung": rung}


def handler(arguments: list[str]) -> Any:
    """A handler for a detector's name, device and threads; for nothing, one that passes through."""
    if not arguments:
        return PassThrough()
    name, device, threads = arguments
    return Detecting(name, next(each for each in DEVICES if each == device), int(threads))
