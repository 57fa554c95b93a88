"""Between real peers: what is sent, and what feedback does to it."""

from __future__ import annotations

import asyncio
import itertools
import logging
import struct
import threading
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import pytest
from aiortc.rtp import (
    RtcpPsfbPacket,
    RtpPacket,
    pack_remb_fci,
    unpack_header_extensions,
)

from streaming import known_aiortc
from streaming.frames import frame_of, picture_of
from streaming.sending.encoder import VideoEncoder
from streaming.sending.limits import MIN_BITRATE, Limits
from streaming.sending.stream import Counts
from tests.streaming.sending.conftest import PICTURES, PLAYOUT_ID
from tests.streaming.sending.pictures import picture, psnr
from vision.picture import Picture

Linked = Callable[..., Any]

PLI, FIR, REMB = 1, 4, 15


def feedback(link: Any, fmt: int, fci: bytes = b"") -> bytes:
    return bytes(RtcpPsfbPacket(fmt, ssrc=1, media_ssrc=link.sender._ssrc, fci=fci))


def remb(link: Any, rate: int) -> bytes:
    return feedback(link, REMB, pack_remb_fci(rate, [link.sender._ssrc]))


def extensions_of(data: bytes) -> dict[int, bytes]:
    profile, words = struct.unpack_from("!HH", data, 12)
    return dict(unpack_header_extensions(profile, data[16 : 16 + words * 4]))


def encoders() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("encoder")]


@pytest.mark.parametrize("codec", ["h264", "vp8"])
async def test_pictures_arrive_with_the_time_stamps_that_we_tell(
    linked: Linked, codec: str
) -> None:
    async with linked(Limits(codec=codec)) as link:
        await link.until(lambda: len(link.frames) > 20)
        told = {link.sending.rtp(number * 3000): number for number in range(link.put)}
        sent = [told[packet.timestamp] for packet, _ in link.packets]
        assert sent == sorted(sent)
        first, shown = sent[0], link.frames[15]
        number = (first + round(shown.pts / 3000)) % (2 * PICTURES)
        truth = picture(min(number, 2 * PICTURES - 1 - number))
        assert psnr(truth, picture_of(shown)) > 28
        counts = link.sending.counts()
        assert counts.frames >= 20
        assert counts.key_frames == 1
        assert counts.failed == 0
        assert link.sending.encode_times.percentile(50)[0] > 0


async def test_the_last_packet_of_each_frame_is_marked_and_numbers_have_no_gap(
    linked: Linked,
) -> None:
    async with linked() as link:
        await link.until(lambda: len(link.packets) > 40)
        packets = [packet for packet, _ in link.packets]
        for one, following in itertools.pairwise(packets):
            assert following.sequence_number == (one.sequence_number + 1) % (1 << 16)
            assert one.marker == (following.timestamp != one.timestamp)


async def test_playout_delay_of_zero_is_on_every_packet_where_it_was_offered(
    linked: Linked,
) -> None:
    async with linked() as link:
        await link.until(lambda: len(link.packets) > 10)
        assert f"a=extmap:{PLAYOUT_ID} " in link.answer
        assert all(extensions_of(data)[PLAYOUT_ID] == bytes(3) for _, data in link.packets)


async def test_and_on_none_where_it_was_not(linked: Linked) -> None:
    async with linked(playout=False) as link:
        await link.until(lambda: len(link.packets) > 10)
        assert "playout-delay" not in link.answer
        assert not any(PLAYOUT_ID in extensions_of(data) for _, data in link.packets)


@pytest.mark.parametrize("fmt", [PLI, FIR])
async def test_a_burst_of_requests_gives_one_key_frame(linked: Linked, fmt: int) -> None:
    async with linked() as link:
        await link.until(lambda: len(link.frames) > 5)
        keys, requests = _keys(link)
        for _ in range(8):
            await link.say(feedback(link, fmt))
        await link.until(lambda: _keys(link) == (keys + 1, requests + 8))
        frames = link.sending.counts().frames
        await link.until(lambda: link.sending.counts().frames > frames + 15)
        assert _keys(link) == (keys + 1, requests + 8)


def _keys(link: Any) -> tuple[int, int]:
    """Key frames sent, and requests for them."""
    counts = link.sending.counts()
    return counts.key_frames, counts.key_requests


async def test_the_receivers_estimate_is_followed_without_a_key_frame(linked: Linked) -> None:
    async with linked() as link:
        await link.until(lambda: len(link.frames) > 5)
        await link.say(remb(link, 230_000))
        await link.until(lambda: link.sending.counts().bitrate == 230_000)
        await link.say(remb(link, 1))
        await link.until(lambda: link.sending.counts().bitrate == MIN_BITRATE)
        await link.until(lambda: link.sending.counts().frames > 30)
        assert link.sending.counts().key_frames == 1


async def test_our_own_bound_is_never_exceeded(linked: Linked) -> None:
    async with linked(Limits(max_bitrate=200_000)) as link:
        await link.until(lambda: len(link.frames) > 2)
        await link.say(remb(link, 5_000_000))
        await link.until(lambda: link.sending.counts().frames > 10)
        assert link.sending.counts().bitrate == 200_000


async def test_no_more_frames_are_encoded_than_allowed(linked: Linked) -> None:
    async with linked(Limits(max_fps=5)) as link:
        await link.until(lambda: link.put > 45)
        counts = link.sending.counts()
        assert 0 < counts.frames <= 45 / 6 + 2
        assert counts.surplus > 0


GARBAGE = [
    b"REMB",
    b"",
    b"REMB\x40\xff\xff\xff",  # tells of 64 streams, names none
    b"REMB\x00\xff\xff\xff",
    b"RANDOMSTUFF!",
    pack_remb_fci(0, [0]),
]


async def test_garbled_feedback_changes_nothing(linked: Linked) -> None:
    async with linked() as link:
        await link.until(lambda: len(link.frames) > 2)
        before = link.sending.counts().bitrate
        for fci in GARBAGE:
            await link.say(feedback(link, REMB, fci + bytes(-len(fci) % 4)))
        frames = len(link.frames)
        await link.until(lambda: len(link.frames) > frames + 5)
        assert link.ours.connectionState == "connected"
        assert link.sending.counts().bitrate == before


async def test_lost_packets_are_sent_again_in_their_own_stream(linked: Linked) -> None:
    lost: set[int] = set()

    def every_tenth_once(packet: RtpPacket) -> bool:
        if packet.sequence_number % 10 or packet.sequence_number in lost:
            return False
        lost.add(packet.sequence_number)
        return packet.ssrc == link.sender._ssrc

    async with linked() as link:
        link.lose = every_tenth_once
        await link.until(lambda: link.sending.counts().retransmitted >= 3)
        await link.until(lambda: any(p.ssrc == link.sender._rtx_ssrc for p, _ in link.packets))
        again = [p for p, _ in link.packets if p.ssrc == link.sender._rtx_ssrc]
        assert struct.unpack_from("!H", again[0].payload)[0] in lost


async def test_a_frame_that_cannot_be_encoded_is_left_out_and_the_next_is_whole(
    linked: Linked, caplog: pytest.LogCaptureFixture
) -> None:
    async with linked() as link:
        await link.until(lambda: len(link.frames) > 2)
        link.spoil = True
        await link.until(lambda: link.sending.counts().failed >= 3)
        link.spoil = False
        frames = link.sending.counts().frames
        await link.until(lambda: link.sending.counts().frames > frames + 3)
        assert link.sending.counts().key_frames > 1
        said = [record for record in caplog.records if "could not be encoded" in record.message]
        assert len(said) == 1


async def test_the_size_may_change_in_mid_stream(linked: Linked) -> None:
    async with linked() as link:
        await link.until(lambda: link.frames)
        for size in [(240, 320), (160, 120), (320, 240)]:
            link.size = size
            await link.until(
                lambda size=size: (link.frames[-1].width, link.frames[-1].height) == size
            )


async def test_while_a_large_frame_leaves_no_other_is_encoded(linked: Linked) -> None:
    def still(bgr: int | np.ndarray[Any, Any], index: int) -> av.VideoFrame:
        return frame_of(Picture.from_bgr(np.full((480, 640, 3), bgr, np.uint8)), index * 3000)

    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3))
    async with linked(Limits(max_bitrate=MIN_BITRATE, codec="vp8"), feeding=False) as link:
        link.mailbox.put(still(noise, 0))
        await link.until(lambda: link.packets)
        for index in range(1, 6):
            link.mailbox.put(still(noise, index))
        await link.until(lambda: link.sending.counts().frames == 2)
        await link.until(
            lambda: {p.timestamp for p, _ in link.packets} >= {link.sending.rtp(15000)}
        )
        assert link.sending.counts().late == 4
        assert {p.timestamp for p, _ in link.packets} == {
            link.sending.rtp(0),
            link.sending.rtp(15000),
        }


async def test_closing_does_not_wait_for_the_encoder_and_leaves_no_thread(
    linked: Linked, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, leave = threading.Event(), threading.Event()
    encode = VideoEncoder.encode

    def slow(self: VideoEncoder, *arguments: Any, **options: Any) -> Any:
        entered.set()
        leave.wait(30)
        return encode(self, *arguments, **options)

    async with linked() as link:
        await link.until(lambda: link.frames)
        assert encoders()
        monkeypatch.setattr(VideoEncoder, "encode", slow)
        await link.until(entered.is_set)
        async with asyncio.timeout(20):
            await link.ours.close()
        assert encoders(), "the thread is still at its frame"
        leave.set()
        await link.until(lambda: not encoders())
        link.sending.close()


async def test_with_an_unknown_aiortc_its_own_way_is_taken_and_said_once(
    linked: Linked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(known_aiortc, "KNOWN", "0.0.0")
    known_aiortc._warn.cache_clear()
    with caplog.at_level(logging.WARNING, known_aiortc.__name__):
        for _ in range(2):
            async with linked() as link:
                assert not link.sending.known
                await link.until(lambda: len(link.frames) > 3)
                assert link.sending.rtp(0) is None
                assert link.sending.counts() == Counts()
    assert len(caplog.records) == 1
