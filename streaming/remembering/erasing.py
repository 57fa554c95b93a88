"""Erases memories so that nothing of them is left in the files."""

from __future__ import annotations

import sqlite3

from streaming.remembering.database import is_busy, transaction
from streaming.remembering.entries import Erased, Selection
from streaming.remembering.words import name

_CHOSEN = "(:session IS NULL OR session = :session) AND last < :before"


def count(connection: sqlite3.Connection, which: Selection) -> int:
    """How many memories would be erased."""
    statement = f"SELECT count(*) FROM memory WHERE {_CHOSEN}"  # noqa: S608  constant
    return int(connection.execute(statement, _values(which)).fetchone()[0])


def erase(connection: sqlite3.Connection, which: Selection) -> Erased:
    """Deletes, then writes the database anew without the gaps and empties its log.

    That takes seconds for a large file, during which nothing else can be written.

    Raises:
        sqlite3.Error: nothing was erased.
    """
    values = _values(which)
    with transaction(connection):
        connection.execute(
            f"DELETE FROM words WHERE rowid IN (SELECT id FROM memory WHERE {_CHOSEN})",  # noqa: S608
            values,
        )
        gone = connection.execute(f"DELETE FROM memory WHERE {_CHOSEN}", values)  # noqa: S608
        connection.execute(
            "DELETE FROM picture"
            " WHERE NOT EXISTS (SELECT 1 FROM memory WHERE memory.picture = picture.id)"
        )
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    return Erased(gone.rowcount, traces=not _without_traces(connection))


def _without_traces(connection: sqlite3.Connection) -> bool:
    """Overwrites what is left of deleted rows; whether that was possible now."""
    try:
        connection.execute("VACUUM")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error as error:
        if is_busy(error) or error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            return False
        raise
    return not busy


def _values(which: Selection) -> dict[str, str | float | None]:
    session = None if which.session is None else name(which.session)
    return {"session": session, "before": which.before}
