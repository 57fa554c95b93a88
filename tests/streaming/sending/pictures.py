"""Frames of the sample, for encoders that are to have real work."""

from __future__ import annotations

from functools import lru_cache

import av
import numpy as np

from streaming.frames import frame_of
from streaming.sample import sample_camera, sample_picture
from vision.picture import Picture

SIZE = (320, 240)
FIRST = 60
"""The stroll's first second and more stands still."""


@lru_cache(maxsize=128)
def picture(index: int, size: tuple[int, int] = SIZE) -> Picture:
    """One picture of the sample on its way from one photograph to the next."""
    return sample_picture(sample_camera(size), FIRST + index)


def frame(index: int, size: tuple[int, int] = SIZE, step: int = 3000) -> av.VideoFrame:
    """The same, stamped."""
    return frame_of(picture(index, size).copy(), index * step)


def decoder(codec: str) -> av.CodecContext:
    """A decoder for a codec by its name in SDP."""
    return av.CodecContext.create("h264" if codec == "H264" else "libvpx", "r")


def psnr(one: Picture, other: Picture) -> float:
    """Of the Y planes, in dB."""
    difference = one.planes[0].astype(np.float64) - other.planes[0]
    return float(10 * np.log10(255**2 / max(1e-3, np.mean(difference**2))))
