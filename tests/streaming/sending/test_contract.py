"""What the sending path relies on inside aiortc. A new version has to pass this first."""

from __future__ import annotations

import inspect

import aiortc
import pytest
from aiortc import RTCPeerConnection, RTCRtpSender, RTCSessionDescription, rtcdtlstransport
from aiortc.codecs import CODECS, HEADER_EXTENSIONS, get_encoder
from aiortc.codecs.base import Encoder
from aiortc.rtp import HeaderExtensionsMap

from streaming import known_aiortc
from streaming.garbage import HANDLERS
from streaming.sending import adapter
from streaming.sending.packets import packer
from streaming.sending.playout import URI


async def a_sender() -> RTCRtpSender:
    connection = RTCPeerConnection()
    return connection.addTransceiver("video").sender


def test_the_version_is_the_pinned_one() -> None:
    assert aiortc.__version__ == known_aiortc.KNOWN


@pytest.mark.parametrize("name", adapter.NEEDED)
async def test_the_name_is_there(name: str) -> None:
    assert hasattr(await a_sender(), name)


async def test_one_name_missing_is_enough_to_leave_it_alone() -> None:
    sender = await a_sender()
    assert known_aiortc.is_known(sender, adapter.NEEDED)
    delattr(sender, f"{adapter.MANGLED}packet_count")
    assert not known_aiortc.is_known(sender, adapter.NEEDED)


def test_the_loop_is_started_through_its_name_and_given_the_first_codec() -> None:
    source = inspect.getsource(RTCRtpSender.send)
    assert "self._run_rtp(parameters.codecs[0])" in source
    assert "self.__rtp_header_extensions_map.configure(parameters)" in source


def test_stopping_waits_for_what_our_loop_sets() -> None:
    source = inspect.getsource(RTCRtpSender.stop)
    assert "self.__rtp_started.wait()" in source
    assert "self.__rtp_exited.wait()" in source
    assert "self.__rtp_task.cancel()" in source


def test_feedback_goes_through_the_names_that_are_replaced() -> None:
    source = inspect.getsource(RTCRtpSender._handle_rtcp_packet)
    assert "self._retransmit(seq)" in source
    assert "self._send_keyframe()" in source
    route = inspect.getsource(rtcdtlstransport.RTCDtlsTransport)
    assert "await recipient._handle_rtcp_packet(packet)" in route
    assert all(f"await self.{name}(data" in route for name in HANDLERS)


def test_reports_are_made_of_the_counters_that_our_loop_keeps() -> None:
    source = inspect.getsource(RTCRtpSender._run_rtcp)
    for name in ("ntp_timestamp", "rtp_timestamp", "packet_count", "octet_count"):
        assert f"self.__{name}" in source


@pytest.mark.parametrize("name", ["VP8", "H264"])
def test_packetisers_take_a_bitstream(name: str) -> None:
    codec = next(each for each in CODECS["video"] if each.name == name)
    assert isinstance(get_encoder(codec), Encoder)
    payloads = packer(codec)(b"\0\0\0\1\x65" + bytes(range(1, 250)) * 20)
    assert len(payloads) > 3
    assert all(0 < len(payload) <= 1300 for payload in payloads)


def test_playout_delay_is_still_unknown_there() -> None:
    assert URI not in {each.uri for each in HEADER_EXTENSIONS["video"]}
    assert {"configure", "get", "set"} <= set(dir(HeaderExtensionsMap))


async def test_an_answer_is_made_of_the_lists_that_are_put_in_order() -> None:
    from tests.streaming.test_routes import an_offer

    connection = RTCPeerConnection()
    await connection.setRemoteDescription(RTCSessionDescription(await an_offer(), "offer"))
    (transceiver,) = connection.getTransceivers()
    transceiver._codecs = transceiver._codecs[:1]
    transceiver._headerExtensions = transceiver._headerExtensions[:1]
    answer = (await connection.createAnswer()).sdp
    assert answer.count("a=rtpmap:") == 1
    assert answer.count("a=extmap:") == 1
    await connection.close()
