"""A jitter buffer that gives a frame free on its last packet, not on the next frame's first.

aiortc 1.16 waits for a packet with another timestamp before it calls a frame complete, which costs
one frame's time: 33 ms at 30 frames a second. The marker bit says the same at once: for VP8
(RFC 7741, section 4.1) and H.264 (RFC 6184, section 5.1) it is set on the last packet of a frame.
"""

from __future__ import annotations

import logging

import aiortc
from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtp import RtpPacket

log = logging.getLogger(__name__)

KNOWN_AIORTC = "1.16.0"
"""The version whose insides this module has been tested against."""

CAPACITY = 512
"""Packets, as aiortc's own for video."""

_ATTRIBUTE = "_RTCRtpReceiver__jitter_buffer"


class PromptJitterBuffer(JitterBuffer):
    """As aiortc's for video, but prompt."""

    def __init__(self) -> None:
        super().__init__(capacity=CAPACITY, is_video=True)

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        packets = self._first_frame()
        if packets is None:
            frame: JitterFrame | None = super()._remove_frame(sequence_number)
            return frame
        self.remove(len(packets))
        data = b"".join(packet._data for packet in packets)  # type: ignore[attr-defined]  # noqa: SLF001
        return JitterFrame(data=data, timestamp=packets[0].timestamp)

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


def make_prompt(receiver: RTCRtpReceiver) -> bool:
    """Gives a receiver the prompt buffer; False, and nothing changed, for an unknown aiortc."""
    known = aiortc.__version__ == KNOWN_AIORTC
    if not known or not isinstance(getattr(receiver, _ATTRIBUTE, None), JitterBuffer):
        log.warning(
            "aiortc %s is not the version this was tested with (%s): video comes a frame later",
            aiortc.__version__,
            KNOWN_AIORTC,
        )
        return False
    setattr(receiver, _ATTRIBUTE, PromptJitterBuffer())
    return True
