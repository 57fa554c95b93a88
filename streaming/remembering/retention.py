"""Forgets what is too old or too much: a little with every write, so that none takes long.

The memories last seen the longest ago go first. What is deleted is overwritten (``secure_delete``);
the full-text index keeps words of deleted memories until its parts are merged, so that is done too,
piece by piece, after things were forgotten.
"""

from __future__ import annotations

import sqlite3

from streaming.remembering.limits import MemoryLimits

MOST_AT_ONCE = 256
"""Memories, or loose pictures, that one write removes at least, where that many are due."""

BATCH = 64
"""Memories that are removed before the size is looked at again."""

LOOSE_SECONDS = 60.0
"""How long a picture outlives its last memory: an answer may have just named it."""

MERGE_EVERY = 3600.0
"""Seconds between the beginnings of two merges."""

MERGE_PAGES = 64
"""Pages of the index that one write merges."""

SLACK_PAGES = 256
"""Free pages that stay in the file, for the next writes."""

VACUUM_PAGES = 512
"""Free pages that one write gives back."""


class Retention:
    """Keeps one database within limits. Call ``enforce`` in every transaction that wrote."""

    def __init__(self, limits: MemoryLimits) -> None:
        self._limits = limits
        self._unmerged = True  # what was forgotten before this process began
        self._merging = False
        self._merged_at = float("-inf")

    def enforce(self, connection: sqlite3.Connection, written: int, now: float) -> int:
        """Removes what is due, bounded; gives how many memories that were.

        Twice as many as were ``written`` may go, so that a store that is over its limits shrinks.
        """
        most = max(MOST_AT_ONCE, 2 * written)
        self._drop_loose(connection, now)
        gone = _forget(connection, _expired(connection, now - self._limits.seconds, most))
        gone += _forget(connection, _oldest(connection, min(most, self._surplus(connection))))
        while gone < most and _size(connection) > self._limits.bytes:
            batch = _forget(connection, _oldest(connection, BATCH))
            gone += batch
            if not batch:
                break
        self._merge(connection, now, forgot=gone > 0)
        _give_back(connection)
        return gone

    def _surplus(self, connection: sqlite3.Connection) -> int:
        count: int = connection.execute("SELECT count(*) FROM memory").fetchone()[0]
        return max(0, count - self._limits.entries)

    def _drop_loose(self, connection: sqlite3.Connection, now: float) -> None:
        over = _size(connection) > self._limits.bytes
        connection.execute(
            "DELETE FROM picture WHERE id IN (SELECT id FROM picture"
            " WHERE loose IS NOT NULL AND loose < ? ORDER BY loose LIMIT ?)",
            (now if over else now - LOOSE_SECONDS, MOST_AT_ONCE),
        )

    def _merge(self, connection: sqlite3.Connection, now: float, *, forgot: bool) -> None:
        """Goes on with a merge of the whole index, or begins one where that is due."""
        self._unmerged = self._unmerged or forgot
        if self._merging:
            self._merging = _merge_some(connection, MERGE_PAGES)
        elif self._unmerged and now - self._merged_at >= MERGE_EVERY:
            self._merged_at, self._unmerged = now, False
            self._merging = _merge_some(connection, -MERGE_PAGES)


def _expired(
    connection: sqlite3.Connection, before: float, most: int
) -> list[tuple[int, int | None]]:
    return connection.execute(
        "SELECT id, picture FROM memory WHERE last < ? ORDER BY last, id LIMIT ?", (before, most)
    ).fetchall()


def _oldest(connection: sqlite3.Connection, most: int) -> list[tuple[int, int | None]]:
    return connection.execute(
        "SELECT id, picture FROM memory ORDER BY last, id LIMIT ?", (most,)
    ).fetchall()


def _forget(connection: sqlite3.Connection, rows: list[tuple[int, int | None]]) -> int:
    connection.executemany("DELETE FROM words WHERE rowid = ?", [(id_,) for id_, _ in rows])
    connection.executemany("DELETE FROM memory WHERE id = ?", [(id_,) for id_, _ in rows])
    pictures = {picture for _, picture in rows if picture is not None}
    connection.executemany(
        "DELETE FROM picture WHERE id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM memory WHERE memory.picture = ?1)",
        [(picture,) for picture in sorted(pictures)],
    )
    return len(rows)


def _size(connection: sqlite3.Connection) -> int:
    """Bytes in use; free pages do not count, since they are written next."""
    return (_number(connection, "page_count") - _number(connection, "freelist_count")) * _number(
        connection, "page_size"
    )


def _give_back(connection: sqlite3.Connection) -> None:
    if _number(connection, "freelist_count") > SLACK_PAGES + VACUUM_PAGES:
        for _ in range(VACUUM_PAGES):  # one page a call: this module takes one step of a statement
            connection.execute("PRAGMA incremental_vacuum(1)")


def _merge_some(connection: sqlite3.Connection, pages: int) -> bool:
    """Merges some of the index, all into one part where ``pages`` is negative; is there more?"""
    before = connection.total_changes
    connection.execute("INSERT INTO words (words, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes - before >= 2  # so the manual of FTS5 tells it


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])
