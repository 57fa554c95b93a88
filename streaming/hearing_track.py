"""From the client's audio track to one person's ear."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError


async def pump(track: MediaStreamTrack, take: Callable[[av.AudioFrame], None]) -> None:
    """Hands over what comes until the track ends. While the client sends nothing, nothing comes."""
    with suppress(MediaStreamError):
        while True:
            frame = await track.recv()
            if isinstance(frame, av.AudioFrame):
                take(frame)
