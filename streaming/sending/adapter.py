"""Puts our way of sending in place of aiortc's: the one place that knows its private names.

aiortc's sender goes on to do what it does well: sender reports, round-trip times, statistics,
starting and stopping. Its loop from track to packets is replaced by ours, with our encoder, pacer
and history of packets, and its map of header extensions by one that knows ``playout-delay``.

With another aiortc than the known one nothing is changed, but for a warning: the track's frames
are then encoded and sent by aiortc's own way.
"""

from __future__ import annotations

import asyncio
import logging
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import av
from aiortc import RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import (
    RTCP_PSFB_APP,
    AnyRtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpSrPacket,
    RtpPacket,
    unpack_remb_fci,
)

from streaming.known_aiortc import is_known
from streaming.mailbox import Closed, Mailbox
from streaming.sending.copies import COPY_AFTER, Copies
from streaming.sending.encoder import recipe_for
from streaming.sending.limits import Limits
from streaming.sending.pacer import BURST, Pacer
from streaming.sending.packets import Packets, ntp_now, packer
from streaming.sending.playout import PlayoutMap
from streaming.sending.stream import Counts, Outgoing, Stream
from streaming.stats import Latency

log = logging.getLogger(__name__)

MANGLED = "_RTCRtpSender__"
"""What Python makes of two leading underscores there."""

NEEDED = (
    *(
        f"{MANGLED}{name}"
        for name in (
            *("mid", "ntp_timestamp", "octet_count", "packet_count", "rtp_exited", "rtp_started"),
            *("rtp_header_extensions_map", "rtp_timestamp", "rtx_payload_type", "track"),
        )
    ),
    *("_handle_rtcp_packet", "_retransmit", "_rtx_ssrc", "_run_rtp", "_send_keyframe", "_ssrc"),
)
"""Private names that must be there."""


MOST_FAILURES = 10
"""Frames in a row that could not be sent, after which sending ends."""


class Sending:
    """One sender's way from pictures to packets; on the loop's thread."""

    def __init__(
        self, sender: RTCRtpSender, frames: Mailbox[av.VideoFrame], limits: Limits
    ) -> None:
        """``sender`` has a track already, which ends when ``frames`` closes, and is not started."""
        self.encode_times = Latency()
        self._sender = sender
        self._frames = frames
        self._limits = limits
        self._packets = Packets()
        self._pacer = Pacer()
        self._copies = Copies()
        self._copying: asyncio.Task[None] | None = None
        self._map = PlayoutMap()
        self._stream: Stream | None = None
        self._failures = 0
        self._complained = False
        self.failed: Callable[[], object] = lambda: None
        "Called where sending ends by an error, and not because the connection does."
        self.known = is_known(sender, NEEDED)
        "Whether this way is taken, and not aiortc's own."
        if self.known:
            self._take_over(sender)

    def rtp(self, pts: int) -> int | None:
        """The RTP timestamp that the returned frame of this time stamp carries, if it is known."""
        return self._packets.timestamp(pts) if self.known else None

    def counts(self) -> Counts:
        """What became of frames and packets so far; all zero on aiortc's own way."""
        return Counts() if self._stream is None else self._stream.report()

    def close(self) -> None:
        """Ends the encoder's thread without waiting for it. May be called twice."""
        if self._copying is not None:
            self._copying.cancel()
        if self._stream is not None:
            self._stream.close()

    def _take_over(self, sender: RTCRtpSender) -> None:
        sender._run_rtp = self._run  # type: ignore[method-assign]  # noqa: SLF001
        sender._retransmit = self._retransmit  # type: ignore[method-assign]  # noqa: SLF001
        sender._send_keyframe = self._ask_key  # type: ignore[method-assign]  # noqa: SLF001
        self._handle = sender._handle_rtcp_packet  # noqa: SLF001
        sender._handle_rtcp_packet = self._hear  # type: ignore[method-assign]  # noqa: SLF001
        self._set("rtp_header_extensions_map", self._map)

    async def _run(self, codec: RTCRtpCodecParameters) -> None:
        """In the place of aiortc's loop, which it calls once; ends as that does."""
        self._inside("rtp_started").set()
        try:
            recipe = await asyncio.to_thread(recipe_for, codec.name)
            stream = Stream(self._frames, recipe, packer(codec), self._limits, self.encode_times)
            self._stream = stream
            while True:
                await self._send_next(stream, codec.payloadType or 0)
        except (asyncio.CancelledError, ConnectionError, Closed):
            pass
        except Exception:
            log.exception("sending ended by an error")
            self.failed()
        finally:
            self._end()

    def _end(self) -> None:
        self.close()
        track = self._inside("track")
        if track is not None:
            track.stop()
            self._set("track", None)
        self._inside("rtp_exited").set()

    async def _send_next(self, stream: Stream, payload_type: int) -> None:
        """One frame; it is left out if it fails, unless that has happened too often in a row."""
        try:
            await self._send(await stream.next(), payload_type)
            self._failures = 0
        except (ConnectionError, Closed):
            raise
        except Exception as error:
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise
            if not self._complained:
                self._complained = True
                log.warning("a frame could not be sent and was left out: %s", error)
            stream.feedback.key_frames.insist()

    async def _send(self, outgoing: Outgoing, payload_type: int) -> None:
        assert self._stream is not None
        ssrc, mid = self._sender._ssrc, self._inside("mid")  # noqa: SLF001
        numbered = self._packets.of(outgoing, payload_type, ssrc, mid)
        packets = iter(numbered)
        self._pacer.begin([*map(len, outgoing.payloads)], outgoing.rate, time.monotonic())
        waited, dropped = False, self._frames.dropped
        while True:
            for _ in range(self._pacer.due(time.monotonic())):
                await self._leave(next(packets))
            if self._pacer.done:
                break
            waited = True
            await asyncio.sleep(self._pacer.wait(time.monotonic()))
        self._stream.counts.late += (self._frames.dropped - dropped) * waited
        if outgoing.key:
            self._stream.feedback.key_frames.left(time.monotonic())
        self._copies.sent(sum(map(len, outgoing.payloads)), time.monotonic())
        if len(numbered) <= BURST and self._copies.wanted(outgoing.rate):
            self._copy_soon([each.sequence_number for each in numbered])

    def _copy_soon(self, sequence_numbers: list[int]) -> None:
        if self._copying is None or self._copying.done():
            self._copying = asyncio.create_task(self._copy(sequence_numbers))

    async def _copy(self, sequence_numbers: list[int]) -> None:
        await asyncio.sleep(COPY_AFTER)
        with suppress(ConnectionError):
            for sequence_number in sequence_numbers:
                if await self._leave_again(sequence_number) and self._stream is not None:
                    self._stream.counts.copies += 1

    async def _leave(self, packet: RtpPacket) -> None:
        self._packets.note(packet, time.monotonic())
        await self._put_on_wire(packet)
        self._set("ntp_timestamp", int(ntp_now() * (1 << 32)))
        self._set("rtp_timestamp", packet.timestamp)
        self._set("octet_count", self._inside("octet_count") + len(packet.payload))
        self._set("packet_count", self._inside("packet_count") + 1)

    async def _put_on_wire(self, packet: RtpPacket) -> None:
        packet.extensions.abs_send_time = int(ntp_now() * (1 << 18)) % (1 << 24)
        await self._sender.transport._send_rtp(packet.serialize(self._map))  # noqa: SLF001

    async def _retransmit(self, sequence_number: int) -> None:
        if await self._leave_again(sequence_number) and self._stream is not None:
            self._stream.counts.retransmitted += 1

    async def _leave_again(self, sequence_number: int) -> bool:
        """Whether that packet was still there to leave once more."""
        payload_type, ssrc = self._inside("rtx_payload_type"), self._sender._rtx_ssrc  # noqa: SLF001
        packet = self._packets.again(sequence_number, payload_type, ssrc, time.monotonic())
        if packet is None:
            return False
        await self._put_on_wire(packet)
        return True

    def _ask_key(self) -> None:
        if self._stream is not None:
            self._stream.feedback.key_frames.ask(time.monotonic())

    async def _hear(self, packet: AnyRtcpPacket) -> None:
        stream = self._stream
        if stream is not None and isinstance(packet, RtcpRrPacket | RtcpSrPacket):
            for report in packet.reports:
                if report.ssrc == self._sender._ssrc:  # noqa: SLF001
                    loss = report.fraction_lost / 256
                    stream.feedback.rate.reported(loss, stream.counts.bitrate)
                    self._copies.reported(loss)
        if isinstance(packet, RtcpPsfbPacket) and packet.fmt == RTCP_PSFB_APP:
            self._hear_estimate(packet.fci)
        else:
            await self._handle(packet)

    def _hear_estimate(self, fci: bytes) -> None:
        try:
            rate, ssrcs = unpack_remb_fci(fci)
        except (ValueError, struct.error):
            return
        if self._stream is not None and self._sender._ssrc in ssrcs:  # noqa: SLF001
            self._stream.feedback.rate.estimated(rate)

    def _inside(self, name: str) -> Any:
        return getattr(self._sender, MANGLED + name)

    def _set(self, name: str, value: object) -> None:
        setattr(self._sender, MANGLED + name, value)
