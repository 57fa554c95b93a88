"""A person with a camera, as a process of its own: sends stamped frames, reads them back, notes.

Every frame bears its number (``vision.frame_stamp``). A frame's latency is the time at which it
came back decoded, less that at which it was sent: both on this process's clock. What it sends was
encoded before, since in earnest that is done on another machine, and by a chip. What comes back it
receives as our server does: aiortc's own way waits for the frame after.

Run by ``benchmarks/fairness.py`` as ``python benchmarks/stamped_client.py URL CLIP SECONDS FPS``.
It says ``ready``, waits for a line, and its last line of output is the notes, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from fractions import Fraction

import av
import cv2
import httpx
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)

from streaming.receiving.adapter import Receiving
from streaming.receiving.decoder import Decoded
from vision.frame_stamp import read_stamp

SDP = {"Content-Type": "application/sdp"}

TAKEN = ("video/H264", "video/rtx")
"""The clip's codec."""

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


class EncodedCamera(MediaStreamTrack):
    """A clip that is encoded already, round and round, as a phone's own chip would encode it."""

    kind = "video"

    def __init__(self, clip: list[bytes], fps: int) -> None:
        """``clip`` holds a coded picture each, stamped with its place in it; a key frame first."""
        super().__init__()
        self._clip = clip
        self._fps = fps
        self._began = 0.0
        self.sent = 0
        self.times: dict[int, float] = {}
        "When each stamp was last sent, monotonic."

    async def recv(self) -> av.Packet:  # type: ignore[override]
        """The next picture, when it is time."""
        self._began = self._began or time.monotonic()
        await asyncio.sleep(max(0.0, self._began + self.sent / self._fps - time.monotonic()))
        number = self.sent % len(self._clip)
        packet = av.Packet(self._clip[number])
        packet.pts, packet.time_base = self.sent * 90_000 // self._fps, Fraction(1, 90_000)
        self.times[number] = time.monotonic()
        self.sent += 1
        return packet


def coded_pictures(clip: str) -> list[bytes]:
    """Those of a raw H.264 file."""
    with av.open(clip, format="h264") as container:
        return [bytes(packet) for packet in container.demux() if packet.size]


async def visit(url: str, seconds: float, camera: EncodedCamera) -> Notes:
    """Connects, looks for so many seconds from the first returned frame on, and goes."""
    notes = Notes()
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    began: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    _listen(connection, notes, began)

    def returned(decoded: Decoded) -> None:
        now = time.monotonic()
        if not began.done():
            began.set_result(now)
        _note(decoded.picture, now, camera, notes, now - began.result())

    transceiver = connection.addTransceiver(camera, direction="sendrecv")
    receiving = Receiving(transceiver.receiver, returned, lambda *_: None, lambda: None)
    codecs = RTCRtpSender.getCapabilities("video").codecs
    transceiver.setCodecPreferences([each for each in codecs if each.mimeType in TAKEN])
    try:
        await _offer(connection, url)
        async with asyncio.timeout(START_LIMIT):
            await asyncio.shield(began)
        before = camera.sent
        await asyncio.sleep(seconds)
        notes.sent = camera.sent - before
    finally:
        receiving.close()
        await connection.close()
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


def _note(frame: av.VideoFrame, now: float, camera: EncodedCamera, notes: Notes, at: float) -> None:
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    number = read_stamp(rows[:, : plane.width])
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
    seconds, fps = map(int, numbers)
    camera = EncodedCamera(coded_pictures(clip), fps)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asdict(asyncio.run(visit(url, seconds, camera)))), flush=True)


if __name__ == "__main__":
    main()
