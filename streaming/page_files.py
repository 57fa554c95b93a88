"""The page's files as they are sent: without what only their readers need, and packed once.

There is no build step: what lies in ``web`` is what is developed, tested and sent. Only comments
and indentation, a third of the scripts, are of no use to a phone. They are left out here, line
breaks kept, so that what a browser reports of a line is true of the file. A script with a template
literal of several lines would be changed by it; a test sees to it that there is none.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from streaming.problems import HTTPProblem

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
"""By suffix; a file with another is not sent."""

LEAN: Final = frozenset({".css", ".html", ".js"})
"""Suffixes of those that are sent without what only readers need."""

MOST_FILES = 256
"""That are kept ready. There are fewer; the bound is for folders that grow."""

MOST_BYTES = 1 << 20
"""Of one file."""

_COMMENT = re.compile(r"^[ \t]*(?:/\*.*?\*/[ \t]*$|//[^\n]*$)", re.DOTALL | re.MULTILINE)
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ready:
    """One file, ready to be sent."""

    stamp: tuple[int, int]
    "Time of its last change in ns, and its size: another means that it has to be read again."
    body: bytes
    "As it is sent."
    packed: bytes
    "The same, gzip; empty where that saves nothing."
    etag: str
    "Changes with the body."


class PageFiles:
    """Sends the files of one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._ready: dict[Path, Ready] = {}

    async def answer(self, name: str, request: Request) -> Response:
        """The answer to a request for the file of this name, a path below the folder.

        Raises:
            HTTPProblem: 404, there is no such file to send.
        """
        ready = await asyncio.to_thread(self._read, name)
        headers = {"ETag": ready.etag, "Vary": "Accept-Encoding", "Cache-Control": "no-cache"}
        if ready.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        packed = bool(ready.packed) and "gzip" in request.headers.get("accept-encoding", "")
        if packed:
            headers["Content-Encoding"] = "gzip"
        media_type = TYPES[Path(name).suffix]
        return Response(
            ready.packed if packed else ready.body, headers=headers, media_type=media_type
        )

    def _read(self, name: str) -> Ready:
        missing = HTTPProblem(404, "There is no such file")
        try:
            path = (self._root / name).resolve()
            if path.suffix not in TYPES or not path.is_relative_to(self._root):
                raise missing
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            kept = self._ready.get(path)
            if kept is not None and kept.stamp == stamp:
                return kept
            ready = _ready(stamp, path)
        except (OSError, ValueError) as error:  # such as a name with a NUL in it
            raise missing from error
        # The same file may be asked for by many names; there are only so many files.
        if path in self._ready or len(self._ready) < MOST_FILES:
            self._ready[path] = ready
        return ready


def lean(text: str, suffix: str) -> str:
    """A file's text without indentation and comments; every other line stays where it is."""
    if suffix != ".html":
        text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
    return _INDENT.sub("", text)


def _ready(stamp: tuple[int, int], path: Path) -> Ready:
    if stamp[1] > MOST_BYTES:
        raise OSError(f"{path.name} is too large to be sent")
    body = path.read_bytes()
    if path.suffix in LEAN:
        body = lean(body.decode(), path.suffix).encode()
    packed = gzip.compress(body, mtime=0)
    digest = hashlib.sha256(body).hexdigest()[:24]
    return Ready(stamp, body, packed if len(packed) < len(body) else b"", f'W/"{digest}"')
