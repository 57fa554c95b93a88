"""What comes in: decoded frames of a remote track, each with its times.

Sender reports (RFC 3550, section 6.4.1) tie the RTP timestamps of frames to the sender's wall
clock. Frames come as fast as they are decoded, whatever is done with them: only the newest is
handed on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass

import av
from aiortc import MediaStreamTrack, RTCRtpReceiver
from aiortc.mediastreams import MediaStreamError

from streaming.frames import MEDIA_CLOCK
from streaming.mailbox import Closed, Mailbox
from streaming.receiving.adapter import Receiving
from streaming.receiving.decoder import Decoded
from streaming.receiving.pieces import EncodedFrame
from vision.types import Seconds

log = logging.getLogger(__name__)

NTP_TO_UNIX = 2_208_988_800
"""Seconds from 1900 (NTP, RFC 5905) to 1970 (Unix)."""

MAX_REPORT_AGE = 60.0
"""Seconds of media; an older sender report says nothing of a frame's capture time."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A decoded frame that just came."""

    frame: av.VideoFrame
    "As decoded; its planes belong to the decoder."
    t: Seconds
    "Capture time, media clock."
    pts: int
    "The same, 90 kHz ticks."
    rtp: int | None
    "The sender's own RTP timestamp."
    captured: float | None
    "Unix seconds by the sender's clock, if its sender reports told."
    completed: float
    "Monotonic seconds at which it was whole, and with it all that it needs; then it is decoded."
    arrived: float
    "Monotonic seconds at which it came here, decoded."


class SenderClock:
    """Ties RTP timestamps to the sender's wall clock, by its last sender report."""

    def __init__(self) -> None:
        self._report: tuple[int, float] | None = None

    def report(self, ntp: int, rtp: int) -> None:
        """Notes a sender report: NTP time as 32.32 fixed point, and the RTP timestamp then."""
        if ntp:
            self._report = (rtp, ntp / (1 << 32) - NTP_TO_UNIX)

    def captured(self, rtp: int) -> float | None:
        """Unix seconds at which the frame with that RTP timestamp was captured."""
        if self._report is None:
            return None
        base, unix = self._report
        ticks = (rtp - base + (1 << 31)) % (1 << 32) - (1 << 31)
        since = ticks / MEDIA_CLOCK
        return unix + since if abs(since) <= MAX_REPORT_AGE else None


class Ingest:
    """Reads one remote video track to its end.

    Two coroutines drive it: ``pump`` waits for the track's end, ``arrivals`` gives the newest
    frames. ``forget`` ends it from outside, and is needed if ``pump`` never ran.
    """

    def __init__(
        self,
        track: MediaStreamTrack,
        receiver: RTCRtpReceiver,
        stands_still: Callable[[], None] = lambda: None,
        video_ended: Callable[[], None] = lambda: None,
    ) -> None:
        """``stands_still`` is called every few seconds in which packets come, but no picture.

        ``video_ended`` is called when the sender says that no more is coming (RTCP BYE).
        """
        self._track = track
        self._clock = SenderClock()
        self._newest: Mailbox[Arrival] = Mailbox()
        self._last_pts = -1
        self.tap: Callable[[EncodedFrame], None] | None = None
        "Is given every frame that could be decoded, as it came; only where `can_tap`."
        self.received = 0
        self.out_of_order = 0
        self._receiving = Receiving(
            receiver, self._decoded, self._clock.report, stands_still, video_ended
        )

    def drops(self) -> dict[str, int]:
        """Frames that did not get through, by place."""
        return {
            "in": self._newest.dropped,
            "order": self.out_of_order,
            "undecoded": self.counts()["flushed"],
        }

    def counts(self) -> dict[str, int]:
        """What happened on the way here: packets lost and repaired, key frames asked for..."""
        return self._receiving.counts()

    @property
    def can_tap(self) -> bool:
        """Whether frames can be had as they came."""
        return self._receiving.known

    def ask_key(self) -> None:
        """Asks the sender for a frame that needs none before it."""
        self._receiving.ask_key()

    async def pump(self) -> None:
        """Reads until the track ends; then ``arrivals`` ends too."""
        try:
            with suppress(MediaStreamError):
                while True:
                    self._read(await self._track.recv())
        except Exception:
            log.exception("reading a track failed")
        finally:
            self.forget()

    def forget(self) -> None:
        """Ends ``arrivals``, and drops what waits to be decoded. May be called twice."""
        self.tap = None
        self._receiving.close()
        self._newest.close()

    async def arrivals(self) -> AsyncIterator[Arrival]:
        """The newest frame, each time there is one, in order of capture."""
        with suppress(Closed):
            while True:
                yield await self._newest.get()

    def _read(self, frame: object) -> None:
        """A frame of the track itself: only aiortc's own way gives any."""
        if isinstance(frame, av.VideoFrame) and frame.pts is not None:
            now = time.monotonic()
            self._note(frame, frame.pts, self._receiving.stamp(frame.pts), now)

    def _decoded(self, decoded: Decoded) -> None:
        encoded = decoded.encoded
        if self.tap is not None and encoded.pts > self._last_pts:
            self.tap(encoded)
        self._note(decoded.picture, encoded.pts, encoded.stamp, encoded.completed)

    def _note(self, frame: av.VideoFrame, pts: int, rtp: int | None, completed: float) -> None:
        self.received += 1
        if pts <= self._last_pts:
            self.out_of_order += 1
            return
        self._last_pts = pts
        arrival = Arrival(
            frame=frame,
            t=Seconds(pts / MEDIA_CLOCK),
            pts=pts,
            rtp=rtp,
            captured=None if rtp is None else self._clock.captured(rtp),
            completed=completed,
            arrived=time.monotonic(),
        )
        self._newest.put(arrival)
