"""Glimpses of painted scenes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.glimpse import SMALL_WIDTH, Glimpse
from vision.motion import STILL, CameraMotion
from vision.picture import Picture
from vision.types import Box, Seconds, Track, TrackId

SHARP = 0.9
Image = NDArray[np.uint8]


def coloured(grey: Image) -> Image:
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)


def with_patch(bgr: Image, box: Box, colour: tuple[int, int, int]) -> Image:
    """The picture with a box painted over, in fractions."""
    painted = bgr.copy()
    height, width = bgr.shape[:2]
    left, top, across, down = box
    rows = slice(round(top * height), round((top + down) * height))
    painted[rows, round(left * width) : round((left + across) * width)] = colour
    return painted


def track(id_: int, box: Box, label: int = 0, seen: float = 0.0) -> Track:
    return Track(TrackId(id_), label, 0.8, box, (0.0, 0.0), Seconds(seen))


def glimpse(
    bgr: Image | Picture,
    t: float,
    tracks: Sequence[Track] = (),
    motion: CameraMotion = STILL,
    sharpness: float = SHARP,
) -> Glimpse:
    picture = bgr if isinstance(bgr, Picture) else Picture.from_bgr(bgr)
    small = picture.grey(SMALL_WIDTH)
    pts = round(t * 90_000)
    return Glimpse(picture, Seconds(t), pts, tuple(tracks), {}, motion, small, sharpness)
