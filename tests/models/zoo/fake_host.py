"""A server that speaks as the Hugging Face hub and GitHub's releases do, with faults to order."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TAG = "v1.0"
LARGE = 10_000
"Bytes from which a file is kept apart from git, as the hub does."


class Answer(NamedTuple):
    """What is answered in place of the truth."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file()
    }


class FakeHost:
    """One repository at one commit, and one release with the same files as assets."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.commit = COMMIT
        self.tampered: dict[str, bytes] = {}
        "Served in place of what is described."
        self.cut_at: dict[str, int] = {}
        "Bytes after which a download breaks off, once; then the host is down, unless it stays up."
        self.pause_at: dict[str, int] = {}
        "Bytes after which a download stands still until `go_on` is set."
        self.go_on = threading.Event()
        self.paused = threading.Event()
        self.stays_up = False
        self.knows_ranges = True
        self.starts_elsewhere = False
        self.down = False
        self.answers: dict[str, Answer] = {}
        "By path of a file; `info` for the hub's description."
        self.revisions: list[str] = []
        "That were asked about."
        self.fetched: list[tuple[str, int]] = []
        "Paths, and the first byte that was asked for; not what was only asked about."
        self.requests = 0
        self.tokens: list[str] = []
        "Authorization headers, of which there should be none."
        self.url = ""

    def described(self) -> bytes:
        siblings = [_described(path, content) for path, content in sorted(self.files.items())]
        return json.dumps({"id": "toy", "sha": self.commit, "siblings": siblings}).encode()

    @contextmanager
    def running(self) -> Iterator[FakeHost]:
        handler = type("Handler", (_Handler,), {"host": self})
        with serving(handler) as self.url:
            try:
                yield self
            finally:
                self.go_on.set()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """A server on loopback; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def proxy_to(url: str, asked: list[str]) -> Iterator[str]:
    """A proxy that sends all requests to ``url``, whatever their host; ``asked`` lists them."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            aim = urlsplit(self.path)
            connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
            connection.request("GET", f"{aim.path}?{aim.query}", headers=dict(self.headers))
            answer = connection.getresponse()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                self.send_header(name, value.replace(url, f"http://{aim.netloc}"))
            self.end_headers()
            self.wfile.write(answer.read())
            connection.close()

        def log_message(self, *_: object) -> None:
            pass

    with serving(Proxy) as address:
        yield address


def _described(path: str, content: bytes) -> dict[str, object]:
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    entry: dict[str, object] = {"rfilename": path, "size": len(content), "blobId": blob}
    if len(content) >= LARGE:
        sha256 = hashlib.sha256(content).hexdigest()
        entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 130}
    return entry


class _Handler(BaseHTTPRequestHandler):
    host: FakeHost
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.host.requests += 1
        path = self.path.partition("?")[0]
        if "Authorization" in self.headers:
            self.host.tokens.append(self.headers["Authorization"])
        if self.host.down:
            self.close_connection = True
            return
        about = re.fullmatch(r"/api/models/[^/]+/[^/]+/revision/(.+)", path)
        file = re.fullmatch(r"/[^/]+/[^/]+/resolve/([0-9a-f]+)/(.+)", path)
        asset = re.fullmatch(rf"/[^/]+/[^/]+/releases/download/{TAG}/(.+)", path)
        if about and about[1] in {"main", self.host.commit}:
            self.host.revisions.append(about[1])
            json_form = {"Content-Type": "application/json"}
            self._send("info", Answer(200, json_form, self.host.described()))
        elif file and file[1] == self.host.commit and file[2] in self.host.files:
            self._file_or_where(file[2])
        elif asset and asset[1] in self.host.files:
            self._elsewhere(asset[1])
        elif path.startswith("/store/"):
            self._file(path.removeprefix("/store/"))
        else:
            self._send("", Answer(404, {"X-Error-Code": "RevisionNotFound"}))

    def log_message(self, *_: object) -> None:
        pass

    def _file_or_where(self, path: str) -> None:
        """Large files lie elsewhere."""
        if len(self.host.files[path]) >= LARGE:
            self._elsewhere(path)
        else:
            self._file(path)

    def _elsewhere(self, path: str) -> None:
        self._send("", Answer(302, {"Location": f"{self.host.url}/store/{path}"}))

    def _file(self, path: str) -> None:
        content = self.host.tampered.get(path, self.host.files[path])
        asked = self.headers.get("Range", "") if self.host.knows_ranges else ""
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", asked)
        start, end = 0, len(content)
        headers = {
            "Content-Type": "application/octet-stream",
            "ETag": f'"{hashlib.sha256(self.host.files[path]).hexdigest()}"',
        }
        if wanted:
            start, end = int(wanted[1]), int(wanted[2] or len(content) - 1) + 1
            first = 0 if self.host.starts_elsewhere else start
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{len(content)}"
        if wanted and start >= len(content):
            self._send(path, Answer(416, {"Content-Range": f"bytes */{len(content)}"}))
            return
        if asked != "bytes=0-0":
            self.host.fetched.append((path, start))
        self._send(path, Answer(206 if wanted else 200, headers, content[start:end]))

    def _send(self, path: str, answer: Answer) -> None:
        answer = self.host.answers.get(path, answer)
        self.send_response(answer.status)
        for name, value in ({"Content-Length": str(len(answer.body))} | answer.headers).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        if len(answer.body) > 1:
            self._write(path, answer.body)
        else:
            self.wfile.write(answer.body)

    def _write(self, path: str, body: bytes) -> None:
        cut = self.host.cut_at.pop(path, None)
        if cut is not None:
            self.host.down = not self.host.stays_up
            self.close_connection = True
        pause = self.host.pause_at.pop(path, None)
        if pause is not None:
            self.wfile.write(body[:pause])
            self.wfile.flush()
            self.host.paused.set()
            self.host.go_on.wait(60)
            body = body[pause:]
        try:
            self.wfile.write(body[:cut])
        except OSError:  # whoever asked has had enough
            self.close_connection = True
