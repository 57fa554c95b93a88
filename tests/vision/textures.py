"""Textured pictures to look at, and views of them from a moving camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.motion import CameraMotion
from vision.picture import Picture

Grey = NDArray[np.uint8]


def texture(width: int, height: int, seed: int) -> Grey:
    """Noise at five scales, so that there are corners to follow at each."""
    random = np.random.default_rng(seed)
    sum_of_scales = np.zeros((height, width), np.float32)
    for scale in (2, 4, 8, 16, 32):
        coarse = random.normal(size=(height // scale + 1, width // scale + 1)).astype(np.float32)
        sum_of_scales += scale * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    stretched = cv2.normalize(sum_of_scales, None, 0, 255, cv2.NORM_MINMAX)  # type: ignore[call-overload]
    return np.asarray(stretched, np.uint8)


def similarity(
    size: tuple[int, int],
    shift: tuple[float, float],
    *,
    zoom: float = 1.0,
    turn: float = 0.0,
) -> CameraMotion:
    """A motion by ``shift`` pixels, with zoom and turn (radians) about the picture's centre."""
    wide = np.array(size, np.float64)
    linear = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    offset = wide / 2 - linear @ (wide / 2) + shift
    return CameraMotion(np.hstack([linear * wide, offset[:, None]]) / wide[:, None])


def view(world: Grey, size: tuple[int, int], motion: CameraMotion) -> Grey:
    """What a camera of ``size`` sees of the middle of the world after ``motion``."""
    wide = np.array(size, np.float64)
    linear = motion.matrix[:, :2] * wide[:, None] / wide[None]
    middle = (np.array(world.shape[::-1]) - wide) / 2
    # warpAffine counts from pixel centres, motions from the picture's corner.
    offset = motion.matrix[:, 2] * wide - linear @ (middle - 0.5) - 0.5
    placed = np.hstack([linear, offset[:, None]])
    return np.asarray(cv2.warpAffine(world, placed, size, flags=cv2.INTER_LINEAR), np.uint8)


def picture(grey: Grey) -> Picture:
    """A picture without colour."""
    return Picture.from_bgr(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8))
