"""What comes in: decoded frames of a remote track, each with its times.

The one place that knows how aiortc 1.16 keeps the times of a received stream: decoded frames carry
``pts`` counted from the first RTP timestamp, and sender reports (RFC 3550, section 6.4.1) tie RTP
timestamps to the sender's wall clock. Both are read off the receiver, which keeps them private.

aiortc queues decoded frames without bound, so they are read as fast as they come, whatever is done
with them: only the newest is handed on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import av
from aiortc import MediaStreamTrack, RTCRtpReceiver
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtcpSrPacket

from streaming.frames import MEDIA_CLOCK
from streaming.jitter import PromptReceiver
from streaming.mailbox import Closed, Mailbox
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
    arrived: float
    "Monotonic seconds."


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

    Two coroutines drive it: ``pump`` empties the track, ``arrivals`` gives the newest frames.
    """

    def __init__(self, track: MediaStreamTrack, receiver: RTCRtpReceiver) -> None:
        self._track = track
        self._receiver = receiver
        self._clock = SenderClock()
        self._newest: Mailbox[Arrival] = Mailbox()
        self._last_pts = -1
        self.received = 0
        self.out_of_order = 0
        self._receiving = PromptReceiver(receiver)
        self._listen()

    def drops(self) -> dict[str, int]:
        """Frames that did not get through, by place."""
        return {
            "in": self._newest.dropped,
            "order": self.out_of_order,
            "undecoded": self._receiving.flushed,
        }

    async def pump(self) -> None:
        """Reads until the track ends; then ``arrivals`` ends too."""
        try:
            with suppress(MediaStreamError):
                while True:
                    self._note(await self._track.recv())
        except Exception:
            log.exception("reading a track failed")
        finally:
            self._newest.close()

    def forget(self) -> None:
        """Drops what waits to be decoded; the track is about to be closed."""
        self._receiving.forget()

    async def arrivals(self) -> AsyncIterator[Arrival]:
        """The newest frame, each time there is one, in order of capture."""
        with suppress(Closed):
            while True:
                yield await self._newest.get()

    def _note(self, frame: object) -> None:
        if not isinstance(frame, av.VideoFrame) or frame.pts is None:
            return
        self.received += 1
        if frame.pts <= self._last_pts:
            self.out_of_order += 1
            return
        self._last_pts = frame.pts
        self._newest.put(self._arrival(frame, frame.pts))

    def _arrival(self, frame: av.VideoFrame, pts: int) -> Arrival:
        rtp = self._rtp(pts)
        return Arrival(
            frame=frame,
            t=Seconds(pts / MEDIA_CLOCK),
            pts=pts,
            rtp=rtp,
            captured=None if rtp is None else self._clock.captured(rtp),
            arrived=time.monotonic(),
        )

    def _rtp(self, pts: int) -> int | None:
        mapper = getattr(self._receiver, "_RTCRtpReceiver__timestamp_mapper", None)
        origin = getattr(mapper, "_origin", None)
        return None if origin is None else (origin + pts) % (1 << 32)

    def _listen(self) -> None:
        """Overhears the receiver's sender reports."""
        handle = self._receiver._handle_rtcp_packet  # noqa: SLF001

        async def overhear(packet: object) -> None:
            if isinstance(packet, RtcpSrPacket):
                sender = packet.sender_info
                self._clock.report(sender.ntp_timestamp, sender.rtp_timestamp)
            await handle(packet)  # type: ignore[arg-type]

        self._receiver._handle_rtcp_packet = overhear  # type: ignore[method-assign]  # noqa: SLF001
