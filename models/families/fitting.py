"""How a picture becomes the input of a network that was trained elsewhere, and boxes go back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from models.resampling import resized
from vision.types import Boxes

Floats: TypeAlias = NDArray[np.float32]
Pixels: TypeAlias = NDArray[np.uint8]
Size: TypeAlias = tuple[int, int]
"""Width, height in pixels."""

How: TypeAlias = Literal["stretched", "corner", "centred"]
"""Both sides to the input's whatever the aspect; or aspect kept, at the top left or in the middle,
and the rest in one grey."""

IMAGENET_MEAN = (123.675, 116.28, 103.53)
IMAGENET_STD = (58.395, 57.12, 57.375)
"""Of red, green and blue, 0…255, as most networks that were trained on ImageNet expect them.

Deng et al., "ImageNet: A Large-Scale Hierarchical Image Database", CVPR 2009.
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture lies in the network's input."""

    left: int
    top: int
    width: int
    height: int
    "All in pixels of the input."


@dataclass(frozen=True, slots=True)
class Fitting:
    """What a family does to a picture before the network sees it."""

    how: How
    colours: Literal["rgb", "bgr"]
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    "Taken from the values, 0…255, in the order of ``colours``."
    std: tuple[float, float, float] = (255.0, 255.0, 255.0)
    "By which they are then divided."
    grey: int = 114
    "Of what lies beside the picture, before ``mean`` and ``std``."
    antialiased: bool = False
    "Whether it is scaled as Pillow does, which filters what gets smaller, and OpenCV does not."
    rounded: bool = True
    "Whether values are whole again once scaled; not where pictures are numbers before they are."
    anchored: Literal["whole", "corner"] = "whole"
    """What keeps its place where a picture is scaled: as a rule its outline. Where it is the middle
    of the first pixel, black comes in at the far edges of a picture that gets larger."""

    def write(self, bgr: Pixels, into: Floats) -> None:
        """Fits (h, w, 3) pixels into ``into``, (3, height, width), whatever it held."""
        height, width = into.shape[1:]
        fitted = self._fitted(bgr, (width, height))
        if self.colours == "rgb":
            fitted = fitted[:, :, ::-1]
        for plane, values, mean, std in zip(
            into, fitted.transpose(2, 0, 1), self.mean, self.std, strict=True
        ):
            np.multiply(values, np.float32(1 / std), out=plane, casting="unsafe")
            if mean:
                np.subtract(plane, np.float32(mean / std), out=plane)

    def place(self, picture: Size, size: Size) -> Place:
        """Where a picture of one size lies in an input of another."""
        if self.how == "stretched":
            return Place(0, 0, *size)
        width, height = self._part(picture, size)
        if self.how == "corner":
            return Place(0, 0, width, height)
        left, top = _before(size[0] - width), _before(size[1] - height)
        return Place(left, top, width, height)

    def to_picture(self, corners: Floats, picture: Size, size: Size) -> Boxes:
        """Boxes as fractions of the picture, cut off at its edges.

        Args:
            corners: (n, 4) left, top, right, bottom as fractions of the network's input.
            picture: its size.
            size: of the input.
        """
        place = self.place(picture, size)
        # Sides in pixels are rounded, so the scale differs a little from that: YOLOX forgets it.
        parts = place.width / picture[0], place.height / picture[1]
        scale = self._scale(picture, size) if self.how == "corner" else parts
        pixels = corners.astype(np.float64) * np.tile(size, 2)
        pixels -= (place.left, place.top, place.left, place.top)
        fractions = np.clip(pixels / (np.tile(picture, 2) * np.tile(scale, 2)), 0, 1)
        low, high = fractions[:, :2], fractions[:, 2:]
        return np.ascontiguousarray(np.concatenate([low, high - low], axis=1), np.float32)

    def _scale(self, picture: Size, size: Size) -> tuple[float, float]:
        """Pixels of the input for one of the picture, across and down."""
        across, down = size[0] / picture[0], size[1] / picture[1]
        if self.how == "stretched":
            return across, down
        return min(across, down), min(across, down)

    def _part(self, picture: Size, size: Size) -> Size:
        """Of the input, that the picture takes: rounded as its family does."""
        whole = int if self.how == "corner" else round
        across, down = self._scale(picture, size)
        return max(1, whole(picture[0] * across)), max(1, whole(picture[1] * down))

    def _fitted(self, bgr: Pixels, size: Size) -> Pixels | Floats:
        height, width = bgr.shape[:2]
        place = self.place((width, height), size)
        scaled = self._resized(bgr, (place.width, place.height))
        if self.how == "stretched":
            return scaled
        fitted = np.full((size[1], size[0], 3), self.grey, scaled.dtype)
        rows = slice(place.top, place.top + place.height)
        fitted[rows, place.left : place.left + place.width] = scaled
        return fitted

    def _resized(self, bgr: Pixels, size: Size) -> Pixels | Floats:
        height, width = bgr.shape[:2]
        if (width, height) == size:
            return bgr
        if self.antialiased:
            return resized(bgr, size[1], size[0], "bilinear")
        if self.anchored == "corner":
            matrix = np.array([[size[0] / width, 0, 0], [0, size[1] / height, 0], [0, 0, 1.0]])
            return np.asarray(cv2.warpPerspective(bgr, matrix, size), np.uint8)
        if self.rounded:
            return np.asarray(cv2.resize(bgr, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        values = bgr.astype(np.float32)
        return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), np.float32)


def _before(spare: int) -> int:
    """Pixels of grey on the near side, as the Ultralytics letterbox parts them."""
    return round(spare / 2 - 0.1)
