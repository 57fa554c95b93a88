"""Streams a video file to an Open Eyes server, and prints what the server tells of it.

    python examples/client.py film.mp4 --ask "How many people are there?" | jq .type

One message a line, as JSON (docs/protocol.md): what is seen (`tracks`), said (`caption`, `answer`,
`alert`), and how it goes (`stats`). Needs aiortc and httpx, which the server has too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import av
import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.contrib.media import MediaPlayer

CONNECTED_WITHIN = 20.0
"""Seconds from the offer to the server's greeting."""

ANSWERED_WITHIN = 60.0
"""Seconds from a question to the end of its answer."""

ANSWERED_ALL_THE_SAME = {"no-answer", "cut-answer"}
"""Problems with the language model, after which an answer comes that is made without it."""


class Client:
    """One session: a peer connection with the file's video and the two data channels."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        token = options.token or os.environ.get("OPENEYES_TOKEN")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._greeted = asyncio.Event()
        self._answered = asyncio.Event()
        self._over = asyncio.Event()

    async def run(self) -> None:
        """Streams the file to its end, and waits for the answer if there was a question."""
        options, peer = self._options, self._peer
        player = MediaPlayer(str(options.video))
        if player.video is None:
            raise SystemExit(f"{options.video}: there is no video in it")
        player.video.on("ended", self._over.set)
        tracks = peer.createDataChannel("tracks", ordered=False, maxRetransmits=0)
        self._events = peer.createDataChannel("events")
        tracks.on("message", self._hear)
        self._events.on("message", self._hear)
        # Boxes are told on `tracks`: the server need not draw them and send the video back.
        peer.addTransceiver(player.video, direction="sendonly")
        async with httpx.AsyncClient(base_url=options.server, verify=not options.insecure) as http:
            session = await self._offer(http)
            try:
                await asyncio.wait_for(self._greeted.wait(), CONNECTED_WITHIN)
                await self._talk()
            finally:
                await http.delete(session, headers=self._headers)
                await peer.close()

    async def _talk(self) -> None:
        """Says what is wished for, then listens until the file is over and the answer is there."""
        if self._options.watch:
            self._say(type="watch", id="watch-1", text=self._options.watch)
        if self._options.ask:
            with suppress(TimeoutError):  # there is more to see than that: ask in the midst of it
                await asyncio.wait_for(self._over.wait(), self._options.ask_at)
            self._say(type="ask", id="ask-1", text=self._options.ask)
            await asyncio.wait_for(self._answered.wait(), ANSWERED_WITHIN)
        await self._over.wait()

    async def _offer(self, http: httpx.AsyncClient) -> str:
        """Opens a session (WHIP, RFC 9725); gives its address."""
        await self._peer.setLocalDescription(await self._peer.createOffer())
        answer = await http.post(
            "/v1/sessions",
            content=self._peer.localDescription.sdp,
            headers={"Content-Type": "application/sdp", **self._headers},
        )
        if answer.status_code != httpx.codes.CREATED:
            raise SystemExit(f"the server refused: {answer.text}")
        await self._peer.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        location: str = answer.headers["Location"]
        return location

    def _say(self, **message: str) -> None:
        self._events.send(json.dumps(message))

    def _hear(self, text: str) -> None:
        print(text, flush=True)
        said = json.loads(text)
        refused = said.get("about") == "ask-1" and said["code"] not in ANSWERED_ALL_THE_SAME
        if said["type"] == "hello":
            self._greeted.set()
        if refused or (said["type"] == "answer" and said.get("done")):
            self._answered.set()


def main() -> None:
    """Reads the options, and runs one session."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("video", type=Path, help="a file that FFmpeg can read")
    parser.add_argument("--server", default="http://127.0.0.1:8080", help="default: %(default)s")
    parser.add_argument("--token", help="pairing token (default: OPENEYES_TOKEN)")
    parser.add_argument("--insecure", action="store_true", help="accept a self-signed certificate")
    parser.add_argument("--ask", metavar="TEXT", help="a question about what is to be seen")
    parser.add_argument(
        "--ask-at", type=float, default=2.0, metavar="S", help="when (default: %(default)s s)"
    )
    parser.add_argument("--watch", metavar="TEXT", help='for example "tell me when a dog appears"')
    try:
        asyncio.run(Client(parser.parse_args()).run())
    except av.FFmpegError as error:
        sys.exit(f"cannot be read: {error}")
    except (httpx.HTTPError, TimeoutError) as error:
        sys.exit(f"no answer: {error or 'nothing came in time'}")


if __name__ == "__main__":
    main()
