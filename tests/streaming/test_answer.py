from __future__ import annotations

from aiortc.sdp import SessionDescription

from streaming.answer import with_start_bitrate

SDP = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\na=mid:0\r\n"
    "a=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\na=fmtp:97 apt=96\r\n"
    "a=rtpmap:98 H264/90000\r\na=fmtp:98 packetization-mode=1\r\n"
)


def test_every_video_codec_gets_the_hint_and_nothing_else_changes() -> None:
    hinted = with_start_bitrate(SDP, 900)
    assert "a=rtpmap:96 VP8/90000\r\na=fmtp:96 x-google-start-bitrate=900\r\n" in hinted
    assert "a=fmtp:98 packetization-mode=1;x-google-start-bitrate=900\r\n" in hinted
    assert "a=fmtp:97 apt=96\r\n" in hinted
    bare = hinted.replace("a=fmtp:96 x-google-start-bitrate=900\r\n", "")
    assert bare.replace(";x-google-start-bitrate=900", "") == SDP


def test_the_hinted_answer_is_still_sdp() -> None:
    (media,) = SessionDescription.parse(with_start_bitrate(SDP)).media
    assert [codec.name for codec in media.rtp.codecs] == ["VP8", "rtx", "H264"]
    assert media.rtp.codecs[0].parameters["x-google-start-bitrate"]
