"""A server for speech, of OpenAI's form, that does what it is told: real HTTP on loopback."""

from __future__ import annotations

import io
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import numpy as np


@dataclass
class Script:
    """What it does, and what it got."""

    status: int = 200
    body: bytes = b'{"text": "hello there"}'
    kind: str = "application/json"
    pause: float = 0.0
    hang_ups: int = 0
    "Requests that get no answer, from now on."
    got: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        script = self.script
        script.got.append(_read(self.path, {n.lower(): v for n, v in self.headers.items()}, body))
        if script.hang_ups:
            script.hang_ups -= 1
            self.close_connection = True
            return
        time.sleep(script.pause)
        self.send_response(script.status)
        self.send_header("Content-Type", script.kind)
        self.send_header("Content-Length", str(len(script.body)))
        self.end_headers()
        self.wfile.write(script.body)

    def log_message(self, *_: object) -> None:
        """Nothing: what came is in ``got``."""


def _read(path: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {"path": path, "key": headers.get("authorization", "")}
    kind = headers.get("content-type", "")
    if kind.startswith("application/json"):
        return found | msgspec.json.decode(body)
    parts = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    for part in parts.get_payload():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        found[name] = content if name == "file" else content.decode()
    return found


def sound(file: bytes) -> tuple[int, np.ndarray]:
    """Rate and samples of a WAV."""
    with wave.open(io.BytesIO(file)) as reader:
        assert (reader.getnchannels(), reader.getsampwidth()) == (1, 2)
        samples = np.frombuffer(reader.readframes(1 << 24), np.int16)
        return reader.getframerate(), samples


@contextmanager
def speech_server(script: Script) -> Iterator[Script]:
    """Runs it."""
    handler = type("Handler", (_Handler,), {"script": script})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
