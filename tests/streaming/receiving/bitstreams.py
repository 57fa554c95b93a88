"""Real VP8 and H.264 of pictures that can be told apart, as RTP packets; and a receiver to feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
from aiortc import RTCRtpReceiver
from aiortc.codecs import depayload
from aiortc.codecs.h264 import H264Encoder
from aiortc.codecs.vpx import Vp8Encoder
from aiortc.rtcrtpparameters import (
    RTCRtpCodecParameters,
    RTCRtpDecodingParameters,
    RTCRtpReceiveParameters,
    RTCRtpRtxParameters,
)
from aiortc.rtcrtpreceiver import RemoteStreamTrack
from aiortc.rtp import AnyRtcpPacket, RtcpPacket, RtcpPsfbPacket, RtcpRtpfbPacket, RtpPacket
from aiortc.stats import RTCStatsReport

from streaming.ingest import Arrival, Ingest
from streaming.receiving.pieces import KEY_OF, EncodedFrame

WIDTH, HEIGHT = 320, 240
TICKS = 3000
SOURCE, RTX_SOURCE = 0x1234, 0x5678
CODECS = {
    97: RTCRtpCodecParameters("video/VP8", 90_000, payloadType=97),
    98: RTCRtpCodecParameters("video/rtx", 90_000, payloadType=98, parameters={"apt": 97}),
    99: RTCRtpCodecParameters("video/H264", 90_000, payloadType=99),
}
PAYLOAD_TYPES = {"VP8": 97, "H264": 99}


def picture(index: int) -> av.VideoFrame:
    """Noise, that makes large frames, and in its left half a brightness that tells the index."""
    noise = np.random.default_rng(index).integers(60, 200, (HEIGHT, WIDTH, 3), np.uint8)
    noise[:, : WIDTH // 2] = 40 + 10 * (index % 16)
    frame = av.VideoFrame.from_ndarray(noise, "bgr24").reformat(format="yuv420p")
    frame.pts, frame.time_base = index * TICKS, Fraction(1, 90_000)
    return frame


def brightness(frame: av.VideoFrame) -> float:
    """Of the part that tells the index."""
    return float(frame.to_ndarray()[20 : HEIGHT - 20, 20 : WIDTH // 2 - 20].mean())


def told_index(frame: av.VideoFrame) -> int:
    """The index of the picture, modulo 16."""
    return int(np.argmin(np.abs(_levels() - brightness(frame))))


@cache
def _levels() -> np.ndarray:
    return np.array([brightness(picture(index)) for index in range(16)])


@dataclass
class Encoder:
    """A sender's encoder and packetiser."""

    codec: str = "VP8"
    sequence: int = 65_500
    stamp: int = (1 << 32) - 5 * TICKS
    source: int = SOURCE
    index: int = 0
    key_next: bool = True
    history: dict[int, RtpPacket] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._encoder: Vp8Encoder | H264Encoder = (
            Vp8Encoder() if self.codec == "VP8" else H264Encoder()
        )

    def packets(self) -> list[RtpPacket]:
        """Those of the next picture."""
        payloads, _ = self._encoder.encode(picture(self.index), self.key_next)
        self.key_next = False
        packets = [self._packet(payload) for payload in payloads]
        packets[-1].marker = 1
        self.index += 1
        self.stamp = (self.stamp + TICKS) % (1 << 32)
        return packets

    def _packet(self, payload: bytes) -> RtpPacket:
        packet = RtpPacket(
            payload_type=PAYLOAD_TYPES[self.codec],
            sequence_number=self.sequence,
            timestamp=self.stamp,
            ssrc=self.source,
            payload=payload,
        )
        self.history[self.sequence] = packet
        self.sequence = (self.sequence + 1) % (1 << 16)
        return packet


def encoded_frames(codec: str, count: int, keys: tuple[int, ...] = (0,)) -> Iterator[EncodedFrame]:
    """Frames as the buffer gives them."""
    encoder = Encoder(codec)
    for number in range(count):
        encoder.key_next = number in keys
        packets = encoder.packets()
        parts = [depayload(CODECS[packet.payload_type], packet.payload) for packet in packets]
        key = any(
            KEY_OF[codec](packet.payload, part)[1]
            for packet, part in zip(packets, parts, strict=True)
        )
        yield EncodedFrame(
            number, SOURCE, packets[0].timestamp, number * TICKS, codec, key, 0.0, b"".join(parts)
        )


class FakeTransport:
    """Stands for the DTLS transport: keeps what the receiver sends."""

    state = "connected"
    _stats_id = "transport"

    def __init__(self) -> None:
        self.sent: list[AnyRtcpPacket] = []
        self.receivers: set[RTCRtpReceiver] = set()

    def _register_rtp_receiver(self, receiver: RTCRtpReceiver, _: object) -> None:
        self.receivers.add(receiver)

    def _unregister_rtp_receiver(self, receiver: RTCRtpReceiver) -> None:
        self.receivers.discard(receiver)

    def _get_stats(self) -> RTCStatsReport:
        return RTCStatsReport()

    async def _send_rtp(self, data: bytes) -> None:
        self.sent += RtcpPacket.parse(data)

    def nacked(self) -> list[int]:
        """The sequence numbers that were asked for; they are forgotten then."""
        asked = [p for p in self.sent if isinstance(p, RtcpRtpfbPacket)]
        self.sent = [p for p in self.sent if p not in asked]
        return [number for packet in asked for number in packet.lost]

    def plis(self) -> int:
        """How often a key frame was asked for; that is forgotten then."""
        asked = [p for p in self.sent if isinstance(p, RtcpPsfbPacket) and p.fmt == 1]
        self.sent = [p for p in self.sent if p not in asked]
        return len(asked)


@dataclass
class Reception:
    """A real receiver, with our way of receiving in it, and what came out."""

    receiver: RTCRtpReceiver
    transport: FakeTransport
    ingest: Ingest
    pump: asyncio.Task[None]
    reader: asyncio.Task[None]
    arrivals: list[Arrival]

    async def take(self, *packets: RtpPacket) -> None:
        """As they come from the network."""
        for packet in packets:
            await self.receiver._handle_rtp_packet(packet, arrival_time_ms=0)

    async def until(self, condition: Any, seconds: float = 30) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.005)


@asynccontextmanager
async def receiving(
    stands_still: Callable[[], None] = lambda: None,
) -> AsyncIterator[Reception]:
    """A receiver that was started and is stopped in the end."""
    transport = FakeTransport()
    receiver = RTCRtpReceiver("video", transport)  # type: ignore[arg-type]
    receiver._track = RemoteStreamTrack("video")
    receiver._set_rtcp_ssrc(1)
    ingest, arrivals = Ingest(receiver.track, receiver, stands_still), list[Arrival]()

    async def read() -> None:
        async for arrival in ingest.arrivals():
            arrivals.append(arrival)

    pump, reader = asyncio.create_task(ingest.pump()), asyncio.create_task(read())
    rtx = RTCRtpRtxParameters(ssrc=RTX_SOURCE)
    encoding = RTCRtpDecodingParameters(ssrc=SOURCE, payloadType=97, rtx=rtx)
    await receiver.receive(RTCRtpReceiveParameters(list(CODECS.values()), encodings=[encoding]))
    try:
        yield Reception(receiver, transport, ingest, pump, reader, arrivals)
    finally:
        await receiver.stop()
        await asyncio.wait_for(asyncio.gather(pump, reader), 10)
