from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription

from streaming import known_aiortc
from streaming.known_aiortc import KNOWN
from streaming.sending.negotiation import accept_playout_delay, prefer
from streaming.sending.playout import URI

HEAD = (
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\n"
    "a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=mid:0\r\na=sendrecv\r\n"
    "a=rtcp-mux\r\na=fingerprint:sha-256 "
) + ":".join(["AB"] * 32)

VP8 = "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"


def h264(number: int, profile: str, mode: int = 1) -> str:
    return (
        f"a=rtpmap:{number} H264/90000\r\na=fmtp:{number} level-asymmetry-allowed=1;"
        f"packetization-mode={mode};profile-level-id={profile}\r\n"
        f"a=rtpmap:{number + 1} rtx/90000\r\na=fmtp:{number + 1} apt={number}\r\n"
    )


CHROME = VP8 + h264(102, "42001f") + h264(104, "42001f", 0) + h264(108, "42e01f")
SAFARI = h264(96, "640c1f") + h264(98, "42e01f") + VP8.replace("96", "100").replace("97", "101")


async def answered(codecs: str, codec: str = "auto", extra: str = "") -> SessionDescription:
    """The answer to a browser's offer of these codecs."""
    numbers = [part.partition(" ")[0] for part in codecs.split("a=rtpmap:")[1:]]
    offer = f"{HEAD.format(formats=' '.join(numbers))}\r\n{extra}{codecs}"
    connection = RTCPeerConnection()
    await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    (transceiver,) = connection.getTransceivers()
    prefer(transceiver, codec)
    accept_playout_delay(transceiver, connection.remoteDescription.sdp)
    answer = await connection.createAnswer()
    await connection.close()
    return SessionDescription.parse(answer.sdp)


async def order(codecs: str, codec: str = "auto") -> list[tuple[str, object]]:
    """Names with profiles or the format that they repair."""
    (media,) = (await answered(codecs, codec)).media
    return [
        (each.name, each.parameters.get("profile-level-id", each.parameters.get("apt", "")))
        for each in media.rtp.codecs
    ]


async def test_chrome_is_answered_with_constrained_baseline_first() -> None:
    assert await order(CHROME) == [
        ("H264", "42e01f"),
        ("rtx", 108),
        ("H264", "42001f"),
        ("rtx", 102),
        ("VP8", ""),
        ("rtx", 96),
    ]


async def test_an_operator_may_prefer_vp8() -> None:
    assert [name for name, _ in await order(CHROME, "vp8")] == ["VP8", "rtx"] + ["H264", "rtx"] * 2


async def test_an_iphone_is_answered_with_what_it_wants() -> None:
    assert (await order(SAFARI))[:2] == [("H264", "42e01f"), ("rtx", 98)]
    assert (await order(SAFARI, "vp8"))[:2] == [("VP8", ""), ("rtx", 100)]


UNASKED = [(KNOWN, "auto", "H264"), ("0.1", "auto", "VP8"), ("0.1", "h264", "H264")]
"""The version that is taken for the known one, what the operator says, what comes first."""


@pytest.mark.parametrize("case", UNASKED)
async def test_h264_is_put_first_unasked_only_where_our_encoder_makes_it(
    serving: Callable[..., Any],
    connected: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    case: tuple[str, str, str],
) -> None:
    version, codec, first = case
    monkeypatch.setattr(known_aiortc, "KNOWN", version)
    async with serving(codec=codec) as running, connected(running) as client:
        (media, *_) = SessionDescription.parse(client.answer).media
        assert media.rtp.codecs[0].name == first


async def test_who_has_only_one_codec_gets_that() -> None:
    assert await order(VP8) == [("VP8", ""), ("rtx", 96)]
    assert await order(h264(102, "42001f"), "vp8") == [("H264", "42001f"), ("rtx", 102)]


async def test_playout_delay_keeps_the_number_of_the_offer() -> None:
    (media,) = (await answered(CHROME, extra=f"a=extmap:5 {URI}\r\n")).media
    assert [(each.id, each.uri) for each in media.rtp.headerExtensions] == [(5, URI)]


@pytest.mark.parametrize("extra", ["", "a=extmap:5 urn:3gpp:video-orientation\r\n"])
async def test_and_is_not_answered_where_it_was_not_offered(extra: str) -> None:
    (media,) = (await answered(CHROME, extra=extra)).media
    assert not media.rtp.headerExtensions
