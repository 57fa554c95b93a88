from __future__ import annotations

import pytest
from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensions, RtpPacket, unpack_header_extensions

from streaming.sending.playout import URI, PlayoutMap

MID = "urn:ietf:params:rtp-hdrext:sdes:mid"
SEND_TIME = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"


def made(**numbers: int) -> PlayoutMap:
    """A map configured with numbers for these extensions."""
    uris = {"mid": MID, "send_time": SEND_TIME, "playout": URI}
    extensions = [
        RTCRtpHeaderExtensionParameters(id=number, uri=uris[name])
        for name, number in numbers.items()
    ]
    extension_map = PlayoutMap()
    extension_map.configure(RTCRtpParameters(headerExtensions=extensions))
    return extension_map


@pytest.mark.parametrize("numbers", [(1, 2, 5), (9, 3, 14), (20, 3, 5), (20, 21, 22)])
@pytest.mark.parametrize("mid", ["0", "camera", "a-mid-of-more-than-16"])
def test_a_receiver_reads_zero_delay_and_everything_else(
    numbers: tuple[int, int, int], mid: str
) -> None:
    extension_map = made(mid=numbers[0], send_time=numbers[1], playout=numbers[2])
    packet = RtpPacket(payload_type=96, payload=b"payload")
    packet.extensions = HeaderExtensions(mid=mid, abs_send_time=12345)
    read = RtpPacket.parse(packet.serialize(extension_map), extension_map)
    assert read.payload == b"payload"
    assert read.extensions == packet.extensions
    profile, value = extension_map.set(packet.extensions)
    assert len(value) % 4 == 0
    assert dict(unpack_header_extensions(profile, value))[numbers[2]] == bytes(3)


def test_it_may_be_the_only_extension() -> None:
    profile, value = made(playout=5).set(HeaderExtensions())
    assert unpack_header_extensions(profile, value) == [(5, bytes(3))]
    profile, value = made(playout=200).set(HeaderExtensions())
    assert unpack_header_extensions(profile, value) == [(200, bytes(3))]


def test_a_number_that_does_not_fit_the_others_short_headers_is_left_out() -> None:
    profile, value = made(mid=1, playout=200).set(HeaderExtensions(mid="0"))
    assert unpack_header_extensions(profile, value) == [(1, b"0")]


def test_nothing_is_sent_that_was_not_negotiated() -> None:
    extension_map = made(mid=1)
    profile, value = extension_map.set(HeaderExtensions(mid="0"))
    assert unpack_header_extensions(profile, value) == [(1, b"0")]
