"""A client and a server on a bad network: the session lives, and no broken picture is ever shown.

Both receive in our way, the client too, so that each fault meets it twice. The camera's pictures
are made from the number that is stamped into them: what comes back can be compared with what it
should be.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import aioice.ice
import av
import cv2
import numpy as np
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from links.faults import Bursts, Chance
from links.link import Conditions
from links.relay import Direction, Relay, Script
from numpy.typing import NDArray

from streaming.frames import picture_of
from streaming.ingest import Arrival, Ingest
from vision.frame_stamp import read_stamp, stamp, strip_height

Maker = Callable[..., Any]

WIDTH, HEIGHT = 320, 160

PATIENCE = 30.0
"""Seconds for anything to happen at all; no measure of speed."""

STEP = 12
"""Pixels by which the picture moves from one frame to the next: 20.9 grey levels, so that a picture
that is one frame too old is seen."""

MOST_OFF = 8.0
"""Grey levels by which a whole picture, compressed twice, may be off in its mean."""

ENOUGH = 12
"""Frames shown in order after a fault, to call the picture back."""

SDP = {"Content-Type": "application/sdp"}


def texture() -> NDArray[np.uint8]:
    noise = np.random.default_rng(4).integers(0, 256, (HEIGHT, WIDTH), np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 9, borderType=cv2.BORDER_REFLECT)
    return np.asarray(cv2.normalize(smooth, None, 40, 220, cv2.NORM_MINMAX), np.uint8)


TEXTURE = texture()


def grey(number: int) -> NDArray[np.uint8]:
    """The picture of that number."""
    picture = np.roll(TEXTURE, STEP * number, axis=1)
    stamp(picture, number)
    return picture


class StampedCamera(MediaStreamTrack):
    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.sent = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(1 / 30)
        planes = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
        planes[:HEIGHT] = grey(self.sent)
        frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
        frame.pts, frame.time_base = self.sent * 3000, Fraction(1, 90_000)
        self.sent += 1
        return frame


@dataclass(frozen=True, slots=True)
class Shown:
    number: int | None
    "None if it could not be read."
    off: float
    "Grey levels, mean, from what it should be."


def judged(frame: av.VideoFrame) -> Shown:
    luma = picture_of(frame).planes[0]
    number = read_stamp(luma)
    if number is None:
        return Shown(None, 255.0)
    rows = slice(0, HEIGHT - strip_height(WIDTH, HEIGHT))
    return Shown(number, float(cv2.absdiff(luma[rows], grey(number)[rows]).mean()))


@dataclass
class Viewer:
    """A client behind a bad link: what it sends, and what it is shown."""

    connection: RTCPeerConnection
    relay: Relay
    camera: StampedCamera
    events: RTCDataChannel
    location: str = ""
    shown: list[Shown] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.02)

    async def harmed(self, fate: str, times: int) -> None:
        """Waits until so many packets met that fate, each way."""
        ways = [self.relay.traffic[way].fates for way in Direction]
        await self.until(lambda: min(fates[fate] for fates in ways) >= times)

    async def sees_again(self) -> None:
        """Waits for frames that the camera takes from now on."""
        first = self.camera.sent
        await self.until(lambda: len(self.since(first)) >= ENOUGH)

    def since(self, number: int) -> list[Shown]:
        return [each for each in self.shown if each.number is not None and each.number >= number]


@asynccontextmanager
async def watching(running: Any, script: Script) -> AsyncIterator[Viewer]:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    async with Relay(script) as relay:
        camera, events = StampedCamera(), connection.createDataChannel("events")
        viewer = Viewer(connection, relay, camera, events)
        events.on("message", lambda text: viewer.said.append(json.loads(text)))
        transceiver = connection.addTransceiver(camera, direction="sendrecv")
        tasks: list[asyncio.Task[None]] = []
        try:
            await offer(viewer, running)
            ingest = Ingest(transceiver.receiver.track, transceiver.receiver)
            tasks = [asyncio.create_task(each) for each in (ingest.pump(), watch(ingest, viewer))]
            yield viewer
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await connection.close()


async def watch(ingest: Ingest, viewer: Viewer) -> None:
    arrival: Arrival
    async for arrival in ingest.arrivals():
        viewer.shown.append(judged(arrival.frame))


async def offer(viewer: Viewer, running: Any) -> None:
    connection = viewer.connection
    await connection.setLocalDescription(await connection.createOffer())
    body = viewer.relay.offer(connection.localDescription.sdp)
    response = await running.http.post("/v1/sessions?overlay=off", content=body, headers=SDP)
    assert response.status_code == 201, response.text
    viewer.location = response.headers["Location"]
    answer = RTCSessionDescription(viewer.relay.answer(response.text), "answer")
    await connection.setRemoteDescription(answer)


@pytest.fixture(autouse=True)
def no_errors(caplog: pytest.LogCaptureFixture) -> Any:
    """Whatever the network does, it is no error of the program's."""
    yield
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert not errors, [record.getMessage() for record in errors]


async def assert_it_lives(viewer: Viewer, running: Any) -> None:
    """The session is the same one, talks, and showed nothing but whole pictures in order."""
    state = (await running.http.get(viewer.location)).json()
    assert state["state"] == "connected"
    viewer.events.send('{"type":"ping","t":1}')
    await viewer.until(lambda: any(each["type"] == "pong" for each in viewer.said))
    numbers = [each.number for each in viewer.shown]
    assert None not in numbers, "a picture was shown whose number cannot be read"
    assert numbers == sorted(set(numbers)), "pictures were shown out of order"
    worst = max(viewer.shown, key=lambda each: each.off)
    assert worst.off < MOST_OFF, f"picture {worst.number} is not as it was taken"


def both_ways(name: str, seeds: tuple[int, int] = (1, 2), **given: Any) -> Script:
    up, down = seeds
    return Script(name, Conditions(**given, seed=up), Conditions(**given, seed=down))


# By the seeds of the first two, what is waited for is lost among the first fifty packets.
ROUGH = [
    (both_ways("loss", (33, 95), loss=Chance(0.05)), "lost", 4),
    (both_ways("bursts", (115, 170), loss=Bursts(gap=40, length=8)), "lost", 9),
    (both_ways("shuffled", delay=0.05, jitter=0.02, reorder=0.1, duplicate=0.1), "overtaken", 5),
    (both_ways("narrow", rate=300_000, queue=8_000), "passed", 70),
]


@pytest.mark.parametrize(("script", "fate", "times"), ROUGH, ids=[each[0].name for each in ROUGH])
async def test_the_picture_survives(serving: Maker, script: Script, fate: str, times: int) -> None:
    async with serving() as running, watching(running, script) as viewer:
        await viewer.harmed(fate, times)
        viewer.relay.heal()
        await viewer.sees_again()
        await assert_it_lives(viewer, running)


async def test_the_picture_comes_back_after_a_blackout(serving: Maker) -> None:
    script = both_ways("blackout", blackouts=((0.7, 2.7),))
    async with serving() as running, watching(running, script) as viewer:
        await viewer.until(lambda: viewer.relay.clock() > 2.7)
        assert viewer.relay.traffic[Direction.UP].fates["blackout"] > 0
        await viewer.sees_again()
        await assert_it_lives(viewer, running)


async def test_the_picture_follows_a_client_to_another_address(
    serving: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aioice.ice, "CONSENT_INTERVAL", 0.3)
    async with serving() as running, watching(running, Script("rebinding")) as viewer:
        await viewer.sees_again()
        _nominate_always(viewer)
        await viewer.relay.rebind()
        await viewer.sees_again()
        await assert_it_lives(viewer, running)


def _nominate_always(viewer: Viewer) -> None:
    """Checks the way as browsers do: every check of a chosen way chooses it again."""
    (transceiver,) = viewer.connection.getTransceivers()
    ice = transceiver.receiver.transport.transport._connection
    build = ice.build_request
    ice.build_request = lambda pair, **_: build(pair, nominate=True)
