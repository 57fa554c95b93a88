"""Puts notes into the database, inside a transaction of the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from streaming.remembering.entries import MOST_TEXT, MOST_THUMBNAIL, Note
from streaming.remembering.words import indexed, name, storable


def write_notes(connection: sqlite3.Connection, notes: Iterable[Note], now: float) -> int:
    """Writes every note; gives how many thumbnails were too large to keep.

    Notes that share one JPEG share one picture. A picture that a memory no longer points at is
    loose from ``now`` on: retention removes it a little later, when nobody is looking at it.
    """
    pictures: dict[tuple[str, bytes], int] = {}
    refused = 0
    for note in notes:
        jpeg = note.thumbnail or b""
        if len(jpeg) > MOST_THUMBNAIL:
            refused, jpeg = refused + 1, b""
        _write(connection, note, _picture(connection, note.session, jpeg, pictures), now)
    return refused


def _picture(
    connection: sqlite3.Connection,
    session: str,
    jpeg: bytes,
    known: dict[tuple[str, bytes], int],
) -> int | None:
    if not jpeg:
        return None
    id_ = known.get((session, jpeg))
    if id_ is None:
        statement = "INSERT INTO picture (session, jpeg) VALUES (?, ?)"
        id_ = connection.execute(statement, (name(session), jpeg)).lastrowid
        assert id_ is not None
        known[session, jpeg] = id_
    return id_


def _write(connection: sqlite3.Connection, note: Note, picture: int | None, now: float) -> None:
    key = (name(note.session), name(note.memory.key))
    found = connection.execute(
        "SELECT id, picture FROM memory WHERE session = ? AND key = ?", key
    ).fetchone()
    if found is None:
        _insert(connection, note, key, picture)
    else:
        _replace(connection, note, found[0], found[1], picture)
        if picture is not None and found[1] is not None:
            _loosen(connection, found[1], now)


def _insert(
    connection: sqlite3.Connection, note: Note, key: tuple[str, str], picture: int | None
) -> None:
    id_ = connection.execute(
        "INSERT INTO memory (session, key, kind, first, last, x, y, width, height, picture)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, *_values(note), picture),
    ).lastrowid
    text = storable(note.memory.text, MOST_TEXT)
    connection.execute(
        "INSERT INTO words (rowid, terms, text) VALUES (?, ?, ?)", (id_, indexed(text), text)
    )


def _replace(
    connection: sqlite3.Connection, note: Note, id_: int, before: int | None, picture: int | None
) -> None:
    connection.execute(
        "UPDATE memory SET kind = ?, first = ?, last = ?, x = ?, y = ?, width = ?, height = ?,"
        " picture = ? WHERE id = ?",
        (*_values(note), before if picture is None else picture, id_),
    )
    text = storable(note.memory.text, MOST_TEXT)
    known = connection.execute("SELECT text FROM words WHERE rowid = ?", (id_,)).fetchone()
    if known != (text,):  # the index is left alone where nothing changed, which is mostly
        connection.execute(
            "UPDATE words SET terms = ?, text = ? WHERE rowid = ?", (indexed(text), text, id_)
        )


def _loosen(connection: sqlite3.Connection, picture: int, now: float) -> None:
    connection.execute(
        "UPDATE picture SET loose = ? WHERE id = ?"
        " AND NOT EXISTS (SELECT 1 FROM memory WHERE memory.picture = ?)",
        (now, picture, picture),
    )


def _values(note: Note) -> tuple[str | float | None, ...]:
    box = note.memory.box or (None, None, None, None)
    return (note.memory.kind, note.first, note.last, *box)
