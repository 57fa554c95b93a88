"""Between PyAV's frames and our pictures."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np

from vision.picture import Picture

MEDIA_CLOCK = 90_000
"""Ticks a second of the video media clock (RFC 3551)."""

TIME_BASE = Fraction(1, MEDIA_CLOCK)

MOST_ASPECT = 16
"""Times the shorter side that the longer may have: smaller copies keep it, and grow with it."""


def picture_of(frame: av.VideoFrame) -> Picture:
    """A picture of its own (the decoder keeps and reuses the frame's planes).

    A frame that is not 8-bit limited-range 4:2:0, or has an odd side, is converted.

    Raises:
        ValueError: one side is more than `MOST_ASPECT` times the other.
    """
    if max(frame.width, frame.height) > MOST_ASPECT * min(frame.width, frame.height):
        raise ValueError(f"a picture of {frame.width}x{frame.height} is no camera's: crop it")
    even = (frame.width & ~1, frame.height & ~1)
    if frame.format.name != "yuv420p" or (frame.width, frame.height) != even:
        frame = frame.reformat(width=even[0], height=even[1], format="yuv420p")
    return Picture(np.ascontiguousarray(frame.to_ndarray(), np.uint8))


def frame_of(picture: Picture, pts: int) -> av.VideoFrame:
    """A frame stamped in the 90 kHz media clock; it shares the picture's memory where it can."""
    # PyAV 18 takes the height of a shared buffer for a multiple of four
    wrap = av.VideoFrame.from_ndarray if picture.height % 4 else av.VideoFrame.from_numpy_buffer
    frame = wrap(picture.i420, format="yuv420p")
    frame.pts = pts
    frame.time_base = TIME_BASE
    return frame
