"""Erasing: nothing is left, neither in the tables nor in the files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from streaming.remembering.database import FILE
from streaming.remembering.entries import Search, Selection
from streaming.remembering.store import MemoryStore
from tests.streaming.memory_notes import NOON, assert_sound, note, on_disk, opened, texts


def filled(folder: Path | None) -> MemoryStore:
    store = opened(folder)
    for n in range(30):
        store.write([
            note(f"zanzibar{n}", NOON + n, session="ann", thumbnail=b"zebrafish%d" % n * 300),
            note(f"quagmire{n}", NOON + n, session="bob", thumbnail=b"walrus%d" % n * 300),
        ])  # fmt: skip
    return store


@pytest.mark.parametrize(
    ("which", "gone", "left"),
    [
        (Selection(), {"zanzibar", "zebrafish", "quagmir", "walrus"}, set()),
        (Selection("ann"), {"zanzibar", "zebrafish"}, {"quagmir", "walrus"}),
        (Selection(before=NOON + 29), {"zanzibar28", "zebrafish5"}, {"zanzibar29", "walrus29"}),
        (Selection("ann", NOON + 29), {"zanzibar28"}, {"zanzibar29", "quagmire3"}),
        (Selection("nobody"), set(), {"zanzibar", "quagmir"}),
    ],
)
def test_nothing_of_the_erased_is_left_in_the_files(
    tmp_path: Path, which: Selection, gone: set[str], left: set[str]
) -> None:
    store = filled(tmp_path)
    expected = store.count(which)
    erased = store.erase(which)
    assert (erased.count, erased.traces) == (expected, False)
    assert not {word for word in gone if on_disk(tmp_path, word)}
    assert {word for word in left if on_disk(tmp_path, word)} == left
    assert len(store.search(Search(limit=1000))) == 60 - expected
    store.close()
    assert not {word for word in gone if on_disk(tmp_path, word)}
    assert_sound(tmp_path)


def test_erasing_in_process_gives_the_memory_back() -> None:
    store = filled(None)
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    assert store.erase(Selection("ann")).count == 30
    assert store._database.execute("PRAGMA page_count").fetchone()[0] < pages * 0.75
    assert store._database.execute("PRAGMA freelist_count").fetchone()[0] == 0
    store.close()


def test_ids_of_the_erased_are_not_used_again(tmp_path: Path) -> None:
    store = filled(tmp_path)
    newest = store.search(Search(limit=1))[0]
    store.erase(Selection())
    store.write([note("new", thumbnail=b"new")])
    (entry,) = store.search(Search())
    assert entry.id > newest.id
    assert entry.picture is not None
    assert newest.picture is not None
    assert entry.picture > newest.picture
    store.close()


def test_a_reader_in_the_way_is_told_and_the_next_time_clears_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.remembering.database.BUSY_SECONDS", 0.01)
    store = filled(tmp_path)
    reader = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM memory").fetchone()
    erased = store.erase(Selection())
    assert (erased.count, erased.traces) == (60, True)
    assert texts(store) == []
    reader.close()
    assert store.erase(Selection()).traces is False
    assert not on_disk(tmp_path, "zanzibar")
    store.close()


def test_another_process_may_erase_while_a_server_writes(tmp_path: Path) -> None:
    server = filled(tmp_path)
    other = opened(tmp_path)
    assert other.erase(Selection()).count == 60
    other.close()
    server.write([note("cup", key="object:1")])
    assert texts(server) == ["cup"]
    server.close()
    assert not on_disk(tmp_path, "zanzibar")
    assert_sound(tmp_path)
