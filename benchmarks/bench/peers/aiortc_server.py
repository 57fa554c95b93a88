"""The design that most people copy: aiortc, with the detector inside the track's ``recv``.

Run: PYTHONPATH=. python benchmarks/bench/peers/aiortc_server.py PORT [DETECTOR DEVICE THREADS]
"""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from av import VideoFrame
from fastapi import FastAPI, Request, Response
from handler import handler

app = FastAPI()
connections: set[RTCPeerConnection] = set()
work = handler(sys.argv[2:])


class WorkedOn(MediaStreamTrack):
    """The incoming track, each frame worked on as it is asked for."""

    kind = "video"

    def __init__(self, source: MediaStreamTrack) -> None:
        super().__init__()
        self._source = source

    async def recv(self) -> VideoFrame:
        """The next frame, worked on."""
        frame = await self._source.recv()
        result = VideoFrame.from_ndarray(work(frame.to_ndarray(format="bgr24")), format="bgr24")
        result.pts, result.time_base = frame.pts, frame.time_base
        return result


@app.get("/")
async def page() -> Response:
    return Response("<!doctype html><title>aiortc</title>", media_type="text/html")


@app.get("/calls")
async def calls() -> dict[str, object]:
    return work.told()


@app.post("/v1/sessions")
async def offer(request: Request) -> Response:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connections.add(connection)
    connection.on("track", lambda track: connection.addTrack(WorkedOn(track)))
    described = RTCSessionDescription((await request.body()).decode(), "offer")
    await connection.setRemoteDescription(described)
    await connection.setLocalDescription(await connection.createAnswer())
    return Response(connection.localDescription.sdp, 201, media_type="application/sdp")


if __name__ == "__main__":
    asyncio.run(
        uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
        ).serve()
    )
