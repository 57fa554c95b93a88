"""From a question to the first word of its answer, through the whole server, beside a bare one.

A person's stream runs (the sample, over WebRTC); a scripted OpenAI-compatible server, in a process
of its own, answers questions at once and captions never. In turns, a question goes over the data
channel through our server to that endpoint and its first word back, and the same request is sent
bare. The difference is ours. Then the same with a caption under way at the moment of the question:
the model takes one request at a time, so the caption has to be stopped first.

Run: PYTHONPATH=.:benchmarks python benchmarks/questions.py [--rounds 100] [--captioned 15]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import time
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
import httpx
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from first_token import ANSWER, Timings, ask_bare, p95, prompt, scripted_process, since
from processes import openeyes_server

from models.endpoint_config import EndpointConfig
from models.endpoint_request import question
from models.scripted_endpoint import Act, Pause, Received, ScriptedEndpoint, piece
from streaming.sample import sample_camera, sample_picture
from vision.assisting.phrasing import CAPTION

GOAL = 15.0
"""Milliseconds more than the bare request, median, with nothing else under way."""

GOAL_CAPTIONED = 50.0
"""The same with a caption under way."""

SETTLE = 6.0
"""Seconds until the stream has found its rate."""

PATIENCE = 40.0
"""Seconds that anything may take."""

FPS = 15
SLOW = Act((piece("A "), Pause(600.0)))
SDP = {"Content-Type": "application/sdp"}


class TwoSpeeds(ScriptedEndpoint):
    """Answers questions at once and goes silent in the midst of captions."""

    def __init__(self) -> None:
        super().__init__([ANSWER])

    def act(self, request: Received) -> Act:
        """What is to be done with a request."""
        chosen = super().act(request)
        return SLOW if chosen is ANSWER and CAPTION in json.dumps(request.body) else chosen


class SampleCamera(MediaStreamTrack):
    """The sample, over and over."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        camera = sample_camera(fps=FPS)
        self._pictures = [sample_picture(camera, index) for index in range(camera.frames)]
        self._sent = 0

    async def recv(self) -> av.VideoFrame:
        """The next picture, when it is time."""
        await asyncio.sleep(1 / FPS)
        picture = self._pictures[self._sent % len(self._pictures)]
        frame = av.VideoFrame.from_ndarray(picture.i420, "yuv420p")
        frame.pts, frame.time_base = self._sent * 90_000 // FPS, Fraction(1, 90_000)
        self._sent += 1
        return frame


@dataclass
class Person:
    """A connected client with a data channel to speak by."""

    connection: RTCPeerConnection
    location: str = ""
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    heard: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    def open(self) -> None:
        """Makes the channel; the first word of each answer is timed."""
        self.events = self.connection.createDataChannel("events")
        self.events.on("message", self._hear)
        self.events.on("open", self.opened.set)

    def _hear(self, text: str) -> None:
        message = json.loads(text)
        if message["type"] == "problem":
            print(f"problem: {message}", file=sys.stderr)
        waiting = self.heard.get(message.get("id", ""))
        if message["type"] == "answer" and waiting is not None and not waiting.done():
            if message["source"] == "grounded":
                waiting.set_exception(RuntimeError(f"answered without the model: {message}"))
            else:
                waiting.set_result(time.perf_counter())

    def say(self, **message: Any) -> None:
        """Sends one message."""
        self.events.send(json.dumps(message))

    async def ask(self, id_: str) -> float:
        """Asks; milliseconds to the first word."""
        first = self.heard[id_] = asyncio.get_running_loop().create_future()
        begun = time.perf_counter()
        self.say(type="ask", id=id_, text="Why would somebody hang that there?")
        async with asyncio.timeout(PATIENCE):
            spoken = await first
        del self.heard[id_]
        return (spoken - begun) * 1000


async def main() -> int:
    options = _options()
    with (
        scripted_process(TwoSpeeds) as endpoint,
        openeyes_server("--vlm-url", endpoint, "--no-text") as base,
    ):
        async with (
            httpx.AsyncClient(base_url=base, timeout=30) as http,
            httpx.AsyncClient(trust_env=False, timeout=30) as plain,
        ):
            person = await connect(http)
            await asyncio.sleep(SETTLE)
            config = EndpointConfig(endpoint, "scripted")
            ready = question(prompt(), config.image_side, config.jpeg_quality)
            body = ready.body("scripted", "max_tokens", None)
            bench = Bench(http, plain, person, endpoint, body)
            free = await bench.free(options.rounds)
            captioned = await bench.captioned(options.captioned)
            await person.connection.close()
    return report("nothing else under way", free, GOAL) | report(
        "a caption under way", captioned, GOAL_CAPTIONED
    )


@dataclass
class Bench:
    """What is measured."""

    http: httpx.AsyncClient
    plain: httpx.AsyncClient
    person: Person
    endpoint: str
    body: bytes
    ids: Any = field(default_factory=itertools.count)

    async def free(self, rounds: int) -> Timings:
        """Questions with captions turned off."""
        self.person.say(type="set", captions=False)
        await self._until_running(0)
        timings = Timings()
        for _ in range(rounds):
            await self._pair(timings)
        return timings

    async def captioned(self, rounds: int) -> Timings:
        """Each question at a moment when a caption is under way."""
        self.person.say(type="set", captions=True)
        timings = Timings()
        for _ in range(rounds):
            await ask_bare(self.plain, self.endpoint, self.body, timings)
            await self._until_running(1)
            await asyncio.sleep(0.2)
            timings.through.append(await self.person.ask(f"q{next(self.ids)}"))
        return timings

    async def _pair(self, timings: Timings) -> None:
        timings.through.append(await self.person.ask(f"q{next(self.ids)}"))
        await asyncio.sleep(0.05)
        await ask_bare(self.plain, self.endpoint, self.body, timings)

    async def _until_running(self, wanted: int) -> None:
        """Waits until that many requests to the model are under way."""
        begun = time.perf_counter()
        while since(begun) < PATIENCE * 1000:
            figures = (await self.http.get("/metrics")).text
            if f"openeyes_model_running {wanted}.0" in figures:
                return
            await asyncio.sleep(0.1)
        raise RuntimeError(f"the model never had {wanted} requests under way")


async def connect(http: httpx.AsyncClient) -> Person:
    """A client that streams, once its data channel is open."""
    person = Person(RTCPeerConnection(RTCConfiguration(iceServers=[])))
    person.open()
    person.connection.addTransceiver(SampleCamera(), direction="sendonly")
    await person.connection.setLocalDescription(await person.connection.createOffer())
    offer = person.connection.localDescription.sdp
    answer = await http.post("/v1/sessions?overlay=client", content=offer, headers=SDP)
    answer.raise_for_status()
    person.location = answer.headers["Location"]
    await person.connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    async with asyncio.timeout(PATIENCE):
        await person.opened.wait()
    return person


def report(what: str, timings: Timings, goal: float) -> int:
    through, bare = statistics.median(timings.through), statistics.median(timings.bare)
    ours = [each - bare for each in timings.through]
    print(
        f"{what}: {len(ours)} questions, first word p50 {through:.1f} ms, bare {bare:.1f} ms; "
        f"overhead p50 {through - bare:.1f} ms, p95 {p95(ours):.1f} ms, most {max(ours):.1f} ms "
        f"(goal: p50 ≤ {goal:g} ms)"
    )
    return int(through - bare > goal)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--captioned", type=int, default=15)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
