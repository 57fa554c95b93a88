"""The plain echo that others are measured against: aiortc sends back what it receives, untouched.

It knows nothing of us. The page that measures gives every answer the same bit rate to begin with.
Run: python benchmarks/echo.py PORT
"""

from __future__ import annotations

import asyncio
import sys

import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from fastapi import FastAPI, Request, Response

app = FastAPI()
connections: set[RTCPeerConnection] = set()


@app.get("/")
async def page() -> Response:
    return Response("<!doctype html><title>echo</title>", media_type="text/html")


@app.post("/v1/sessions")
async def echo(request: Request) -> Response:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connections.add(connection)
    connection.on("track", connection.addTrack)
    offer = RTCSessionDescription((await request.body()).decode(), "offer")
    await connection.setRemoteDescription(offer)
    await connection.setLocalDescription(await connection.createAnswer())

    @connection.on("connectionstatechange")
    async def changed() -> None:
        if connection.connectionState in {"closed", "failed"}:
            connections.discard(connection)

    return Response(connection.localDescription.sdp, 201, media_type="application/sdp")


if __name__ == "__main__":
    asyncio.run(
        uvicorn.Server(
            uvicorn.Config(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
        ).serve()
    )
