"""A picture in the top left of a square, as OWLv2 sees it, and boxes back."""

from __future__ import annotations

import math

import cv2
import numpy as np

from models.families.fitting import Floats, Pixels, Size
from vision.types import Boxes

CLIP_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
CLIP_STD = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)
"""Of red, green and blue, 0…1, in the pictures that CLIP was trained on."""


def write(bgr: Pixels, into: Floats) -> None:
    """Fits (h, w, 3) pixels into ``into``, (3, side, side); what lies beside them is black."""
    side = into.shape[1]
    rgb = _scaled(_squared(bgr)[:, :, ::-1], side)
    np.copyto(into, ((rgb / 255 - CLIP_MEAN) / CLIP_STD).transpose(2, 0, 1))


def to_picture(corners: Floats, picture: Size) -> Boxes:
    """Boxes as fractions of the picture, cut off at its edges.

    Args:
        corners: (n, 4) left, top, right, bottom as fractions of the square.
        picture: its width and height.
    """
    width, height = picture
    stretch = max(width, height) / np.array([width, height, width, height])
    fractions = np.clip(corners * stretch, 0, 1)
    low, high = fractions[:, :2], fractions[:, 2:]
    return np.ascontiguousarray(np.concatenate([low, high - low], axis=1), np.float32)


def _squared(bgr: Pixels) -> Floats:
    height, width = bgr.shape[:2]
    side = max(height, width)
    square = np.zeros((side, side, 3), np.float32)
    square[:height, :width] = bgr
    return square


def _scaled(square: Floats, side: int) -> Floats:
    """Smoothed by a bell as wide as the reduction, so that little aliases, then interpolated."""
    spread = (len(square) / side - 1) / 2
    if spread > 0:
        window = 2 * math.ceil(3 * spread) + 1
        edges = cv2.BORDER_REFLECT_101
        square = np.asarray(
            cv2.GaussianBlur(square, (window, window), spread, borderType=edges), np.float32
        )
    scaled = cv2.resize(square, (side, side), interpolation=cv2.INTER_LINEAR)
    return np.asarray(scaled, np.float32)
