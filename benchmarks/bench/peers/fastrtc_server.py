"""fastrtc, as its documentation mounts it, with a handler that passes through or detects.

Run in its own environment:
    PYTHONPATH=. python benchmarks/bench/peers/fastrtc_server.py PORT MODE [DETECTOR DEVICE THREADS]
MODE is ``every`` (its default: every frame goes through the handler) or ``skip`` (``skip_frames``).
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI, Response
from fastrtc import Stream, VideoStreamHandler
from handler import handler

WEBRTC_ID = "measured"
"""As ``harness.js`` calls itself."""

port, mode = int(sys.argv[1]), sys.argv[2]
work = handler(sys.argv[3:])


def process(frame):
    return work(frame)


stream = Stream(
    VideoStreamHandler(process, skip_frames=True) if mode == "skip" else process,
    mode="send-receive",
    modality="video",
    # Left out, it would ask a third party for its own address.
    server_rtc_configuration={"iceServers": []},
    verbose=False,
)
app = FastAPI()
stream.mount(app)


@app.get("/")
async def page() -> Response:
    return Response("<!doctype html><title>fastrtc</title>", media_type="text/html")


@app.get("/calls")
async def calls() -> dict[str, object]:
    return work.told()


@app.post("/begin")
async def begin() -> dict[str, bool]:
    """Without an input, it returns frames without calling its handler."""
    stream.set_input(WEBRTC_ID, None)
    return {"begun": WEBRTC_ID in stream.connections}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
