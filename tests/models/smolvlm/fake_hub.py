"""A server that speaks the part of the Hugging Face hub's protocol that downloads use."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 10_000
"Bytes from which a file is kept apart from git, as the hub does."


class FakeHub:
    """One repository at one commit, with faults to order."""

    def __init__(self, folder: Path) -> None:
        self.files = {
            each.relative_to(folder).as_posix(): each.read_bytes()
            for each in folder.rglob("*")
            if each.is_file()
        }
        self.tampered: dict[str, bytes] = {}
        "Served in place of what is described."
        self.cut_at: dict[str, int] = {}
        "Bytes after which a download breaks off, once; then the hub is down, unless it stays up."
        self.stays_up = False
        self.knows_ranges = True
        self.down = False
        self.revisions: list[str] = []
        "That were asked about."
        self.fetched: list[tuple[str, int]] = []
        "Paths, and the first byte that was asked for."
        self.tokens: list[str] = []
        "Authorization headers, of which there should be none."
        self.url = ""

    def described(self) -> bytes:
        siblings = [_described(path, content) for path, content in sorted(self.files.items())]
        return json.dumps({"id": "toy", "sha": COMMIT, "siblings": siblings}).encode()

    @contextmanager
    def running(self) -> Iterator[FakeHub]:
        handler = type("Handler", (_Handler,), {"hub": self})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _described(path: str, content: bytes) -> dict[str, object]:
    blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    entry: dict[str, object] = {"rfilename": path, "size": len(content), "blobId": blob}
    if len(content) >= LARGE:
        sha256 = hashlib.sha256(content).hexdigest()
        entry["lfs"] = {"sha256": sha256, "size": len(content), "pointerSize": 130}
    return entry


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        if "Authorization" in self.headers:
            self.hub.tokens.append(self.headers["Authorization"])
        about = re.fullmatch(r"/api/models/[^/]+/[^/]+/revision/(.+)", path)
        file = re.fullmatch(r"/[^/]+/[^/]+/resolve/([0-9a-f]+)/(.+)", path)
        if self.hub.down:
            self._send(404, {}, b"")
        elif about and about[1] in {"main", COMMIT}:
            self.hub.revisions.append(about[1])
            self._send(200, {"Content-Type": "application/json"}, self.hub.described())
        elif file and file[1] == COMMIT and file[2] in self.hub.files:
            self._file_or_where(file[2], body=body)
        elif path.startswith("/store/"):
            self._file(path.removeprefix("/store/"), body=body)
        else:
            self._send(404, {"X-Error-Code": "RevisionNotFound"}, b"")

    def _file_or_where(self, path: str, *, body: bool) -> None:
        """Large files lie elsewhere."""
        if len(self.hub.files[path]) >= LARGE:
            self._send(302, {"Location": f"{self.hub.url}/store/{path}"}, b"")
        else:
            self._file(path, body=body)

    def _file(self, path: str, *, body: bool) -> None:
        content = self.hub.tampered.get(path, self.hub.files[path])
        asked = self.headers.get("Range", "0") if self.hub.knows_ranges else "0"
        start = int(re.sub(r"\D", "", asked.partition("-")[0]) or 0)
        headers = {
            "X-Repo-Commit": COMMIT,
            "ETag": f'"{hashlib.sha256(self.hub.files[path]).hexdigest()}"',
            "Accept-Ranges": "bytes",
        }
        if start:
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        if body:
            self.hub.fetched.append((path, start))
        self._send(206 if start else 200, headers, content[start:], path if body else None)

    def _send(
        self, status: int, headers: dict[str, str], body: bytes, path: str | None = ""
    ) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        cut = self.hub.cut_at.pop(path, None) if path else None
        if cut is not None:
            self.hub.down = not self.hub.stays_up
            self.close_connection = True
        if path is not None and self.command == "GET":
            self.wfile.write(body[:cut])
