"""What kind of packet it is that passes, as far as its unencrypted first bytes tell."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """Kinds of packet that share a WebRTC transport."""

    STUN = "stun"
    DTLS = "dtls"
    RTP = "rtp"
    RTCP = "rtcp"
    OTHER = "other"


FEEDBACK = {
    (205, 1): "nack",
    (205, 15): "transport-cc",
    (206, 1): "pli",
    (206, 4): "fir",
    (206, 15): "remb",
}
"""Feedback messages by RTCP packet type and format (RFC 4585, RFC 5104).

Secure RTCP leaves the first header of a packet in the clear (RFC 3711, section 3.4). Of a compound
packet only the first part can be told, which is then a report.
"""


def kind_of(packet: bytes) -> Kind:
    """Tells packets apart by their first byte (RFC 7983) and second one (RFC 5761)."""
    if not packet:
        return Kind.OTHER
    first = packet[0]
    if first <= 3:
        return Kind.STUN
    if 20 <= first <= 63:
        return Kind.DTLS
    if 128 <= first <= 191 and len(packet) >= 8:
        return Kind.RTCP if 192 <= packet[1] <= 223 else Kind.RTP
    return Kind.OTHER


def payload_type(rtp: bytes) -> int:
    """Payload type of an RTP packet."""
    return rtp[1] & 0x7F


def feedback_of(rtcp: bytes) -> str | None:
    """Name of an RTCP packet's feedback, if it is one and stands first."""
    return FEEDBACK.get((rtcp[1], rtcp[0] & 0x1F))
