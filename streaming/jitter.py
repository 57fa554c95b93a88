"""What is mended of aiortc 1.16's way from packets to the decoder.

Three things cost time there. A frame is called complete only when a packet with another time stamp
comes, one frame late; the marker bit says the same at once: for VP8 (RFC 7741, section 4.1) and
H.264 (RFC 6184, section 5.1) it is set on the last packet of a frame. Each packet gives at most one
frame free, so that after a repaired loss the backlog stays for ever. And the decoder's queue has no
bound.
"""

from __future__ import annotations

import logging
import queue
from typing import Any

import aiortc
from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket

log = logging.getLogger(__name__)

KNOWN_AIORTC = "1.16.0"
"""The version whose insides this module has been tested against."""

CAPACITY = 512
"""Packets, as aiortc's own for video."""

MAX_UNDECODED = 15
"""Frames before the decoder: half a second. Beyond, they are dropped for a new key frame."""

_PREFIX = "_RTCRtpReceiver__"


class PromptJitterBuffer(JitterBuffer):
    """As aiortc's for video, but prompt."""

    def __init__(self) -> None:
        super().__init__(capacity=CAPACITY, is_video=True)

    def next_frame(self) -> JitterFrame | None:
        """The oldest frame, if it is complete."""
        if self._origin is None:  # no packet has come, or only retransmissions of other streams
            return None
        frame = self._remove_frame(0)
        while frame is not None and not frame.data:
            frame = self._remove_frame(0)
        return frame

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        self._skip_padding()
        packets = self._first_frame()
        if packets is None:
            frame: JitterFrame | None = super()._remove_frame(sequence_number)
            return frame
        self.remove(len(packets))
        data = b"".join(packet._data for packet in packets)  # type: ignore[attr-defined]  # noqa: SLF001
        return JitterFrame(data=data, timestamp=packets[0].timestamp)

    def _skip_padding(self) -> None:
        """Packets of padding only come after the frame whose time stamp they bear.

        An empty frame would be made of them, which tells a decoder to end.
        """
        for _ in range(self._capacity):
            packet = self._packets[(self._origin or 0) % self._capacity]
            if packet is None or packet._data:  # type: ignore[attr-defined]  # noqa: SLF001
                return
            self.remove(1)

    def _first_frame(self) -> list[RtpPacket] | None:
        """The packets of the oldest frame, if all are there and the last one is marked."""
        packets: list[RtpPacket] = []
        for count in range(self._capacity):
            packet = self._packets[((self._origin or 0) + count) % self._capacity]
            if packet is None or (packets and packet.timestamp != packets[0].timestamp):
                return None
            packets.append(packet)
            if packet.marker:
                return packets
        return None


class PromptReceiver:
    """Puts the prompt buffer into a receiver and keeps its decoder's queue short.

    With an aiortc that is not known nothing is changed, and ``known`` is false.
    """

    def __init__(self, receiver: RTCRtpReceiver) -> None:
        self._receiver = receiver
        self.flushed = 0
        "Frames dropped before the decoder."
        self.known = aiortc.__version__ == KNOWN_AIORTC and isinstance(
            self._inside("jitter_buffer"), JitterBuffer
        )
        if self.known:
            self._buffer = PromptJitterBuffer()
            setattr(receiver, f"{_PREFIX}jitter_buffer", self._buffer)
            self._handle = receiver._handle_rtp_packet  # noqa: SLF001
            receiver._handle_rtp_packet = self._take  # type: ignore[method-assign]  # noqa: SLF001
        else:
            log.warning(
                "aiortc %s is not the version this was tested with (%s): video comes later",
                aiortc.__version__,
                KNOWN_AIORTC,
            )

    def forget(self) -> None:
        """Drops what waits for the decoder, so that closing need not wait for it."""
        waiting = self._inside("decoder_queue") if self.known else None
        while waiting is not None and not waiting.empty():
            try:
                waiting.get_nowait()
            except queue.Empty:
                return
            self.flushed += 1

    async def _take(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        await self._handle(packet, arrival_time_ms)
        self._drain(packet)
        if self._inside("decoder_queue").qsize() > MAX_UNDECODED:
            self.forget()
            self._inside("decoder_error").set()

    def _drain(self, packet: RtpPacket) -> None:
        """Hands on every other frame that the packet completed."""
        codec = self._codec(packet.payload_type)
        while codec is not None and (frame := self._buffer.next_frame()) is not None:
            frame.timestamp = self._inside("timestamp_mapper").map(frame.timestamp)
            self._inside("decoder_queue").put((codec, frame))

    def _codec(self, payload_type: int) -> Any:
        """The codec of a packet's frames; for a retransmission, that of the original."""
        codecs = self._inside("codecs")
        codec = codecs.get(payload_type)
        original = codec.parameters.get("apt") if codec is not None else None
        return codec if original is None else codecs.get(original)

    def _inside(self, name: str) -> Any:
        return getattr(self._receiver, _PREFIX + name, None)
