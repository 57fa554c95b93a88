from __future__ import annotations

import itertools

import aiortc
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket
from hypothesis import given
from hypothesis import strategies as st

from streaming import jitter
from streaming.jitter import KNOWN_AIORTC, MAX_UNDECODED, PromptJitterBuffer, PromptReceiver


def packets(sizes: list[int], first: int = 0, *, marked: bool = True) -> list[RtpPacket]:
    """Frames of that many packets, 3000 ticks apart."""
    made = []
    sequence = itertools.count(first)
    for frame, size in enumerate(sizes):
        for part in range(size):
            packet = RtpPacket(
                sequence_number=next(sequence) % (1 << 16),
                timestamp=frame * 3000,
                marker=int(marked and part == size - 1),
            )
            packet._data = f"{frame}.{part} ".encode()  # type: ignore[attr-defined]
            made.append(packet)
    return made


def feed(buffer: PromptJitterBuffer, stream: list[RtpPacket]) -> list[JitterFrame]:
    return [frame for packet in stream if (frame := buffer.add(packet)[1]) is not None]


def test_a_frame_is_free_on_its_marked_packet() -> None:
    buffer = PromptJitterBuffer()
    *begun, last = packets([3])
    assert feed(buffer, begun) == []
    _, frame = buffer.add(last)
    assert frame is not None
    assert frame.data == b"0.0 0.1 0.2 "
    assert frame.timestamp == 0


def test_without_markers_it_waits_for_the_next_frame_as_aiortc_does() -> None:
    frames = feed(PromptJitterBuffer(), packets([2, 2], marked=False))
    assert [frame.data for frame in frames] == [b"0.0 0.1 "]


def test_a_late_packet_completes_its_frame_and_the_backlog_drains() -> None:
    stream = packets([2, 3, 3, 3])
    late = stream.pop(1)
    stream.insert(6, late)
    frames = feed(PromptJitterBuffer(), stream)
    assert [frame.timestamp for frame in frames] == [0, 3000, 6000, 9000]


def test_a_frame_of_600_packets_is_told_as_lost_and_the_stream_recovers() -> None:
    buffer = PromptJitterBuffer()
    lost = [buffer.add(packet)[0] for packet in packets([600])]
    assert any(lost), "a picture loss is reported"
    frames = feed(buffer, packets([2, 2, 2], first=600))
    assert frames


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=12),
    st.integers(0, (1 << 16) - 1),
    st.randoms(use_true_random=False),
)
def test_reordering_within_a_frame_loses_nothing(sizes: list[int], first: int, random) -> None:  # type: ignore[no-untyped-def]
    buffer = PromptJitterBuffer()
    stream = packets([1, *sizes], first)
    frames = feed(buffer, stream[:1])
    for stamp in range(1, len(sizes) + 1):
        part = [packet for packet in stream if packet.timestamp == stamp * 3000]
        random.shuffle(part)
        frames += feed(buffer, part)
    assert [frame.timestamp for frame in frames] == [i * 3000 for i in range(len(sizes) + 1)]
    parts = [frame.data.split() for frame in frames[1:]]
    assert [len(part) for part in parts] == sizes
    assert all(part == sorted(part) for part in parts)


@pytest.fixture
async def receiver() -> aiortc.RTCRtpReceiver:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("video")
    (transceiver,) = connection.getTransceivers()
    await connection.close()
    return transceiver.receiver


def test_a_buffer_that_no_packet_came_to_has_no_frame() -> None:
    assert PromptJitterBuffer().next_frame() is None


def test_padding_after_a_frame_makes_no_frame_of_its_own() -> None:
    buffer = PromptJitterBuffer()
    stream = packets([1, 1, 1])
    for position, frame in ((1, 0), (3, 1)):
        padding = RtpPacket(timestamp=frame * 3000)
        padding._data = b""  # type: ignore[attr-defined]
        stream.insert(position, padding)
    for sequence, packet in enumerate(stream):
        packet.sequence_number = sequence
    frames = feed(buffer, stream)
    assert [frame.data for frame in frames] == [b"0.0 ", b"1.0 ", b"2.0 "]


def test_every_frame_that_a_late_packet_completes_can_be_taken_at_once() -> None:
    buffer = PromptJitterBuffer()
    first, late, *rest = packets([1] * 6)
    assert len(feed(buffer, [first, *rest])) == 1
    assert len(feed(buffer, [late])) == 1
    taken = []
    while (frame := buffer.next_frame()) is not None:
        taken.append(frame.timestamp)
    assert taken == [6000, 9000, 12000, 15000]


async def test_the_installed_aiortc_is_the_known_one(receiver: aiortc.RTCRtpReceiver) -> None:
    assert aiortc.__version__ == KNOWN_AIORTC
    assert PromptReceiver(receiver).known
    assert isinstance(receiver._RTCRtpReceiver__jitter_buffer, PromptJitterBuffer)


async def test_an_unknown_aiortc_is_left_as_it_is(
    receiver: aiortc.RTCRtpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jitter.aiortc, "__version__", "2.0.0")
    prompt = PromptReceiver(receiver)
    prompt.forget()
    assert not prompt.known
    assert not isinstance(receiver._RTCRtpReceiver__jitter_buffer, PromptJitterBuffer)


async def test_a_decoder_that_falls_behind_is_let_off_and_a_key_frame_asked_for(
    receiver: aiortc.RTCRtpReceiver,
) -> None:
    prompt = PromptReceiver(receiver)
    waiting = receiver._RTCRtpReceiver__decoder_queue
    (packet,) = packets([1])
    for _ in range(MAX_UNDECODED):
        waiting.put(None)
    await prompt._take(packet, 0)
    assert waiting.qsize() == MAX_UNDECODED
    waiting.put(None)
    await prompt._take(packet, 0)
    assert waiting.empty()
    assert prompt.flushed == MAX_UNDECODED + 1
    assert receiver._RTCRtpReceiver__decoder_error.is_set()
