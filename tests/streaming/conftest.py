"""A whole server with a scripted detector, on a socket of loopback; and real aiortc clients."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
import httpx
import numpy as np
import pytest
import uvicorn
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

import web
from models.scripted import ScriptedDetector, Step
from streaming.admin.gate import AdminGate
from streaming.app import make_app
from streaming.hearing_open import SpeechLoaders
from streaming.security import Gate
from streaming.server import Server
from streaming.settings import Settings
from streaming.understanding import Loaders
from vision.ports import Detector, PoseEstimator, SeeingModel, TextReader
from vision.types import Detections

SDP = {"Content-Type": "application/sdp"}


def one_box() -> Detections:
    """A person left of the middle."""
    return Detections(
        np.array([[0.25, 0.25, 0.25, 0.5]], np.float32),
        np.array([0.9], np.float32),
        np.array([0], np.int32),
    )


@dataclass
class Running:
    """A server that runs, and a way to talk to it."""

    server: Server
    url: str
    http: httpx.AsyncClient


ServerMaker = Callable[..., Any]


@pytest.fixture
def serving() -> ServerMaker:
    """``async with serving(...) as running``: a server on a free port."""

    @asynccontextmanager
    async def start(
        detector: Detector | None = None,
        token: str | None = None,
        *,
        model: SeeingModel | None = None,
        reader: TextReader | None = None,
        poses: PoseEstimator | None = None,
        speech: SpeechLoaders | None = None,
        admin_token: str | None = None,
        allowed: Sequence[str] = (),
        **settings: Any,
    ) -> AsyncIterator[Running]:
        chosen = detector or ScriptedDetector([Step(one_box())])
        loaders = Loaders(
            lambda: chosen,
            reader and (lambda: reader),
            model and (lambda: nullcontext(model)),
            poses and (lambda: poses),
            speech,
        )
        gate, admin = Gate(token, allowed=allowed), AdminGate(admin_token, paired=token is not None)
        asked = Settings(**settings)
        server = Server(asked, loaders, gate, web.ROOT, lambda: b"a clip", admin=admin)
        config = uvicorn.Config(
            make_app(server), port=0, log_config=None, ws="websockets-sansio", lifespan="on"
        )
        async with _uvicorn(config) as port:
            url = f"http://127.0.0.1:{port}"
            async with httpx.AsyncClient(base_url=url, timeout=20) as client:
                await _until_ready(client)
                yield Running(server, url, client)

    return start


@asynccontextmanager
async def _uvicorn(config: uvicorn.Config) -> AsyncIterator[int]:
    runner = uvicorn.Server(config)
    runner.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(runner.serve())
    while not runner.started:
        await asyncio.sleep(0.01)
        assert not task.done()
    try:
        yield runner.servers[0].sockets[0].getsockname()[1]
    finally:
        runner.should_exit = True
        await task


async def _until_ready(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(10):
        while (await client.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.01)


class Camera(MediaStreamTrack):
    """Thirty frames a second; its size may change in mid-stream."""

    kind = "video"

    def __init__(self, width: int = 320, height: int = 240) -> None:
        super().__init__()
        self.size = (width, height)
        self.sent = 0
        self.pause = 0.0
        "Seconds until the next frame; its time stamp does not know of them."

    async def recv(self) -> av.VideoFrame:
        pause, self.pause = self.pause, 0.0
        await asyncio.sleep(1 / 30 + pause)
        width, height = self.size
        frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), 90, np.uint8), "bgr24")
        frame.pts, frame.time_base = self.sent * 3000, Fraction(1, 90_000)
        self.sent += 1
        return frame


@dataclass
class Client:
    """A real peer: what it was sent, and what came back."""

    connection: RTCPeerConnection
    camera: Camera
    location: str = ""
    answer: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    tracks: list[dict[str, Any]] = field(default_factory=list)
    frames: list[av.VideoFrame] = field(default_factory=list)
    channels: dict[str, RTCDataChannel] = field(default_factory=dict)

    def said(self, kind: str) -> list[dict[str, Any]]:
        """The events of one type."""
        return [message for message in self.events if message["type"] == kind]

    async def until(self, condition: Callable[[], object], seconds: float = 15) -> None:
        """Waits until something has come."""
        async with asyncio.timeout(seconds):
            while not condition():
                await asyncio.sleep(0.02)


ClientMaker = Callable[..., Any]


@pytest.fixture
def connected() -> ClientMaker:
    """``async with connected(running) as client``: a client whose offer was answered."""

    @asynccontextmanager
    async def connect(
        running: Running,
        *,
        query: str = "",
        direction: str = "sendrecv",
        read: bool = True,
        tracks: Sequence[MediaStreamTrack] = (),
        headers: dict[str, str] | None = None,
    ) -> AsyncIterator[Client]:
        client = Client(RTCPeerConnection(RTCConfiguration(iceServers=[])), Camera())
        _open_channels(client)
        client.connection.addTransceiver(client.camera, direction=direction)
        for track in tracks:
            client.connection.addTransceiver(track, direction="sendonly")
        readers = _read_returned(client) if read else []
        try:
            await _offer(client, running, query, headers or {})
            yield client
        finally:
            await client.connection.close()
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    return connect


def _open_channels(client: Client) -> None:
    tracks = client.connection.createDataChannel("tracks", ordered=False, maxRetransmits=0)
    events = client.connection.createDataChannel("events")
    client.channels = {"tracks": tracks, "events": events}
    tracks.on("message", lambda text: client.tracks.append(json.loads(text)))
    events.on("message", lambda text: client.events.append(json.loads(text)))


def _read_returned(client: Client) -> list[asyncio.Task[None]]:
    readers: list[asyncio.Task[None]] = []

    async def read(track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.VideoFrame)
                client.frames.append(frame)
        except MediaStreamError:
            pass

    client.connection.on("track", lambda track: readers.append(asyncio.create_task(read(track))))
    return readers


async def _offer(client: Client, running: Running, query: str, headers: dict[str, str]) -> None:
    connection = client.connection
    await connection.setLocalDescription(await connection.createOffer())
    response = await running.http.post(
        f"/v1/sessions{query}", content=connection.localDescription.sdp, headers=SDP | headers
    )
    assert response.status_code == 201, response.text
    client.location = response.headers["Location"]
    client.answer = response.text
    await connection.setRemoteDescription(RTCSessionDescription(response.text, "answer"))
