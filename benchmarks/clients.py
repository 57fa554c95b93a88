"""Cameras of simulated clients."""

from __future__ import annotations

import asyncio
from fractions import Fraction

import av
import numpy as np
from aiortc import MediaStreamTrack

FPS = 30


class FlatCamera(MediaStreamTrack):
    """A grey picture, thirty times a second."""

    kind = "video"

    def __init__(self, width: int = 320, height: int = 240) -> None:
        super().__init__()
        self._picture = np.full((height * 3 // 2, width), 120, np.uint8)
        self._sent = 0

    async def recv(self) -> av.VideoFrame:
        """The next picture, when it is time."""
        await asyncio.sleep(1 / FPS)
        frame = av.VideoFrame.from_ndarray(self._picture, "yuv420p")
        frame.pts, frame.time_base = self._sent * 3000, Fraction(1, 90_000)
        self._sent += 1
        return frame
