"""What goes out: a track that sends the newest finished frame, and never the same one twice."""

from __future__ import annotations

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from streaming.mailbox import Closed, Mailbox


class ReturnedTrack(MediaStreamTrack):
    """The annotated stream. aiortc's sender awaits ``recv`` and encodes what it gets."""

    kind = "video"

    def __init__(self, frames: Mailbox[av.VideoFrame]) -> None:
        super().__init__()
        self._frames = frames

    async def recv(self) -> av.VideoFrame:
        """The newest frame, with the time stamp that it came in with.

        Raises:
            MediaStreamError: the session has ended.
        """
        try:
            return await self._frames.get()
        except Closed:
            self.stop()
            raise MediaStreamError from None
