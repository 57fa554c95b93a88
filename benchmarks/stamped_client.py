"""A person with a camera, as a process of its own: sends stamped frames, reads them back, notes.

Every frame bears its number (``vision.frame_stamp``). A frame's latency is the time at which it
came back decoded, less that at which it was handed to the encoder: both on this process's clock.

Run by ``benchmarks/fairness.py`` as ``python benchmarks/stamped_client.py URL CLIP SECONDS FPS
FIRST``. It says ``ready``, waits for a line, and its last line of output is the notes, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from fractions import Fraction

import av
import cv2
import httpx
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from numpy.typing import NDArray

from vision.frame_stamp import read_stamp, stamp
from vision.picture import Picture

SDP = {"Content-Type": "application/sdp"}

REMEMBERED = 600
"""Frames that may still come back; far more than are ever on their way."""

START_LIMIT = 30.0
"""Seconds until the first frame has to be back."""


@dataclass
class Notes:
    """What one person saw."""

    latencies: list[tuple[float, float]] = field(default_factory=list)
    "(seconds since this person's first frame was back, milliseconds) for each returned frame."
    sent: int = 0
    "Frames, since then."
    unreadable: int = 0
    "Returned frames whose number could not be read."
    detect_hz: list[float] = field(default_factory=list)
    "Results of the detector a second, as the server tells them once a second."
    problems: list[str] = field(default_factory=list)
    "What the server complained of."


class StampedCamera(MediaStreamTrack):
    """A clip, round and round, each frame with a number of its own."""

    kind = "video"

    def __init__(self, clip: NDArray[np.uint8], fps: int, first: int) -> None:
        """``clip`` holds I420 pictures; ``first`` is the one to begin with."""
        super().__init__()
        self._clip = clip
        self._first = first
        self._fps = fps
        self._began = 0.0
        self.sent = 0
        self.times: OrderedDict[int, float] = OrderedDict()
        "When each number was sent, monotonic."

    async def recv(self) -> av.VideoFrame:
        """The next picture, when it is time."""
        self._began = self._began or time.monotonic()
        await asyncio.sleep(max(0.0, self._began + self.sent / self._fps - time.monotonic()))
        picture = Picture(self._clip[(self._first + self.sent) % len(self._clip)].copy())
        stamp(picture.planes[0], self.sent)
        frame = av.VideoFrame.from_ndarray(picture.i420, "yuv420p")
        frame.pts, frame.time_base = self.sent * 90_000 // self._fps, Fraction(1, 90_000)
        self.times[self.sent % (1 << 16)] = time.monotonic()
        self.sent += 1
        if len(self.times) > REMEMBERED:
            self.times.popitem(last=False)
        return frame


async def visit(url: str, seconds: float, camera: StampedCamera) -> Notes:
    """Connects, looks for so many seconds from the first returned frame on, and goes."""
    notes = Notes()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    began: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    _listen(connection, notes, began)
    readers: list[asyncio.Task[None]] = []
    connection.on(
        "track",
        lambda track: readers.append(asyncio.create_task(_read(track, camera, notes, began))),
    )
    connection.addTransceiver(camera, direction="sendrecv")
    try:
        await _offer(connection, url)
        async with asyncio.timeout(START_LIMIT):
            await asyncio.shield(began)
        before = camera.sent
        await asyncio.sleep(seconds)
        notes.sent = camera.sent - before
    finally:
        await connection.close()
        await asyncio.gather(*readers, return_exceptions=True)
    return notes


def _listen(connection: RTCPeerConnection, notes: Notes, began: asyncio.Future[float]) -> None:
    def told(text: str) -> None:
        message = json.loads(text)
        if message["type"] == "problem":
            notes.problems.append(message["detail"])
        elif message["type"] == "stats" and began.done():
            notes.detect_hz.append(message["rates"]["detect"])

    connection.createDataChannel("tracks", ordered=False, maxRetransmits=0)
    connection.createDataChannel("events").on("message", told)


async def _read(
    track: MediaStreamTrack, camera: StampedCamera, notes: Notes, began: asyncio.Future[float]
) -> None:
    try:
        while True:
            frame = await track.recv()
            assert isinstance(frame, av.VideoFrame)
            now = time.monotonic()
            if not began.done():
                began.set_result(now)
            _note(frame, now, camera, notes, now - began.result())
    except MediaStreamError:
        return


def _note(frame: av.VideoFrame, now: float, camera: StampedCamera, notes: Notes, at: float) -> None:
    number = read_stamp(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
    sent = None if number is None else camera.times.get(number)
    if sent is None:
        notes.unreadable += 1
    else:
        notes.latencies.append((round(at, 3), round((now - sent) * 1e3, 2)))


async def _offer(connection: RTCPeerConnection, url: str) -> None:
    await connection.setLocalDescription(await connection.createOffer())
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        offer = connection.localDescription.sdp
        answer = await http.post("/v1/sessions", content=offer, headers=SDP)
    answer.raise_for_status()
    await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))


def main() -> None:
    cv2.setNumThreads(1)
    url, clip, *numbers = sys.argv[1:]
    seconds, fps, first = map(int, numbers)
    camera = StampedCamera(np.load(clip, mmap_mode="r"), fps, first)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asdict(asyncio.run(visit(url, seconds, camera)))), flush=True)


if __name__ == "__main__":
    main()
