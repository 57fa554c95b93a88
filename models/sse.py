"""Server-sent events out of bytes, without any I/O (WHATWG HTML, section 9.2.6).

Driving contract: ``feed`` every chunk as it comes, in any sizes; it gives the events that the chunk
completed. What has no blank line after it when the stream ends is dropped, as the standard says.
``id`` and ``retry`` only serve to reconnect, which an answer under way cannot do: they are ignored.

The libraries for this split lines with a buffer that grows for as long as no line ends; a server
must not be able to fill our memory, so this one is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST_LINE = 256 * 1024
"""Bytes of a line. A piece of an answer takes some hundreds."""

LONGEST_EVENT = 256 * 1024
"""Bytes of an event's data, all of its lines together."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")


class TooLong(ValueError):
    """A line or an event went past its bound; the stream is of no use any more."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream."""

    data: str
    "The lines of its data, joined by newlines."
    kind: str = "message"
    "What the stream calls it."


class EventParser:
    """The events of one stream."""

    def __init__(
        self, longest_line: int = LONGEST_LINE, longest_event: int = LONGEST_EVENT
    ) -> None:
        self._longest_line = longest_line
        self._longest_event = longest_event
        self._rest = bytearray()
        self._scanned = 0
        self._after_cr = False
        self._begun = False
        self._data: list[str] = []
        self._size = 0
        self._kind = ""

    def feed(self, chunk: bytes) -> list[Event]:
        """The events that ``chunk`` completes.

        Raises:
            TooLong: a line has more than ``longest_line`` bytes, or an event's data more than
                ``longest_event``.
        """
        if chunk and self._after_cr:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        self._rest += chunk
        found = [self._line(line) for line in self._lines()]
        return [event for event in found if event is not None]

    def _lines(self) -> list[bytes]:
        """Takes the lines that are complete."""
        # A CR ends its line at once; should an LF follow in the next chunk, it belongs to it.
        self._after_cr = self._after_cr or self._rest.endswith(b"\r")
        lines: list[bytes] = []
        start = 0
        for end in _LINE_END.finditer(self._rest, self._scanned):
            lines.append(bytes(self._rest[start : end.start()]))
            start = end.end()
        del self._rest[:start]
        self._scanned = len(self._rest)
        if max(self._scanned, *map(len, lines), 0) > self._longest_line:
            raise TooLong(f"a line of more than {self._longest_line} bytes")
        return lines

    def _line(self, line: bytes) -> Event | None:
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            return self._dispatch()
        name, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if name == b"data":
            self._append(text, len(value))
        elif name == b"event":
            self._kind = text
        return None

    def _append(self, text: str, size: int) -> None:
        # The newline that joins the lines counts too, or empty lines would be free.
        self._size += size + 1
        if self._size > self._longest_event:
            raise TooLong(f"an event of more than {self._longest_event} bytes")
        self._data.append(text)

    def _dispatch(self) -> Event | None:
        data, kind = self._data, self._kind or "message"
        self._data, self._size, self._kind = [], 0, ""
        return Event("\n".join(data), kind) if data else None
