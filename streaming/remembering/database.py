"""Opens the database, or says why it cannot be, and what to do.

Write-ahead logging with full synchronisation: a transaction that was committed survives the end of
the process and of the power; one that was not leaves nothing. The thread that opens a database is
the only one to use it. Other processes may use the same file at the same time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vision.errors import ConfigError

FILE = "memory.sqlite3"
"""Name of the database in the operator's folder."""

VERSION = 1
"""Of the tables. Another one is refused; nothing is guessed."""

APPLICATION = 0x4F45594D
"""Marks the file as ours: ``OEYM``."""

BUSY_SECONDS = 2.0
"""How long to wait for another process that is writing."""

LOG_BYTES = 4 << 20
"""Size to which the write-ahead log is cut when its content is in the database."""

CACHE_KIB = 8 << 10
"""Pages that are held in memory."""

_TABLES = """
CREATE TABLE picture (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL,
    loose REAL,
    jpeg BLOB NOT NULL
);
CREATE INDEX picture_loose ON picture (loose) WHERE loose IS NOT NULL;
CREATE TABLE memory (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    first REAL NOT NULL,
    last REAL NOT NULL,
    x REAL, y REAL, width REAL, height REAL,
    picture INTEGER,
    UNIQUE (session, key)
);
CREATE INDEX memory_last ON memory (last);
CREATE INDEX memory_picture ON memory (picture) WHERE picture IS NOT NULL;
CREATE VIRTUAL TABLE words USING fts5 (
    terms, text UNINDEXED, tokenize = 'porter unicode61 remove_diacritics 2'
);
"""
# ``picture.loose``: since when no memory points at it. Texts are in ``words`` only, so that looking
# at many memories reads few pages.

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def open_database(folder: Path | None, *, make: bool = True) -> sqlite3.Connection:
    """The database in ``folder``, or one in memory where that is None.

    Args:
        folder: made (0700) where it is missing; one that is there keeps its mode.
        make: whether a database that is not there is made.

    Raises:
        ConfigError: it cannot be opened and written, is not ours, or is of another version.
    """
    if folder is None:
        return _prepared(sqlite3.connect(":memory:", isolation_level=None), ":memory:")
    path = folder / FILE
    try:
        _private_file(path, make=make)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    except OSError as error:
        raise ConfigError(f"cannot keep a memory in {folder}: {error.strerror}; {_ELSE}") from error
    except sqlite3.Error as error:
        raise ConfigError(reason(error, str(path))) from error
    return _prepared(connection, str(path))


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the body or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors have rolled it back already
            connection.execute("ROLLBACK")
        raise


def is_busy(error: sqlite3.Error) -> bool:
    """Whether another process is in the way, for now."""
    return _code(error) in _BUSY


def reason(error: sqlite3.Error, path: str) -> str:
    """What happened to a database, and what to do."""
    code = _code(error)
    if code in _BUSY:
        return f"{path} is locked by another program; end it, or {_ELSE}"
    if code in _DAMAGED:
        return f"{path} is damaged or no database; move it away, or {_ELSE}"
    if code == sqlite3.SQLITE_FULL:
        return f"{path} cannot grow: the disk is full; make room, or {_ELSE}"
    if "fts5" in str(error):
        return "this Python's SQLite has no FTS5, which the memory needs; use another Python"
    return f"{path} cannot be used: {error}; see that you may write there, or {_ELSE}"


_ELSE = "name another folder with --memory"


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _private_file(path: Path, *, make: bool) -> None:
    """SQLite gives its log the mode of the database, so that has to be right from the start."""
    if not make and not path.exists():
        raise ConfigError(f"there is no memory in {path.parent}: no {FILE} is there")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _prepared(connection: sqlite3.Connection, path: str) -> sqlite3.Connection:
    try:
        if _is_new(connection):
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        else:
            _refuse_others(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        if path == ":memory:":
            connection.execute("PRAGMA temp_store = MEMORY")
        with transaction(connection):
            if _is_new(connection):  # another process may have been faster
                _make_tables(connection)
        _try_to_write(connection)
    except sqlite3.Error as error:
        connection.close()
        raise ConfigError(reason(error, path)) from error
    except ConfigError:
        connection.close()
        raise
    return connection


def _make_tables(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):  # executescript() would end the transaction
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _try_to_write(connection: sqlite3.Connection) -> None:
    """Leaves nothing, or fails: a file that may only be read can be opened and locked, too."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("ROLLBACK")


def _is_new(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT count(*) FROM sqlite_schema").fetchall() == [(0,)]


def _refuse_others(connection: sqlite3.Connection, path: str) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise ConfigError(f"{path} is a database, but no memory of Open Eyes; {_ELSE}")
    if version != VERSION:
        raise ConfigError(
            f"{path} was written by another version of Open Eyes (tables {version}, here "
            f"{VERSION}); use that version, or {_ELSE}"
        )
