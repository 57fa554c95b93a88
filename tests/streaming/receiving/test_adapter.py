"""The contract with aiortc: every private name and behaviour that the adapter rests on.

If an update of aiortc fails here, read its ``rtcrtpreceiver.py`` anew, mend the adapter, and only
then name the new version in it.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from typing import Any

import aiortc
import pytest
from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpreceiver import NackGenerator, RemoteStreamTrack
from aiortc.rtp import (
    RTCP_RTPFB_NACK,
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpRtpfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    unpack_remb_fci,
    wrap_rtx,
)

from streaming import known_aiortc
from streaming.receiving import adapter, standstill
from streaming.receiving.adapter import MANGLED, MOST_SENDING, NEEDED, Receiving
from streaming.receiving.missing import MOST_ASKED
from tests.streaming.receiving.bitstreams import (
    CODECS,
    RTX_SOURCE,
    SOURCE,
    TICKS,
    Encoder,
    FakeTransport,
    receiving,
)

DATAGRAM = 1200
"""Bytes that pass everywhere."""


def fresh() -> RTCRtpReceiver:
    receiver = RTCRtpReceiver("video", FakeTransport())  # type: ignore[arg-type]
    receiver._track = RemoteStreamTrack("video")
    return receiver


def inside(receiver: RTCRtpReceiver, name: str) -> Any:
    return getattr(receiver, MANGLED + name)


def decoder_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "decoder" in thread.name]


async def test_the_installed_aiortc_is_the_known_one() -> None:
    assert aiortc.__version__ == known_aiortc.KNOWN
    assert Receiving(fresh(), print, print, print).known


async def test_the_private_names_are_there_and_are_what_they_were() -> None:
    receiver = fresh()
    assert isinstance(inside(receiver, "jitter_buffer"), JitterBuffer)
    assert isinstance(inside(receiver, "nack_generator"), NackGenerator)
    assert inside(receiver, "codecs") == {}
    assert inside(receiver, "decoder_queue").empty()
    assert inside(receiver, "decoder_thread") is None
    assert inside(receiver, "timestamp_mapper")._origin is None
    for name, parameters in {
        "_send_rtcp_nack": ["media_ssrc", "lost"],
        "_send_rtcp_pli": ["media_ssrc"],
        "_handle_rtcp_packet": ["packet"],
        "_handle_rtp_packet": ["packet", "arrival_time_ms"],
    }.items():
        method = getattr(receiver, name)
        assert inspect.iscoroutinefunction(method), name
        assert list(inspect.signature(method).parameters) == parameters


async def test_codecs_are_known_by_payload_type_once_it_receives() -> None:
    async with receiving() as reception:
        codecs = inside(reception.receiver, "codecs")
        assert {number: codec.name for number, codec in codecs.items()} == {
            number: codec.name for number, codec in CODECS.items()
        }


async def test_packets_come_in_parsed_and_unwrapped_and_garbage_only_to_the_first_counter() -> None:
    async with receiving() as reception:
        taken: list[RtpPacket] = []

        def take(packet: RtpPacket) -> tuple[bool, None]:
            taken.append(packet)
            return False, None

        counted = inside(reception.receiver, "nack_generator")
        inside(reception.receiver, "jitter_buffer").add = take
        packet = RtpPacket(97, 1, 5, 90, SOURCE, b"\x10data")
        await reception.take(packet, wrap_rtx(packet, 98, 1, RTX_SOURCE))
        assert counted.packets == len(taken) == 2
        assert [p._data for p in taken] == [b"data", b"data"]  # type: ignore[attr-defined]
        again = taken[1]
        told = (again.payload_type, again.ssrc, again.sequence_number, again.payload)
        assert told == (97, SOURCE, 5, packet.payload)
        await reception.take(RtpPacket(97, 0, 6, 90, SOURCE, b"\x90"))
        assert (counted.packets, len(taken)) == (3, 2)
        await reception.take(
            RtpPacket(120, 0, 7, 90, SOURCE, b"\x10"), wrap_rtx(packet, 98, 2, 0xBAD)
        )
        assert counted.packets == 3, "unknown payload types and sources get no further"
        await reception.take(RtpPacket(97, 0, 8, 90, SOURCE, b""))
        assert taken[-1]._data == b""  # type: ignore[attr-defined]


async def test_aiortc_itself_asks_for_nothing_and_decodes_nothing() -> None:
    async with receiving() as reception:
        encoder = Encoder()
        await reception.take(*encoder.packets())
        encoder.packets()
        reception.ingest.forget()
        for _ in range(5):
            await reception.take(*encoder.packets())
        await asyncio.sleep(0)
        assert not reception.transport.sent
        assert inside(reception.receiver, "decoder_queue").empty()


async def test_bandwidth_estimates_and_statistics_go_on() -> None:
    async with receiving() as reception:
        encoder = Encoder()
        for turn in range(200):
            packet = encoder.packets()[0] if turn == 0 else RtpPacket(97, 1, turn, turn, SOURCE)
            packet.extensions.abs_send_time = int(turn * 0.033 * (1 << 18)) % (1 << 24)
            await reception.receiver._handle_rtp_packet(packet, arrival_time_ms=turn * 33)
        estimates = [p for p in reception.transport.sent if isinstance(p, RtcpPsfbPacket)]
        remb = [unpack_remb_fci(p.fci) for p in estimates if p.fmt == 15]
        assert remb
        assert remb[-1][1] == [SOURCE]
        (stats,) = (await reception.receiver.getStats()).values()
        assert stats.packetsReceived == 200


async def test_requests_of_any_legal_length_survive_the_way_to_the_wire() -> None:
    numbers = [*range(0, 2 * MOST_ASKED - 4, 2), 65_533, 65_535]
    assert len(numbers) == MOST_ASKED
    packet = RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=1, media_ssrc=2, lost=numbers)
    (parsed,) = RtcpPacket.parse(bytes(packet))
    assert isinstance(parsed, RtcpRtpfbPacket)
    assert parsed.lost == numbers
    apart = list(range(0, 60_000, 60_000 // MOST_ASKED))[:MOST_ASKED]
    assert len(bytes(RtcpRtpfbPacket(RTCP_RTPFB_NACK, 1, 2, apart))) <= DATAGRAM


async def test_feedback_that_cannot_leave_is_bounded() -> None:
    receiver = fresh()
    stuck = asyncio.Event()

    async def pli(media_ssrc: int) -> None:
        await stuck.wait()

    receiver._send_rtcp_pli = pli  # type: ignore[method-assign]
    ours = Receiving(receiver, print, print, print)
    for _ in range(MOST_SENDING + 3):
        ours._send(receiver._send_rtcp_pli(1))
    assert len(ours._sending) == MOST_SENDING
    ours.close()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not ours._sending


async def test_sender_reports_are_overheard_and_still_get_to_aiortc() -> None:
    heard: list[tuple[int, int]] = []
    receiver = fresh()
    Receiving(receiver, print, lambda ntp, rtp: heard.append((ntp, rtp)), print)
    await receiver._handle_rtcp_packet(RtcpSrPacket(SOURCE, RtcpSenderInfo(7 << 32, 9, 1, 1)))
    assert heard == [(7 << 32, 9)]
    assert inside(receiver, "lsr") == {SOURCE: 7 << 16}


async def test_a_goodbye_is_told_and_what_comes_after_it_is_still_seen() -> None:
    async with receiving() as reception:
        told: list[str] = []
        reception.ingest._receiving._ended = lambda: told.append("bye")
        encoder = Encoder()
        await reception.take(*encoder.packets())
        await reception.until(lambda: reception.arrivals)
        await reception.receiver._handle_rtcp_packet(RtcpByePacket([SOURCE]))
        seen = len(reception.arrivals)
        await reception.take(*encoder.packets())
        await reception.until(lambda: len(reception.arrivals) > seen)
        assert told == ["bye"]


@pytest.mark.parametrize("how", ["disconnect", "stop"])
async def test_when_the_other_side_ends_so_do_the_track_the_arrivals_and_the_threads(
    how: str,
) -> None:
    async with receiving() as reception:
        await reception.take(*Encoder().packets())
        await reception.until(lambda: reception.arrivals)
        assert len(decoder_threads()) == 2, "ours, and aiortc's which has nothing to do"
        if how == "disconnect":
            reception.receiver._handle_disconnect()
        else:
            await reception.receiver.stop()
        await asyncio.wait_for(asyncio.gather(reception.pump, reception.reader), 10)
        with pytest.raises(MediaStreamError):
            await reception.receiver.track.recv()
        await reception.take(*Encoder().packets())
        await reception.until(lambda: not decoder_threads())


async def test_closing_while_a_gap_is_open_leaves_no_timer() -> None:
    async with receiving() as reception:
        encoder = Encoder()
        await reception.take(*encoder.packets())
        encoder.packets()
        await reception.take(*encoder.packets())
        ours = reception.ingest._receiving
        assert ours._timer is not None
        reception.ingest.forget()
        assert ours._timer is None
        ours._ask_key_after(0)
        assert ours._timer is None


async def test_there_is_no_timer_while_nothing_is_missing() -> None:
    async with receiving() as reception:
        encoder = Encoder()
        for _ in range(3):
            await reception.take(*encoder.packets())
        assert reception.ingest._receiving._timer is None


async def test_video_that_cannot_be_decoded_is_told_of_and_what_can_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(standstill, "LONG", 0.05)
    told: list[None] = []
    async with receiving(lambda: told.append(None)) as reception:
        encoder = Encoder()
        for _ in range(4):
            await reception.take(*encoder.packets())
            await asyncio.sleep(0.03)
        assert not told
        encoder.packets()
        for _ in range(6):
            await reception.take(*encoder.packets())
            await asyncio.sleep(0.03)
        await reception.until(reception.transport.plis)
        await reception.take(*encoder.packets())
        assert told


async def test_a_picture_that_is_finished_after_the_loop_closed_is_dropped() -> None:
    ours = Receiving(fresh(), print, print, print)
    ours._loop = asyncio.new_event_loop()
    ours._loop.close()
    ours._decoder_failed(0)
    assert ours._decoding._closed


@pytest.fixture(params=["version", "name"])
def unknown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    known_aiortc._warn.cache_clear()
    if request.param == "version":
        monkeypatch.setattr(known_aiortc, "KNOWN", "1.15.0")
    else:
        monkeypatch.setattr(adapter, "NEEDED", (*NEEDED, "_gone"))


@pytest.mark.usefixtures("unknown")
async def test_an_unknown_aiortc_is_left_as_it_is_and_its_own_way_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, known_aiortc.__name__):
        async with receiving() as reception:
            Receiving(fresh(), print, print, print)
            (warning,) = caplog.records
            assert "aiortc" in warning.getMessage()
            assert isinstance(inside(reception.receiver, "jitter_buffer"), JitterBuffer)
            assert isinstance(inside(reception.receiver, "nack_generator"), NackGenerator)
            encoder = Encoder(stamp=9000)
            for _ in range(4):
                await reception.take(*encoder.packets())
            await reception.until(lambda: reception.ingest.received == 3)
            assert reception.arrivals[-1].pts == 2 * TICKS
            assert reception.arrivals[-1].rtp == 9000 + 2 * TICKS
            assert set(reception.ingest.counts().values()) == {0}


@pytest.mark.usefixtures("unknown")
async def test_on_aiortcs_own_way_closing_drops_what_waits_for_its_decoder() -> None:
    receiver = fresh()
    ours = Receiving(receiver, print, print, print)
    inside(receiver, "decoder_queue").put(None)
    ours.close()
    assert inside(receiver, "decoder_queue").empty()
