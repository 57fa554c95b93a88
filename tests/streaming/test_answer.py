from __future__ import annotations

from aiortc.sdp import SessionDescription

from streaming.answer import with_limits
from streaming.sending.limits import Limits

SDP = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\na=mid:0\r\n"
    "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
    "a=rtpmap:98 H264/90000\r\na=fmtp:98 packetization-mode=1\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n"
)
LIMITS = Limits(max_bitrate=900_000, max_fps=24)


def test_every_video_codec_gets_the_hints_and_every_video_section_the_bounds() -> None:
    hint = "x-google-start-bitrate=900;x-google-max-bitrate=900"
    bounds = "b=AS:900\r\nb=TIAS:900000\r\na=framerate:24\r\n"
    bounded = with_limits(SDP, LIMITS)
    assert f"a=rtpmap:96 VP8/90000\r\na=fmtp:96 {hint}\r\n" in bounded
    assert f"a=fmtp:98 packetization-mode=1;{hint}\r\n" in bounded
    assert "a=fmtp:97 apt=96\r\n" in bounded
    assert f"c=IN IP4 0.0.0.0\r\n{bounds}a=sendrecv\r\n" in bounded


def test_nothing_else_changes() -> None:
    added = {"b=AS:900", "b=TIAS:900000", "a=framerate:24"}
    added.add("a=fmtp:96 x-google-start-bitrate=900;x-google-max-bitrate=900")
    lines = [line for line in with_limits(SDP, LIMITS).splitlines() if line not in added]
    bare = [line.partition(";x-google-start-bitrate")[0] for line in lines]
    assert bare == SDP.splitlines()


def test_the_start_is_below_the_bound_and_not_above_its_own() -> None:
    assert "x-google-start-bitrate=1200;x-google-max-bitrate=6000\r\n" in with_limits(SDP, Limits())


def test_the_bounded_answer_is_still_sdp() -> None:
    media, _ = SessionDescription.parse(with_limits(SDP, LIMITS)).media
    assert [codec.name for codec in media.rtp.codecs] == ["VP8", "rtx", "H264"]
    assert media.rtp.codecs[0].parameters["x-google-start-bitrate"]
    assert media.direction == "sendrecv"
