"""From payloads to RTP packets: numbering, header extensions, and packets sent again (RTX)."""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction

import av
from aiortc.codecs import get_encoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.rtp import RtpPacket, wrap_rtx
from aiortc.utils import random16, random32

from streaming.frames import MEDIA_CLOCK
from streaming.sending.history import History
from streaming.sending.stream import Outgoing

NTP_TO_UNIX = 2_208_988_800
"""Seconds from 1900 (NTP, RFC 5905) to 1970 (Unix)."""


class Packets:
    """The packets of one stream, in order, and those of its retransmission stream."""

    def __init__(self) -> None:
        self._origin = random32()
        # in the lower half, since a wrap soon after the start breaks SRTP decryption
        self._next = random16() % (1 << 15)
        self._next_again = random16() % (1 << 15)
        self._history: History[RtpPacket] = History()

    def timestamp(self, pts: int) -> int:
        """The RTP timestamp of the frame with that time stamp."""
        return (self._origin + pts) % (1 << 32)

    def of(self, outgoing: Outgoing, payload_type: int, ssrc: int, mid: str) -> list[RtpPacket]:
        """The packets of one frame, the last one marked."""
        packets = [
            RtpPacket(
                payload_type=payload_type,
                sequence_number=(self._next + index) % (1 << 16),
                timestamp=self.timestamp(outgoing.pts),
                ssrc=ssrc,
                payload=payload,
            )
            for index, payload in enumerate(outgoing.payloads)
        ]
        for packet in packets:
            packet.extensions.mid = mid
        packets[-1].marker = 1
        self._next = (self._next + len(packets)) % (1 << 16)
        return packets

    def note(self, packet: RtpPacket, now: float) -> None:
        """Keeps a packet that leaves now, for when it is asked for again."""
        self._history.note(packet.sequence_number, packet, now)

    def again(
        self, sequence: int, payload_type: int | None, ssrc: int, now: float
    ) -> RtpPacket | None:
        """A packet that was asked for again, as RFC 4588 wraps it if a format was negotiated."""
        packet = self._history.again(sequence, now)
        if packet is None or payload_type is None:
            return packet
        wrapped = wrap_rtx(
            packet, payload_type=payload_type, sequence_number=self._next_again, ssrc=ssrc
        )
        self._next_again = (self._next_again + 1) % (1 << 16)
        return wrapped


def ntp_now() -> float:
    """Seconds since 1900 by the system's clock."""
    return time.time() + NTP_TO_UNIX


def packer(codec: RTCRtpCodecParameters) -> Callable[[bytes], list[bytes]]:
    """Makes RTP payloads of a frame's bitstream, by aiortc's own packetiser for that codec."""
    encoder = get_encoder(codec)

    def pack(data: bytes) -> list[bytes]:
        packet = av.Packet(data)
        packet.pts, packet.time_base = 0, Fraction(1, MEDIA_CLOCK)
        payloads: list[bytes] = encoder.pack(packet)[0]
        return payloads

    return pack
