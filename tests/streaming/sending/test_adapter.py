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
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtpPacket,
    pack_remb_fci,
    unpack_header_extensions,
)

from streaming import known_aiortc
from streaming.frames import frame_of, picture_of
from streaming.sending.adapter import MOST_FAILURES
from streaming.sending.encoder import VideoEncoder
from streaming.sending.limits import MIN_BITRATE, Limits
from streaming.sending.pacer import BURST
from streaming.sending.packets import Packets
from streaming.sending.stream import Counts, Outgoing
from tests.streaming.sending.conftest import PICTURES, PLAYOUT_ID
from tests.streaming.sending.pictures import frame, picture, psnr
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


async def sent_alone(link: Any, index: int) -> None:
    """One frame, and nothing else until all of its packets have come."""
    made = frame(index)
    made.pts = index * 3000
    link.mailbox.put(made)
    stamp = link.sending.rtp(made.pts)
    await link.until(lambda: any(p.marker and p.timestamp == stamp for p, _ in link.packets))


def lossy(link: Any) -> bytes:
    """A report of ten percent lost."""
    ssrc = link.sender._ssrc
    report = RtcpReceiverInfo(
        ssrc=ssrc, fraction_lost=26, packets_lost=9, highest_sequence=9, jitter=0, lsr=0, dlsr=0
    )
    return bytes(RtcpRrPacket(ssrc=1, reports=[report]))


def sent_by(link: Any, ssrc: int) -> list[RtpPacket]:
    return [packet for packet, _ in link.packets if packet.ssrc == ssrc]


async def test_on_a_link_that_loses_packets_each_leaves_twice(linked: Linked) -> None:
    async with linked(feeding=False) as link:
        await link.say(remb(link, 5_000_000))
        for index in range(4):
            await sent_alone(link, index)
        assert not sent_by(link, link.sender._rtx_ssrc)
        await link.say(lossy(link))
        await link.until(lambda: link.sending._copies.wanted(5_000_000))
        before = len(sent_by(link, link.sender._ssrc))
        for index in range(4, 10):
            await sent_alone(link, index)
            await link.until(link.sending._copying.done)
        media = [p.sequence_number for p in sent_by(link, link.sender._ssrc)[before:]]
        assert len(media) >= 6
        await link.until(lambda: len(sent_by(link, link.sender._rtx_ssrc)) >= len(media))
        copies = sent_by(link, link.sender._rtx_ssrc)
        assert [struct.unpack_from("!H", each.payload)[0] for each in copies] == media
        counts = link.sending.counts()
        assert (counts.copies, counts.retransmitted) == (len(media), 0)


async def test_a_frame_that_is_paced_has_no_copies(linked: Linked) -> None:
    async with linked(feeding=False) as link:
        for index in range(3):
            await sent_alone(link, index)
        link.sending._copies.reported(0.1)
        link.sending._copies.wanted = lambda _: True
        large = [b"x" * 900] * (BURST + 1)
        for payloads in (large[1:], large):
            link.sending._copying = None
            await link.sending._send(Outgoing(payloads, 0, 5_000_000), 97)
            assert (link.sending._copying is not None) == (len(payloads) <= BURST)


@pytest.mark.parametrize("failures", [MOST_FAILURES - 1, MOST_FAILURES])
async def test_frames_that_cannot_be_sent_are_left_out_but_not_without_end(
    linked: Linked,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failures: int,
) -> None:
    async with linked() as link:
        await link.until(lambda: len(link.frames) > 2)
        frames, keys = link.sending.counts().frames, link.sending.counts().key_frames
        made, left = Packets.of, [failures]

        def fail(*arguments: Any) -> Any:
            left[0] -= 1
            if left[0] >= 0:
                raise RuntimeError("out of paper")
            return made(*arguments)

        monkeypatch.setattr(Packets, "of", fail)
        await link.until(lambda: left[0] <= 0)
        said = [record.levelno for record in caplog.records if "sen" in record.message]
        if failures < MOST_FAILURES:
            shown = len(link.frames)
            await link.until(lambda: len(link.frames) > shown + 3)
            assert link.sending.counts().key_frames > keys
            assert said == [logging.WARNING]
        else:
            await link.until(link.sender._RTCRtpSender__rtp_exited.is_set)
            assert link.sending.counts().frames == frames + failures
            assert logging.ERROR in [record.levelno for record in caplog.records]


async def test_requests_while_a_key_frame_still_leaves_are_answered_by_it(linked: Linked) -> None:
    async with linked(feeding=False) as link:
        await sent_alone(link, 0)
        requests = link.sending._stream.feedback.key_frames
        requests.insist()
        assert requests.due(0.0)
        await link.sending._send(Outgoing([b"x"], 3000, 100_000), 97)
        assert requests.due(0.0), "a delta frame answers nothing"
        await link.sending._send(Outgoing([b"x"], 6000, 100_000, key=True), 97)
        assert not requests.due(float("inf"))


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
