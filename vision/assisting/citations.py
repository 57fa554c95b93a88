"""Objects cited by a language model, told from its words while they stream.

The model is asked to write ``[7]`` after what it says of object 7. The marks are taken out of the
text, which is to be read and spoken, and become ids. Numbers that no object has are taken out too,
and counted; brackets around anything else are text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from vision.types import TrackId

LONGEST_MARK = 32
"""Characters of a mark at most; more than that after ``[`` is text."""

MOST_CITED = 16
"""Objects that one text speaks of at most."""

MARK = re.compile(r"[ \t]*\[\s*#?\d{1,9}(?:\s*[,，、;]\s*#?\d{1,9})*\s*\]")
NUMBER = re.compile(r"\d+")
UNFINISHED = re.compile(r"[ \t]*(?:\[[\s\d#,，、;]*)?\Z")
UNSPEAKABLE = re.compile(
    r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, and those that turn the direction of writing."""


class CitationReader:
    """Reads one text, piece by piece."""

    def __init__(self, known: Collection[TrackId]) -> None:
        self._known = frozenset(known)
        self._held = ""
        self.cited: list[TrackId] = []
        "Objects cited so far, in the order of their first mention; `MOST_CITED` at most."
        self.unknown = 0
        "Numbers cited that no object has."

    def feed(self, piece: str) -> str:
        """What of the text can be shown now."""
        text = self._held + UNSPEAKABLE.sub(" ", piece)
        start = self._unfinished(text)
        self._held = text[start:]
        return self._cleaned(text[:start])

    def finish(self) -> str:
        """The rest of the text."""
        text, self._held = self._held, ""
        return self._cleaned(text).rstrip()

    def _unfinished(self, text: str) -> int:
        """Where a mark may have begun that is not closed yet."""
        tail = max(0, len(text) - LONGEST_MARK)
        match = UNFINISHED.search(text, tail)
        return match.start() if match else len(text)

    def _cleaned(self, text: str) -> str:
        return MARK.sub(self._take, text)

    def _take(self, mark: re.Match[str]) -> str:
        for number in NUMBER.findall(mark.group()):
            self._cite(TrackId(int(number)))
        return ""

    def _cite(self, cited: TrackId) -> None:
        if cited not in self._known:
            self.unknown += 1
        elif cited not in self.cited and len(self.cited) < MOST_CITED:
            self.cited.append(cited)
