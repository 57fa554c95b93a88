from __future__ import annotations

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from streaming.offer import MAX_CANDIDATES, BadOffer, UnusableOffer, read_fragment, read_offer


async def offer(kind: str, direction: str = "sendrecv") -> str:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver(kind, direction=direction)
    await connection.setLocalDescription(await connection.createOffer())
    sdp: str = connection.localDescription.sdp
    await connection.close()
    return sdp


async def test_an_offer_tells_whether_the_client_takes_video_back() -> None:
    assert read_offer(await offer("video", "sendrecv")).receives_video
    assert not read_offer(await offer("video", "sendonly")).receives_video


async def test_an_offer_without_video_is_good_but_of_no_use() -> None:
    with pytest.raises(UnusableOffer, match="camera"):
        read_offer(await offer("audio"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "v=0",
        "v=0\r\nm=video",
        "m=video 9 UDP/TLS/RTP/SAVPF 96",
        "v=0\r\n\0\r\nm=",
        "{}",
    ],
)
def test_what_is_no_sdp_is_a_bad_offer(text: str) -> None:
    with pytest.raises(BadOffer, match="offer"):
        read_offer(text)


async def test_an_offer_cut_anywhere_never_raises_anything_else() -> None:
    whole = await offer("video")
    for end in range(0, len(whole), 37):
        try:
            read_offer(whole[:end])
        except (BadOffer, UnusableOffer):
            continue


async def test_candidates_that_name_an_mdns_host_are_left_out() -> None:
    line = "a=candidate:1 1 udp 2113937151 3b0d9e0a.local 51234 typ host\r\n"
    read = read_offer(await offer("video") + line)
    assert ".local" not in read.sdp
    assert "a=candidate" in read.sdp


def test_a_fragment_gives_its_candidates() -> None:
    fragment = read_fragment(
        "a=ice-ufrag:EsAw\r\na=ice-pwd:x\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        "a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n"
        "a=candidate:2 1 udp 1 0c1d.local 5 typ host\r\n"
        "a=end-of-candidates\r\n"
    )
    assert fragment.ufrag == "EsAw"
    assert [(c.ip, c.port, c.sdpMid) for c in fragment.candidates] == [("192.0.2.1", 61764, "0")]
    assert fragment.complete


@pytest.mark.parametrize(
    "line", ["a=candidate:", "a=candidate:1 1 udp x y z typ host", "a=candidate:1"]
)
def test_a_candidate_that_does_not_parse_is_refused(line: str) -> None:
    with pytest.raises(BadOffer, match="candidate"):
        read_fragment(line)


def test_a_fragment_is_bounded() -> None:
    line = "a=candidate:1 1 udp 1 192.0.2.1 5 typ host\r\n"
    assert len(read_fragment(line * MAX_CANDIDATES).candidates) == MAX_CANDIDATES
    with pytest.raises(BadOffer, match="More than"):
        read_fragment(line * (MAX_CANDIDATES + 1))
