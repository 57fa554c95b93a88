from __future__ import annotations

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.sdp import SessionDescription
from links.sdp import host_candidate, led_to, retransmission_types

DESCRIPTION = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:0\r\n"
    "a=candidate:1 1 udp 2130706431 fd00::2 4444 typ host\r\n"
    "a=candidate:2 1 UDP 2130706431 192.0.2.7 5555 typ host generation 0\r\n"
    "a=end-of-candidates\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:1\r\n"
    "a=candidate:1 1 udp 2113937151 8a0f.local 6666 typ host\r\n"
)


def test_the_relay_is_the_only_candidate_of_every_section() -> None:
    led = led_to(DESCRIPTION, ("127.0.0.1", 1234))
    candidates = [line for line in led.splitlines() if line.startswith("a=candidate")]
    assert candidates == ["a=candidate:1 1 udp 2130706431 127.0.0.1 1234 typ host"] * 2
    assert led.count("a=end-of-candidates\r\n") == 2
    assert "a=rtpmap:96 VP8/90000\r\n" in led


async def test_what_aiortc_writes_it_can_read_again() -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("video")
    connection.createDataChannel("events")
    await connection.setLocalDescription(await connection.createOffer())
    led = led_to(connection.localDescription.sdp, ("127.0.0.1", 1234))
    await connection.close()
    for section in SessionDescription.parse(led).media:
        assert [(each.ip, each.port) for each in section.ice_candidates] == [("127.0.0.1", 1234)]
        assert section.ice_candidates_complete


def test_an_address_of_ipv4_is_found() -> None:
    assert host_candidate(DESCRIPTION) == ("192.0.2.7", 5555)


def test_without_one_it_is_said_what_is_missing() -> None:
    with pytest.raises(ValueError, match="IPv4"):
        host_candidate(DESCRIPTION.replace("192.0.2.7", "8a0f.local"))


def test_retransmissions_are_known_by_their_payload_types() -> None:
    assert retransmission_types(DESCRIPTION) == {97}
