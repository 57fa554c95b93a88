"""Puts our way of receiving in place of aiortc's: the one place that knows its private names.

aiortc's receiver goes on to do what it does well: bandwidth estimates (REMB), reception statistics
and reports, unwrapping retransmissions (RTX), taking payload descriptors off. Where it would note
missing packets, nothing is noted; where it would put packets in order, they are taken over. Its own
decoder thread gets nothing to do, so that joining it, as aiortc does when it stops, takes no time;
its track gives no frames, but still ends.

With another aiortc than the known one video comes through the track, by aiortc's own way, after a
warning; all that is changed then is that sender reports are overheard on their way.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import time
from collections.abc import Callable, Coroutine
from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.rtp import RtcpByePacket, RtcpSrPacket, RtpPacket

from streaming.known_aiortc import is_known
from streaming.receiving.buffer import NOTHING, FrameBuffer, Outcome
from streaming.receiving.decoder import Decoded
from streaming.receiving.decoding import Decoding
from streaming.receiving.estimate import SeldomEstimator
from streaming.receiving.pieces import KEY_OF, KeyOf, Piece
from streaming.receiving.standstill import Standstill

log = logging.getLogger(__name__)

MANGLED = "_RTCRtpReceiver__"
"""What Python makes of two leading underscores there."""

NEEDED = (
    f"{MANGLED}codecs",
    f"{MANGLED}jitter_buffer",
    f"{MANGLED}nack_generator",
    f"{MANGLED}remote_bitrate_estimator",
    "_handle_rtcp_packet",
    "_send_rtcp_nack",
    "_send_rtcp_pli",
)
"""Private names that must be there."""

MOST_SENDING = 8
"""Feedback messages on their way to the socket; beyond, they are dropped, as the network might."""


class _Counted:
    """In the place of aiortc's ``NackGenerator``: sees each media packet before it is parsed."""

    def __init__(self) -> None:
        self.packets = 0

    def add(self, _packet: RtpPacket) -> bool:
        """Whether aiortc is to ask for packets again: never."""
        self.packets += 1
        return False


class _Intake:
    """In the place of aiortc's ``JitterBuffer``: gets each media packet, parsed."""

    def __init__(self, take: Callable[[RtpPacket], tuple[bool, None]]) -> None:
        self.add = take
        "Tells whether aiortc is to ask for a key frame, and gives a frame for its decoder."


class Receiving:
    """One receiver's way from packets to pictures; on the loop's thread."""

    def __init__(
        self,
        receiver: RTCRtpReceiver,
        decoded: Callable[[Decoded], None],
        reported: Callable[[int, int], None],
        stands_still: Callable[[], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        """``decoded`` gets pictures in order, ``reported`` sender reports: NTP and RTP time.

        ``stands_still`` is called every few seconds in which packets come, but no picture;
        ``ended`` when the sender says goodbye (RTCP BYE), though it may come again.
        """
        self._receiver = receiver
        self._hand_over = decoded
        self._ended = ended
        self._stands_still = stands_still
        self._standstill = Standstill()
        self._buffer = FrameBuffer()
        self._decoding = Decoding(self._from_decoder, self._decoder_failed)
        self._counted = _Counted()
        self._parsed = 0
        self._sending: set[asyncio.Task[None]] = set()
        self._kinds: dict[int, tuple[str, KeyOf]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._timer_due = 0.0
        self._closed = False
        self.known = is_known(receiver, NEEDED)
        "Whether this way is taken, and not aiortc's own."
        if self.known:
            setattr(receiver, f"{MANGLED}nack_generator", self._counted)
            setattr(receiver, f"{MANGLED}jitter_buffer", _Intake(self._take))
            name = f"{MANGLED}remote_bitrate_estimator"
            setattr(receiver, name, SeldomEstimator(getattr(receiver, name)))
        _listen(receiver, reported, self._goodbye)

    def counts(self) -> dict[str, int]:
        """What happened to packets and frames so far."""
        missing, buffer = self._buffer.missing, self._buffer.counts
        return {
            "lost": missing.lost,
            "repaired": missing.repaired,
            "given_up": missing.given_up,
            "late": buffer["late"],
            "garbage": self._garbage(),
            "undecodable": buffer["undecodable"],
            "key_frames_asked": self._buffer.wish.asked,
            "flushed": self._decoding.flushed,
            "decode_errors": self._decoding.errors,
        }

    def close(self) -> None:
        """Ends timers and the decoder's thread, without waiting for it. May be called twice."""
        self._closed = True
        self._stop_timer()
        for task in tuple(self._sending):
            task.cancel()
        self._decoding.close()
        if not self.known:
            _empty(getattr(self._receiver, f"{MANGLED}decoder_queue", None))

    def ask_key(self) -> None:
        """Asks for a key frame, though none is needed; what comes meanwhile is decoded as ever."""
        source = self._buffer.source
        if source is not None and not self._closed:
            self._send(self._receiver._send_rtcp_pli(source))  # noqa: SLF001

    def stamp(self, pts: int) -> int | None:
        """On aiortc's own way: the RTP timestamp of a picture of the track."""
        mapper = getattr(self._receiver, f"{MANGLED}timestamp_mapper", None)
        origin = getattr(mapper, "_origin", None)
        return None if origin is None else (origin + pts) % (1 << 32)

    def _garbage(self) -> int:
        counts = self._buffer.counts
        unparsed = self._counted.packets - self._parsed
        return unparsed + counts["stray"] + counts["oversized"]

    def _take(self, packet: RtpPacket) -> tuple[bool, None]:
        """A packet that aiortc could parse. There is nothing left for aiortc to do with it."""
        self._parsed += 1
        kind = self._kinds.get(packet.payload_type) or self._kind(packet.payload_type)
        if kind is None or self._closed:
            return False, None
        codec, key_of = kind
        data: bytes = packet._data  # type: ignore[attr-defined]  # noqa: SLF001
        opens, key = key_of(packet.payload, data)
        now = time.monotonic()
        self._standstill.came(now)
        piece = Piece(
            packet.ssrc,
            packet.sequence_number,
            packet.timestamp,
            packet.marker == 1,
            codec,
            opens,
            key,
            data,
        )
        outcome = self._buffer.add(piece, now)
        if outcome is not NOTHING or self._timer is not None:
            self._act(outcome)
            self._complain(now)
        return False, None

    def _kind(self, payload_type: int) -> tuple[str, KeyOf] | None:
        """A payload type's codec, and how its key frames are told; none if that is not known."""
        self._loop = asyncio.get_running_loop()
        codec = getattr(self._receiver, f"{MANGLED}codecs")[payload_type].name
        if codec in KEY_OF:
            self._kinds[payload_type] = (codec, KEY_OF[codec])
        return self._kinds.get(payload_type)

    def _complain(self, now: float) -> None:
        if self._buffer.wish.wanted and self._standstill.lasts(now):
            self._stands_still()

    def _act(self, outcome: Outcome) -> None:
        """Does what the buffer wants, and sees to it that it is asked again in time."""
        self._feed_back(outcome)
        refused = [frame for frame in outcome.frames if not self._decoding.put(frame)]
        if refused:
            now = time.monotonic()
            self._act(self._buffer.need_key_frame(now, after=refused[-1].number))
        self._wake_at(self._buffer.due)

    def _feed_back(self, outcome: Outcome) -> None:
        source = self._buffer.source
        if source is None:
            return
        if outcome.ask_for:
            self._send(self._receiver._send_rtcp_nack(source, list(outcome.ask_for)))  # noqa: SLF001
        if outcome.ask_key:
            self._send(self._receiver._send_rtcp_pli(source))  # noqa: SLF001

    def _send(self, message: Coroutine[Any, Any, None]) -> None:
        if len(self._sending) >= MOST_SENDING:
            message.close()
            return
        task = asyncio.create_task(message)
        self._sending.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.warning("feedback could not be sent", exc_info=task.exception())

    def _wake_at(self, due: float | None) -> None:
        """There is one timer, and none while nothing is missing."""
        if due is None:
            self._stop_timer()
            return
        if self._timer is not None and self._timer_due <= due:
            return
        self._stop_timer()
        self._timer_due = due
        delay = max(0.0, due - time.monotonic())
        self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        self._timer = None
        self._act(self._buffer.tick(time.monotonic()))

    def _from_decoder(self, decoded: Decoded) -> None:
        self._call_on_loop(self._hand_over_unless_closed, decoded)

    def _decoder_failed(self, number: int) -> None:
        self._call_on_loop(self._ask_key_after, number)

    def _hand_over_unless_closed(self, decoded: Decoded) -> None:
        if not self._closed:
            self._standstill.shown(time.monotonic())
            self._buffer.shown(decoded.encoded.number)
            self._hand_over(decoded)

    def _ask_key_after(self, number: int) -> None:
        if not self._closed:
            self._act(self._buffer.need_key_frame(time.monotonic(), after=number))

    def _goodbye(self) -> bool:
        """Whether aiortc need not know: it would end the track for good."""
        if not self._closed:
            self._ended()
        return self.known

    def _call_on_loop(self, callback: Callable[..., None], *arguments: object) -> None:
        """From the decoder's thread. A loop that is closed needs nothing any more."""
        try:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:
            self._decoding.close()


def _listen(
    receiver: RTCRtpReceiver, reported: Callable[[int, int], None], goodbye: Callable[[], bool]
) -> None:
    """Overhears the receiver's sender reports, and keeps goodbyes from it where we are told to."""
    handle = getattr(receiver, "_handle_rtcp_packet", None)
    if handle is None:
        return

    async def overhear(packet: object) -> None:
        if isinstance(packet, RtcpSrPacket):
            sender = packet.sender_info
            reported(sender.ntp_timestamp, sender.rtp_timestamp)
        if isinstance(packet, RtcpByePacket) and goodbye():
            return
        await handle(packet)

    receiver._handle_rtcp_packet = overhear  # type: ignore[method-assign]  # noqa: SLF001


def _empty(waiting: queue.Queue[Any] | None) -> None:
    """Drops what waits for aiortc's own decoder, so that joining its thread takes less time."""
    while waiting is not None:
        try:
            waiting.get_nowait()
        except queue.Empty:
            return
