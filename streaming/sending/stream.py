"""The annotated frames of one session, encoded one at a time in a thread of their own.

Driving contract: ``next`` until it raises ``Closed``, and nothing else of the loop between; what
``next`` gave is put on the wire before it is called again, so that a frame which would queue behind
another is never encoded: the mailbox meanwhile keeps the newest. ``close`` at the end, once or
more; it waits for nothing. Feedback (``key_frames``, ``rate``) may come at any time on the loop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import av

from streaming.frames import MEDIA_CLOCK
from streaming.mailbox import Mailbox
from streaming.sending.encoder import Encoded, Recipe, VideoEncoder
from streaming.sending.frame_rate import FrameRate
from streaming.sending.keyframes import KeyFrames
from streaming.sending.limits import Limits
from streaming.sending.rate import DampedRate, RateControl
from streaming.stats import Latency

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Counts:
    """What became of the frames and packets of one stream."""

    frames: int = 0
    "Encoded."
    late: int = 0
    "Not encoded, since the packets of the one before were still leaving."
    surplus: int = 0
    "Not encoded, since there were more a second than allowed."
    failed: int = 0
    "Not encoded, since the encoder did not take them."
    retransmitted: int = 0
    "Packets sent again since they were asked for."
    copies: int = 0
    "Packets sent twice unasked, on a link that loses some."
    key_frames: int = 0
    "Encoded without reference to any other."
    key_requests: int = 0
    "Times that the receiver asked for one."
    bitrate: int = 0
    "Bits a second that the encoder was last told."


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One frame, ready for the wire."""

    payloads: list[bytes]
    "RTP payloads, in order."
    pts: int
    "Time stamp, 90 kHz."
    rate: int
    "Bits a second that the stream is held to."
    key: bool = False
    "Whether it can be decoded without any frame before it."


@dataclass(frozen=True, slots=True)
class _Job:
    """What the thread is asked for."""

    frame: av.VideoFrame
    pts: int
    rate: int
    ceiling: int
    key: bool


@dataclass(slots=True)
class Feedback:
    """What the receiver has said."""

    key_frames: KeyFrames = field(default_factory=KeyFrames)
    rate: RateControl = field(default_factory=RateControl)


class Stream:
    """Turns the newest frame into payloads."""

    def __init__(
        self,
        frames: Mailbox[av.VideoFrame],
        recipe: Recipe,
        pack: Callable[[bytes], list[bytes]],
        limits: Limits,
        encode_times: Latency,
    ) -> None:
        """``pack`` makes RTP payloads of one frame's bitstream; it runs in the thread too."""
        self.frames = frames
        self.feedback = Feedback()
        self.counts = Counts()
        self.encode_times = encode_times
        self._limits = limits
        self._pack = pack
        self._encoder = VideoEncoder(recipe, limits.max_fps)
        self._frame_rate = FrameRate(limits.max_fps, MEDIA_CLOCK)
        self._damped = DampedRate(recipe.damping)
        self._thread = ThreadPoolExecutor(1, "encoder")
        self._complained = False

    async def next(self) -> Outgoing:
        """The newest frame, encoded.

        Raises:
            Closed: there will be no more.
        """
        while True:
            job = self._job(await self.frames.get())
            outgoing = None if job is None else await self._encoded(job)
            if outgoing is not None:
                return outgoing

    def report(self) -> Counts:
        """The counts of this moment."""
        self.counts.key_frames = self.feedback.key_frames.sent_count
        self.counts.key_requests = self.feedback.key_frames.asked_count
        return self.counts

    def close(self) -> None:
        """Lets the thread end after the frame that it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _job(self, frame: av.VideoFrame) -> _Job | None:
        pts = frame.pts
        if pts is None or not self._frame_rate.admits(pts):
            self.counts.surplus += 1
            return None
        now = time.monotonic()
        ceiling = self._limits.ceiling(frame.width, frame.height)
        rate = self._damped.follow(self.feedback.rate.wanted(ceiling), now)
        self.counts.bitrate = rate
        return _Job(frame, pts, rate, ceiling, self.feedback.key_frames.due(now))

    async def _encoded(self, job: _Job) -> Outgoing | None:
        loop = asyncio.get_running_loop()
        try:
            encoded, payloads = await loop.run_in_executor(self._thread, self._work, job)
        except Exception as error:
            self._failed(error)
            return None
        if encoded.key:
            self.feedback.key_frames.sent(time.monotonic())
        if not payloads:
            return None
        self.counts.frames += 1
        return Outgoing(payloads, job.pts, job.rate, encoded.key)

    def _work(self, job: _Job) -> tuple[Encoded, list[bytes]]:
        """In the thread."""
        started = time.perf_counter()
        rate = self._told(job)
        encoded = self._encoder.encode(job.frame, rate, job.ceiling, key=job.key)
        payloads = self._pack(encoded.data)
        self.encode_times.add(time.perf_counter() - started)
        return encoded, payloads

    def _told(self, job: _Job) -> int:
        """An encoder that counts on the nominal frame rate is told more where frames are fewer."""
        if self._encoder.recipe.knows_time:
            return job.rate
        return min(job.ceiling, int(job.rate * self._limits.max_fps / self._frame_rate.fps))

    def _failed(self, error: Exception) -> None:
        """Leaves out one frame; the next one begins anew."""
        self.counts.failed += 1
        self._encoder.forget()
        self.feedback.key_frames.insist()
        if not self._complained:
            self._complained = True
            log.warning("a frame could not be encoded and was left out: %s", error)
