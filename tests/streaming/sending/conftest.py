"""Two aiortc connections on loopback: ours sends what is put into a mailbox, the other looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import av
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtpPacket

from streaming.egress import ReturnedTrack
from streaming.garbage import guard_against_garbage
from streaming.mailbox import Mailbox
from streaming.sending.adapter import Sending
from streaming.sending.limits import Limits
from streaming.sending.negotiation import accept_playout_delay, prefer
from streaming.sending.playout import URI
from tests.streaming.sending.pictures import SIZE, frame

PLAYOUT_ID = 11
PICTURES = 30


@dataclass
class Link:
    """Both ends, and what passed between them."""

    ours: RTCPeerConnection
    theirs: RTCPeerConnection
    mailbox: Mailbox[av.VideoFrame]
    sending: Sending
    answer: str = ""
    size: tuple[int, int] = SIZE
    put: int = 0
    frames: list[av.VideoFrame] = field(default_factory=list)
    packets: list[tuple[RtpPacket, bytes]] = field(default_factory=list)
    lose: Callable[[RtpPacket], bool] = lambda _: False
    spoil: bool = False
    "Whether frames without pixels are put in."

    @property
    def receiver(self) -> Any:
        return self.theirs.getTransceivers()[0].receiver

    @property
    def sender(self) -> Any:
        return self.ours.getTransceivers()[0].sender

    async def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.01)

    async def say(self, control: bytes) -> None:
        """Their end sends these control packets."""
        await self.receiver.transport._send_rtp(control)


@pytest.fixture
def linked() -> Callable[..., Any]:
    """``async with linked(...) as link``: connected, and thirty frames a second put in."""

    @asynccontextmanager
    async def connect(
        limits: Limits | None = None, *, playout: bool = True, feeding: bool = True
    ) -> AsyncIterator[Link]:
        link = await _made(limits or Limits(), playout=playout)
        duties = [_read(link), _feed(link)] if feeding else [_read(link)]
        tasks = [asyncio.create_task(duty) for duty in duties]
        try:
            await link.until(lambda: link.ours.connectionState == "connected")
            yield link
        finally:
            link.mailbox.close()
            await link.theirs.close()
            await link.ours.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return connect


async def _made(limits: Limits, *, playout: bool) -> Link:
    ours, theirs = (RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2))
    theirs.addTransceiver("video", direction="recvonly")
    await theirs.setLocalDescription(await theirs.createOffer())
    offer = theirs.localDescription.sdp
    if playout:
        offer = offer.replace("a=mid:0\r\n", f"a=mid:0\r\na=extmap:{PLAYOUT_ID} {URI}\r\n")
    await ours.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    (transceiver,) = ours.getTransceivers()
    mailbox: Mailbox[av.VideoFrame] = Mailbox()
    transceiver.sender.replaceTrack(ReturnedTrack(mailbox))
    transceiver.direction = "sendonly"
    prefer(transceiver, limits.codec)
    guard_against_garbage(transceiver.receiver.transport)
    link = Link(ours, theirs, mailbox, Sending(transceiver.sender, mailbox, limits))
    accept_playout_delay(transceiver, ours.remoteDescription.sdp)
    await ours.setLocalDescription(await ours.createAnswer())
    link.answer = ours.localDescription.sdp
    _overhear(link)
    await theirs.setRemoteDescription(RTCSessionDescription(link.answer, "answer"))
    return link


def _overhear(link: Link) -> None:
    """Notes every media packet, and loses those that the test says."""
    transport = link.receiver.transport
    handle = transport._handle_rtp_data

    async def note(data: bytes, arrival_time_ms: int) -> None:
        packet = RtpPacket.parse(data)
        link.packets.append((packet, data))
        if not link.lose(packet):
            await handle(data, arrival_time_ms)

    transport._handle_rtp_data = note


async def _feed(link: Link) -> None:
    while True:
        link.mailbox.put(_stamped(link))
        await asyncio.sleep(1 / 30)


def _stamped(link: Link) -> av.VideoFrame:
    index = link.put % (2 * PICTURES)
    made = frame(min(index, 2 * PICTURES - 1 - index), link.size)
    if link.spoil:
        made = av.VideoFrame(0, 0, "yuv420p")
    made.pts = link.put * 3000
    link.put += 1
    return made


async def _read(link: Link) -> None:
    with suppress(MediaStreamError):
        while True:
            link.frames.append(await link.receiver.track.recv())
