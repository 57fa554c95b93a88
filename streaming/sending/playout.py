"""The RTP header extension ``playout-delay``, which aiortc does not know.

Minimum and maximum of zero tell libwebrtc's browsers to show a frame as soon as it is decoded,
instead of at the time that their smoothing jitter buffer reckons.
Source: http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
"""

from __future__ import annotations

from aiortc.rtcrtpparameters import RTCRtpParameters
from aiortc.rtp import HeaderExtensions, HeaderExtensionsMap

URI = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"

AT_ONCE = bytes(3)
"""Twelve bits of minimum, twelve of maximum, in units of 10 ms."""

ONE_BYTE = 0xBEDE
"""The profile of extensions with one byte of header each (RFC 8285, section 4.2)."""

MAX_ONE_BYTE_ID = 14


class PlayoutMap(HeaderExtensionsMap):
    """As aiortc's, and adds the extension to every packet if it was negotiated."""

    def __init__(self) -> None:
        super().__init__()
        self._id: int | None = None

    def configure(self, parameters: RTCRtpParameters) -> None:
        """Takes the numbers that were negotiated."""
        super().configure(parameters)
        self._id = next((each.id for each in parameters.headerExtensions if each.uri == URI), None)

    def set(self, values: HeaderExtensions) -> tuple[int, bytes]:
        """The profile and the bytes of all extensions, a multiple of four bytes long."""
        profile, packed = super().set(values)
        if self._id is None:
            return profile, packed
        profile = profile or (ONE_BYTE if self._id <= MAX_ONE_BYTE_ID else 0x1000)
        if profile == ONE_BYTE:
            if self._id > MAX_ONE_BYTE_ID:
                return profile, packed
            return profile, packed + bytes([self._id << 4 | len(AT_ONCE) - 1]) + AT_ONCE
        return profile, packed + bytes([self._id, len(AT_ONCE)]) + AT_ONCE + bytes(3)
