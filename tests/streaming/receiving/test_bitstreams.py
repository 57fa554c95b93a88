"""Real bitstreams, from packets over losses to pictures."""

from __future__ import annotations

import asyncio

import pytest
from aiortc.rtp import RtpPacket, wrap_rtx

from streaming.receiving.wish import INTERVAL
from tests.streaming.receiving.bitstreams import (
    RTX_SOURCE,
    TICKS,
    Encoder,
    Reception,
    receiving,
    told_index,
)

BOTH = pytest.mark.parametrize("codec", ["VP8", "H264"])


def check_pictures(reception: Reception, first_stamp: int) -> None:
    """Each picture is the one that its time stamps tell of."""
    for arrival in reception.arrivals:
        assert arrival.rtp is not None
        index = (arrival.rtp - first_stamp) % (1 << 32) // TICKS
        assert told_index(arrival.frame) == index % 16
        assert arrival.completed <= arrival.arrived
    stamps = [arrival.pts for arrival in reception.arrivals]
    assert stamps == sorted(set(stamps))


async def resend(reception: Reception, encoder: Encoder) -> int:
    """Does what the receiver asked for, with every other packet by RTX."""
    await asyncio.sleep(0)
    numbers = reception.transport.nacked()
    for turn, number in enumerate(numbers):
        packet = encoder.history[number]
        if turn % 2 and encoder.codec == "VP8":
            packet = wrap_rtx(packet, 98, turn, RTX_SOURCE)
        await reception.take(packet)
    return len(numbers)


@BOTH
async def test_lost_packets_are_asked_for_and_every_picture_is_right(codec: str) -> None:
    async with receiving() as reception:
        encoder, lost, resent = Encoder(codec), 0, 0
        for _ in range(40):
            packets = encoder.packets()
            kept = [packet for packet in packets if packet.sequence_number % 9 != 4]
            lost += len(packets) - len(kept)
            await reception.take(*kept)
            resent += await resend(reception, encoder)
            await asyncio.sleep(0.002)
        counts = reception.ingest.counts()
        assert lost > 10
        assert counts["lost"] == resent
        assert counts["repaired"] >= lost - 1
        await reception.until(
            lambda: reception.arrivals and reception.arrivals[-1].pts > 30 * TICKS
        )
        check_pictures(reception, (1 << 32) - 5 * TICKS)
        assert reception.transport.plis() == 0
        assert counts["decode_errors"] == counts["given_up"] == 0


@BOTH
async def test_what_is_not_repaired_is_given_up_and_a_key_frame_goes_on(codec: str) -> None:
    async with receiving() as reception:
        encoder = Encoder(codec)
        await reception.take(*encoder.packets())
        encoder.packets()
        asked = 0
        async with asyncio.timeout(20):
            while not asked:
                await reception.take(*encoder.packets())
                await asyncio.sleep(1 / 30)
                asked = reception.transport.plis()
        assert reception.ingest.received == 1, "nothing without what was lost"
        assert reception.ingest.counts()["given_up"] >= 1
        encoder.key_next = True
        await reception.take(*encoder.packets())
        await reception.until(lambda: reception.ingest.received == 2)
        check_pictures(reception, (1 << 32) - 5 * TICKS)


async def test_a_broken_frame_asks_for_a_key_frame_and_nothing_is_decoded_before_it() -> None:
    async with receiving() as reception:
        encoder = Encoder()
        await reception.take(*encoder.packets())
        await reception.until(lambda: reception.ingest.received == 1)
        broken = encoder.packets()
        for packet in broken:
            packet.payload = packet.payload[:4] + bytes(len(packet.payload) - 4)
        await reception.take(*broken)
        await reception.until(reception.transport.plis)
        await reception.take(*encoder.packets(), *encoder.packets())
        encoder.key_next = True
        await reception.take(*encoder.packets())
        await reception.until(lambda: reception.ingest.received == 2)
        assert reception.ingest.counts()["decode_errors"] == 1
        check_pictures(reception, (1 << 32) - 5 * TICKS)


async def test_a_codec_may_change_in_mid_stream_and_a_sender_begin_anew() -> None:
    async with receiving() as reception:
        await reception.take(*Encoder("VP8").packets())
        await reception.until(lambda: reception.ingest.received == 1)
        again = Encoder("H264", source=77, sequence=5, stamp=1000, index=3)
        await reception.take(*again.packets())
        await reception.take(*again.packets())
        await reception.until(lambda: reception.ingest.received >= 2)
        assert reception.arrivals[-1].rtp in {1000, 1000 + TICKS}
        assert told_index(reception.arrivals[-1].frame) in {3, 4}
        assert reception.ingest.out_of_order == 0


async def test_garbage_is_survived_and_counted() -> None:
    async with receiving() as reception:
        encoder = Encoder()
        await reception.take(*encoder.packets())
        for payload in (b"", b"\xff", b"\x90", b"\x90\x80", bytes(3000), b"\xff" * 20_000):
            stray = RtpPacket(97, 1, 30_000, 1, 999, payload)
            await reception.take(stray, RtpPacket(111, 0, 5, 5, 5, payload))
        await reception.take(RtpPacket(98, 0, 5, 5, RTX_SOURCE, b"\x00"))
        await reception.take(*encoder.packets())
        await reception.until(lambda: reception.ingest.received == 2)
        assert reception.ingest.counts()["garbage"] >= 4


async def test_requests_for_a_key_frame_keep_a_distance_and_end_with_the_session() -> None:
    async with receiving() as reception:
        encoder = Encoder()
        encoder.packets()
        times = []
        loop = asyncio.get_running_loop()
        for _ in range(40):
            await reception.take(*encoder.packets())
            await asyncio.sleep(0.02)
            times += [loop.time()] * reception.transport.plis()
        assert 1 <= len(times) <= (times[-1] - times[0]) / INTERVAL + 2
        reception.ingest.forget()
        await asyncio.sleep(INTERVAL + 0.1)
        await reception.take(*encoder.packets())
        assert reception.transport.plis() == 0
