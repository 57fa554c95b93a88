"""Pictures that are too large, made smaller."""

from __future__ import annotations

import math

import cv2
import numpy as np

from vision.picture import Picture


def shrunk(picture: Picture, pixels: int) -> Picture:
    """The picture, of at most so many pixels, its aspect kept as near as even sides allow.

    What is found in it is told in fractions of its sides, and is thus the same.
    """
    if picture.width * picture.height <= pixels:
        return picture
    scale = math.sqrt(pixels / (picture.width * picture.height))
    width, height = (max(2, int(side * scale) & ~1) for side in (picture.width, picture.height))
    smaller = Picture(np.empty((height * 3 // 2, width), np.uint8))
    for large, small in zip(picture.planes, smaller.planes, strict=True):
        cv2.resize(large, small.shape[::-1], dst=small, interpolation=cv2.INTER_AREA)
    return smaller
