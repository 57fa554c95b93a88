from __future__ import annotations

import pytest
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtpPacket,
)
from links.packets import Kind, feedback_of, kind_of, payload_type


def rtp(kind: int = 97) -> bytes:
    packet = RtpPacket(payload_type=kind, sequence_number=7, timestamp=3000)
    packet.payload = b"picture"
    return bytes(packet.serialize())


@pytest.mark.parametrize(
    ("packet", "kind"),
    [
        (b"\x00\x01\x00\x08!\x12\xa4B", Kind.STUN),
        (b"\x16\xfe\xfd", Kind.DTLS),
        (b"\x17\xfe\xfd", Kind.DTLS),
        (rtp(), Kind.RTP),
        (bytes(RtcpRrPacket(ssrc=1)), Kind.RTCP),
        (b"\x80\x60", Kind.OTHER),
        (b"\x40\x01", Kind.OTHER),
        (b"\xff" * 20, Kind.OTHER),
        (b"", Kind.OTHER),
    ],
)
def test_packets_are_told_apart_by_their_first_bytes(packet: bytes, kind: Kind) -> None:
    assert kind_of(packet) is kind


def test_a_marked_packet_of_a_low_payload_type_is_no_report() -> None:
    packet = RtpPacket(payload_type=97, marker=1)
    packet.payload = b"picture"
    assert kind_of(packet.serialize()) is Kind.RTP
    assert payload_type(packet.serialize()) == 97


@pytest.mark.parametrize(
    ("packet", "name"),
    [
        (RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=1, media_ssrc=2), "pli"),
        (RtcpPsfbPacket(fmt=RTCP_PSFB_FIR, ssrc=1, media_ssrc=2), "fir"),
        (RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=1, media_ssrc=2, fci=bytes(8)), "remb"),
        (RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=2, lost=[5]), "nack"),
        (RtcpRrPacket(ssrc=1), None),
    ],
)
def test_feedback_is_named(packet: object, name: str | None) -> None:
    assert feedback_of(bytes(packet)) == name  # type: ignore[call-overload]
