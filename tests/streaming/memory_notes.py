"""Notes for the tests of the memory."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from streaming.remembering.database import FILE
from streaming.remembering.entries import Note, Search
from streaming.remembering.limits import MemoryLimits
from streaming.remembering.store import MemoryStore
from vision.recollection import Kind, Memory
from vision.types import Box, Seconds

NOON = 1_700_000_000.0
"Unix seconds."


class Clock:
    """Stands still until it is set."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def memory(
    text: str, key: str = "", kind: Kind = "object", box: Box | None = (0.1, 0.2, 0.3, 0.4)
) -> Memory:
    """Something that was seen; its text is its key unless one is given."""
    return Memory(kind, key or f"{kind}:{text}", text, Seconds(0.0), Seconds(1.0), box)


def note(
    text: str,
    last: float = NOON,
    *,
    key: str = "",
    kind: Kind = "object",
    session: str = "ann",
    thumbnail: bytes | None = None,
) -> Note:
    """Something that was seen for the last time at ``last``."""
    return Note(session, memory(text, key, kind), last - 1, last, thumbnail)


def opened(folder: Path | None = None, limits: MemoryLimits | None = None) -> MemoryStore:
    """A store for which it is noon."""
    return MemoryStore.open(folder, limits, Clock())


def texts(store: MemoryStore, *, session: str | None = None) -> list[str]:
    """All that is in a store, last seen first."""
    return [entry.text for entry in store.search(Search(session=session, limit=1000))]


def assert_sound(folder: Path) -> None:
    """The file, its index and its log fit together."""
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        pairs = "SELECT count(*) FROM memory JOIN words ON words.rowid = memory.id"
        counts = [
            connection.execute(statement).fetchone()[0]
            for statement in (
                pairs,
                "SELECT count(*) FROM memory",
                "SELECT count(*) FROM words",
            )
        ]
        assert len(set(counts)) == 1, counts
        dangling = (
            "SELECT count(*) FROM memory WHERE picture IS NOT NULL"
            " AND picture NOT IN (SELECT id FROM picture)"
        )
        assert connection.execute(dangling).fetchone() == (0,)
    finally:
        connection.close()


def on_disk(folder: Path, word: str) -> bool:
    """Whether the word's bytes are anywhere in the folder's files."""
    return any(word.encode() in path.read_bytes() for path in folder.iterdir())
