"""An OpenAI-compatible server that plays what it was given: for tests, and for measuring.

It speaks real HTTP on a port of loopback, in threads of its own, and can do what real servers do on
bad days: stall, cut, hang up, send garbage, never end. Each chat completion that is asked for plays
the next ``Act``; after the last one it goes on from the first.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, TypeAlias

import msgspec

REMEMBERED = 1000
"""Requests kept, the newest."""

GLANCE = 0.02
"""Seconds between two looks at whether the client is still there."""

WRITING = 10.0
"""Seconds in which the client must take what is sent, or send what it has begun."""

_NO_LINGER = struct.pack("ii", 1, 0)

Ending: TypeAlias = Literal["whole", "cut", "hold", "repeat"]
"""How a body ends: as HTTP wants it; by closing in the midst of it; not until the client leaves; or
never, its last part sent over and over until the client leaves."""

EVENTS, JSON = "text/event-stream", "application/json"


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for a while."""

    seconds: float
    "How long, unless the client leaves."


@dataclass(frozen=True, slots=True)
class Act:
    """What the server does with one request."""

    body: tuple[bytes | Pause, ...] = ()
    "Sent part by part."
    status: int = 200
    "0 hangs up before any answer, and resets the connection if the ending is ``cut``."
    kind: str | None = EVENTS
    "The content type; None for none."
    headers: Mapping[str, str] = field(default_factory=dict)
    "Further ones."
    ending: Ending = "whole"
    "How the body ends."


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came."""

    path: str
    "With the query."
    headers: Mapping[str, str]
    "Names in lower case."
    body: Any
    "Decoded JSON; None for no body."


def event(data: object) -> bytes:
    """A server-sent event that holds JSON."""
    return b"data: " + msgspec.json.encode(data) + b"\n\n"


def piece(text: str | None, finish: str | None = None, **delta: object) -> bytes:
    """The event of one piece of an answer."""
    choice = {"index": 0, "delta": {"content": text, **delta}, "finish_reason": finish}
    return event({"object": "chat.completion.chunk", "choices": [choice]})


DONE = b"data: [DONE]\n\n"


def answer(*texts: str, finish: str = "stop") -> Act:
    """A good answer, of the form that most servers give."""
    usage = event({"choices": [], "usage": {"completion_tokens": len(texts)}})
    begin = piece("", role="assistant")
    return Act((begin, *map(piece, texts), piece(None, finish), usage, DONE))


def problem(status: int, message: str, **headers: str) -> Act:
    """A refusal, of the form that most servers give."""
    body = msgspec.json.encode({"error": {"message": message, "code": status}})
    return Act((body,), status, JSON, {name.replace("_", "-"): v for name, v in headers.items()})


def catalogue(*models: str) -> Act:
    """The list of models."""
    data = [{"id": name, "object": "model"} for name in models]
    return Act((msgspec.json.encode({"object": "list", "data": data}),), kind=JSON)


class ScriptedEndpoint:
    """The server; ``scripted_endpoint`` runs one."""

    def __init__(
        self, acts: Sequence[Act], models: Act | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        """``models`` is what asking for the list of models plays; one called ``scripted`` if None.

        With ``tls`` it speaks HTTPS.

        Raises:
            ValueError: there is no act.
        """
        if not acts:
            raise ValueError("a script needs at least one act")
        self.requests: deque[Received] = deque(maxlen=REMEMBERED)
        self.asked = 0
        "Chat completions."
        self.connections = 0
        "Accepted so far."
        self.left = threading.Semaphore(0)
        "Released once for every client that left before its answer was whole."
        self.closing = False
        self._acts = tuple(acts)
        self._models = models or catalogue("scripted")
        self._lock = threading.Lock()
        self._scheme = "https" if tls else "http"
        self._server = _Server(self, tls)

    @property
    def url(self) -> str:
        """Base address, without ``/v1``."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    def serve(self) -> None:
        """Serves until ``close`` is called."""
        self._server.serve_forever(poll_interval=GLANCE)

    def close(self) -> None:
        """Ends every connection, and waits for their threads."""
        self.closing = True
        self._server.shutdown()
        self._server.server_close()

    def act(self, request: Received) -> Act:
        """What is to be done with a request."""
        with self._lock:
            self.requests.append(request)
            if request.path == "/v1/models":
                return self._models
            if request.path != "/v1/chat/completions":
                return problem(404, f"nothing at {request.path}")
            self.asked += 1
            return self._acts[(self.asked - 1) % len(self._acts)]


@contextmanager
def scripted_endpoint(
    *acts: Act, models: Act | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[ScriptedEndpoint]:
    """A running server, closed at the end."""
    server = ScriptedEndpoint(acts, models, tls)
    thread = threading.Thread(target=server.serve, name="scripted-endpoint")
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them
    request_queue_size = 128

    def __init__(self, script: ScriptedEndpoint, tls: ssl.SSLContext | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script = script
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)


class _Gone(Exception):
    """The client has left, or the server closes."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = WRITING
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.script.connections += 1

    def handle_one_request(self) -> None:
        """Waits for the next request on the connection, but not while the server closes."""
        try:
            while not self._readable(GLANCE):
                self._stay()
            super().handle_one_request()
        except (_Gone, OSError):
            self.close_connection = True

    def do_GET(self) -> None:
        self._play(None)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self._play(msgspec.json.decode(body))

    def log_message(self, *_: object) -> None:
        """Nothing: what came is in ``requests``."""

    def _play(self, body: object) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        act = self.server.script.act(Received(self.path, headers, body))
        try:
            self._respond(act)
        except (_Gone, OSError):
            self.close_connection = True
            if not self.server.script.closing:
                self.server.script.left.release()

    def _respond(self, act: Act) -> None:
        if not act.status:
            self._hang_up(reset=act.ending == "cut")
            return
        self.send_response(act.status)
        kind = {} if act.kind is None else {"Content-Type": act.kind}
        for name, value in {**kind, "Transfer-Encoding": "chunked", **act.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for part in act.body:
            self._send(part)
        self._end(act)

    def _hang_up(self, *, reset: bool) -> None:
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self.connection.close()  # before the server says goodbye in the orderly way

    def _end(self, act: Act) -> None:
        match act.ending:
            case "whole":
                self.wfile.write(b"0\r\n\r\n")
            case "cut":
                self.close_connection = True
            case "hold":
                while True:
                    self._send(Pause(GLANCE))
            case "repeat":
                while not self.server.script.closing:
                    self._send(act.body[-1])

    def _send(self, part: bytes | Pause) -> None:
        if isinstance(part, bytes):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            return
        end = time.monotonic() + part.seconds
        while (left := end - time.monotonic()) > 0:
            if self._readable(min(left, GLANCE)) and not self.connection.recv(1, socket.MSG_PEEK):
                raise _Gone
            self._stay()

    def _readable(self, seconds: float) -> bool:
        """Whether the client has sent something, or has left; waits so long for it."""
        return bool(select.select([self.connection], [], [], seconds)[0])

    def _stay(self) -> None:
        if self.server.script.closing:
            raise _Gone
