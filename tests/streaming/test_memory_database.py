"""Opening: privately, or with a reason why not."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from streaming.remembering.database import APPLICATION, FILE, VERSION, open_database
from streaming.remembering.limits import LEAST_BYTES, MOST_ENTRIES, MemoryLimits
from vision.errors import ConfigError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_folder_file_and_log_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "memory"
    connection = open_database(folder)
    assert mode(folder) == 0o700
    assert {path.name for path in folder.iterdir()} == {FILE, f"{FILE}-wal", f"{FILE}-shm"}
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    connection.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps no such modes")
def test_a_folder_that_was_there_keeps_its_mode_and_the_file_is_closed_to_others(
    tmp_path: Path,
) -> None:
    tmp_path.chmod(0o755)
    open_database(tmp_path).close()
    (tmp_path / FILE).chmod(0o644)
    open_database(tmp_path).close()
    assert (mode(tmp_path), mode(tmp_path / FILE)) == (0o755, 0o600)


def test_a_power_cut_loses_no_transaction_and_deleted_rows_are_overwritten(tmp_path: Path) -> None:
    connection = open_database(tmp_path)
    values = {
        name: connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "secure_delete", "auto_vacuum")
    }
    connection.close()
    assert values == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "auto_vacuum": 2}


def test_a_file_in_the_way_is_told_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"Not a directory; name another folder with --memory"):
        open_database(tmp_path / "file" / "below")
    (tmp_path / FILE).mkdir()
    with pytest.raises(ConfigError, match="Is a directory; name another folder"):
        open_database(tmp_path)


@pytest.mark.skipif(
    os.name == "nt" or os.geteuid() == 0, reason="no mode keeps the superuser from writing"
)
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ConfigError, match="Permission denied; name another folder"):
        open_database(tmp_path)


def test_a_file_that_cannot_be_written_is_told_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk mounted read-only, where the superuser may not write either."""
    open_database(tmp_path).close()
    uri = f"file:{tmp_path / FILE}?mode=ro"
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda _, **options: connect(uri, uri=True, **options))
    with pytest.raises(ConfigError, match="readonly database; see that you may write there"):
        open_database(tmp_path)


def test_a_memory_that_must_be_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"no {FILE} is there"):
        open_database(tmp_path / "none", make=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database at all, but long enough" * 200, b"\xff" * 9])
def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ConfigError, match="is damaged or no database; move it away"):
        open_database(tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_another_programs_database_is_told_and_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("CREATE TABLE memory (mine TEXT)")
    connection.close()
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(ConfigError, match="no memory of Open Eyes"):
        open_database(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


def test_another_versions_tables_are_told_and_left_alone(tmp_path: Path) -> None:
    connection = open_database(tmp_path)
    connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    with pytest.raises(ConfigError, match=rf"\(tables {VERSION + 1}, here {VERSION}\)"):
        open_database(tmp_path)
    connection = sqlite3.connect(tmp_path / FILE)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)
    connection.close()


def test_a_locked_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streaming.remembering.database.BUSY_SECONDS", 0.01)
    open_database(tmp_path).close()
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ConfigError, match="locked by another program; end it"):
        open_database(tmp_path)
    other.close()


def test_an_empty_file_becomes_a_memory(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    connection = open_database(tmp_path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
    connection.close()


@pytest.mark.parametrize(
    "limits",
    [
        {"seconds": 0.0},
        {"seconds": float("nan")},
        {"bytes": LEAST_BYTES - 1},
        {"entries": 0},
        {"entries": MOST_ENTRIES + 1},
    ],
)
def test_limits_have_limits(limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"memor"):
        MemoryLimits(**limits)  # type: ignore[arg-type]
