"""Finds memories and pictures.

With words: memories that hold all of them, the one last seen first. Where there is none and
`Search.any_word` allows it: those that hold any, by relevance (BM25), then recency; only the
`MOST_RANKED` newest are weighed, so that a common word costs no more than a rare one. A query that
is not blank but has no word in it finds nothing.
"""

from __future__ import annotations

import sqlite3
from typing import Any, get_args

from streaming.remembering.entries import Entry, Search
from streaming.remembering.words import all_words, any_word, name
from vision.recollection import Kind

MOST_FOUND = 1_000
"""Memories that one search gives."""

MOST_RANKED = 2_000
"""Memories that are compared by relevance."""

_OWN = " AND memory.session = :session"
MOST_KINDS = len(get_args(Kind))
_KINDS = f" AND memory.kind IN ({', '.join(f':kind{n}' for n in range(MOST_KINDS))})"

# ``CROSS JOIN`` holds SQLite to this order of tables: few rows of ``found`` first.
_GIVE = """
    SELECT memory.id, memory.session, memory.kind, memory.key, words.text, memory.first,
        memory.last, x, y, width, height, memory.picture
    FROM found CROSS JOIN memory ON memory.id = found.id CROSS JOIN words ON words.rowid = found.id
"""
_NEWEST = """
    WITH found AS (
        SELECT id FROM memory WHERE TRUE{wanted} ORDER BY last DESC, id DESC LIMIT :limit
    )
    {give} ORDER BY memory.last DESC, memory.id DESC
"""
_ALL_WORDS = """
    WITH found AS (
        SELECT memory.id FROM words CROSS JOIN memory ON memory.id = words.rowid
        WHERE words MATCH :match{wanted}
        ORDER BY memory.last DESC, memory.id DESC LIMIT :limit
    )
    {give} ORDER BY memory.last DESC, memory.id DESC
"""
_ANY_WORD = """
    WITH found AS (
        SELECT memory.id, bm25(words) AS rank
        FROM words CROSS JOIN memory ON memory.id = words.rowid
        WHERE words MATCH :match{wanted}
        ORDER BY words.rowid DESC LIMIT :ranked
    )
    {give} ORDER BY found.rank, memory.last DESC LIMIT :limit
"""


def find(connection: sqlite3.Connection, search: Search) -> tuple[Entry, ...]:
    """The memories that are wanted, best first."""
    if not search.query.strip():
        return _rows(connection, _NEWEST, search, "")
    match = all_words(search.query)
    found = _rows(connection, _ALL_WORDS, search, match) if match else ()
    if match and not found and search.any_word:
        found = _rows(connection, _ANY_WORD, search, any_word(search.query))
    return found


def find_picture(connection: sqlite3.Connection, id_: int, session: str | None) -> bytes | None:
    """A JPEG; None where there is none of that number, or it is of another session's."""
    if not 0 < id_ < 2**63:
        return None
    row = connection.execute(
        "SELECT jpeg FROM picture WHERE id = ? AND (? IS NULL OR session = ?)",
        (id_, *[_own(session)] * 2),
    ).fetchone()
    return bytes(row[0]) if row else None


def _own(session: str | None) -> str | None:
    return None if session is None else name(session)


def _rows(
    connection: sqlite3.Connection, statement: str, search: Search, match: str
) -> tuple[Entry, ...]:
    kinds = sorted(set(search.kinds))
    values: dict[str, str | int | None] = {
        "match": match,
        "session": _own(search.session),
        "ranked": MOST_RANKED,
        "limit": max(0, min(search.limit, MOST_FOUND)),
        **{f"kind{n}": kinds[n % len(kinds)] for n in range(MOST_KINDS) if kinds},
    }
    wanted = (_OWN if search.session is not None else "") + (_KINDS if kinds else "")
    statement = statement.format(give=_GIVE, wanted=wanted)
    return tuple(_entry(row) for row in connection.execute(statement, values).fetchall())


def _entry(row: tuple[Any, ...]) -> Entry:
    id_, session, kind, key, text, first, last, *box, picture = row
    where = (box[0], box[1], box[2], box[3])
    return Entry(
        id=id_,
        session=session,
        kind=kind,
        key=key,
        text=text,
        first=first,
        last=last,
        box=None if None in where else where,
        picture=picture,
    )
