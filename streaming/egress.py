"""What goes out: a track that sends the newest finished frame, and never the same one twice.

It gives the returned stream its name in SDP, and its frames only where ``streaming.sending`` does
not know the aiortc that is installed, and leaves encoding to that.
"""

from __future__ import annotations

from fractions import Fraction

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from streaming.frames import MEDIA_CLOCK
from streaming.mailbox import Closed, Mailbox

MICROSECONDS = Fraction(1, 1_000_000)
"""PyAV's encoders count in these."""


class ReturnedTrack(MediaStreamTrack):
    """The annotated stream. aiortc's own way of sending awaits ``recv``, and encodes that."""

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
            return _exactly_stamped(await self._frames.get())
        except Closed:
            self.stop()
            raise MediaStreamError from None


def _exactly_stamped(frame: av.VideoFrame) -> av.VideoFrame:
    """Rounds up to whole microseconds.

    aiortc 1.16 lets PyAV turn the stamp into microseconds and rounds it down twice on its way back
    to 90 kHz, which would make it one tick less than the source's.
    """
    assert frame.pts is not None
    frame.pts = -(-frame.pts * MICROSECONDS.denominator // MEDIA_CLOCK)
    frame.time_base = MICROSECONDS
    return frame
