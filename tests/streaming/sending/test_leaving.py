"""Between real peers: how frames leave, how packets leave twice, and what if they cannot."""

from __future__ import annotations

import logging
import struct
from collections.abc import Callable
from typing import Any

import pytest
from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket, RtpPacket

from streaming.sending.adapter import MOST_FAILURES
from streaming.sending.pacer import BURST
from streaming.sending.packets import Packets
from streaming.sending.stream import Outgoing
from tests.streaming.sending.pictures import frame
from tests.streaming.sending.test_adapter import remb

Linked = Callable[..., Any]


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
        ended: list[str] = []
        link.sending.failed = lambda: ended.append("told")
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
            assert not ended
        else:
            await link.until(link.sender._RTCRtpSender__rtp_exited.is_set)
            assert link.sending.counts().frames == frames + failures
            assert ended == ["told"]
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
