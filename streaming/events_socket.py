"""The WebSocket that carries what the data channel ``events`` carries, both ways.

Where a token is needed and no header brings it, the first message is ``{"type": "auth",
"token": "…"}``.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from streaming.commands import Listener
from streaming.problems import HTTPProblem
from streaming.security import Gate
from streaming.server import Server
from streaming.session import Session

log = logging.getLogger(__name__)

MAX_BACKLOG = 256
"""Messages waiting for a slow reader; one more ends its socket."""

AUTH_TIMEOUT = 10.0
"""Seconds until the first message must have come."""

CLOSE_TIMEOUT = 2.0
"""Seconds that a goodbye may take."""

POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
NO_SESSION = 4404

router = APIRouter()


class Auth(msgspec.Struct, tag_field="type", tag="auth"):
    """The first message of a client that cannot set headers."""

    token: str


class SocketSink:
    """A bounded queue in front of one WebSocket."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue(MAX_BACKLOG)
        self.overrun = asyncio.Event()

    def send(self, *texts: str) -> bool:
        """Queues messages; a queue without room for them marks the reader as too slow."""
        if self.queue.qsize() + len(texts) > MAX_BACKLOG:
            self.overrun.set()
            return False
        for text in texts:
            self.queue.put_nowait(text)
        return True


@router.websocket("/v1/sessions/{session_id}/events")
async def events(socket: WebSocket, session_id: str) -> None:
    """Carries one session's events until either side has had enough."""
    server: Server = socket.app.state.server
    await socket.accept()
    refusal = await _refusal(socket, server.gate)
    if refusal:
        await socket.close(POLICY_VIOLATION, refusal)
        return
    entry = server.sessions.get(session_id)
    if entry is None:
        await socket.close(NO_SESSION, "There is no such session")
        return
    await _carry(socket, entry.session)


async def _refusal(socket: WebSocket, gate: Gate) -> str:
    """Why the client may not come in; empty when it may."""
    try:
        gate.check_origin(socket)
        if gate.needs_token and "authorization" not in socket.headers:
            async with asyncio.timeout(AUTH_TIMEOUT):
                first = await socket.receive_text()
            gate.check_token(socket, msgspec.json.decode(first, type=Auth).token)
        else:
            gate.check_header(socket)
    except HTTPProblem as problem:
        return problem.detail
    except (TimeoutError, KeyError, msgspec.MsgspecError):
        return 'Send {"type": "auth", "token": "…"} first'
    except WebSocketDisconnect:
        return "gone"
    return ""


async def _carry(socket: WebSocket, session: Session) -> None:
    sink = SocketSink()
    if not session.attach(sink):
        await socket.close(TRY_AGAIN_LATER, "Too many listeners to this session")
        return
    jobs = [
        asyncio.create_task(_send(socket, sink)),
        asyncio.create_task(_hear(socket, Listener(session, sink))),
        asyncio.create_task(sink.overrun.wait()),
        asyncio.create_task(session.ended.wait()),
    ]
    try:
        await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
    finally:
        session.detach(sink)
        for job in jobs:
            job.cancel()
        for outcome in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("an events socket failed", exc_info=outcome)
        await _close(socket, TRY_AGAIN_LATER if sink.overrun.is_set() else 1000)


async def _close(socket: WebSocket, code: int) -> None:
    """Says goodbye; a reader that has stopped reading is not waited for."""
    with suppress(RuntimeError, TimeoutError):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await socket.close(code)


async def _send(socket: WebSocket, sink: SocketSink) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.send_text(await sink.queue.get())


async def _hear(socket: WebSocket, listener: Listener) -> None:
    heard = True
    while heard:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        heard = listener.hear(message.get("bytes", b"") if text is None else text)
