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
from streaming.jitter import KNOWN_AIORTC, PromptJitterBuffer, make_prompt


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


async def test_the_installed_aiortc_is_the_known_one(receiver: aiortc.RTCRtpReceiver) -> None:
    assert aiortc.__version__ == KNOWN_AIORTC
    assert make_prompt(receiver)
    assert isinstance(receiver._RTCRtpReceiver__jitter_buffer, PromptJitterBuffer)


async def test_an_unknown_aiortc_is_left_as_it_is(
    receiver: aiortc.RTCRtpReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jitter.aiortc, "__version__", "2.0.0")
    assert not make_prompt(receiver)
    assert not isinstance(receiver._RTCRtpReceiver__jitter_buffer, PromptJitterBuffer)
