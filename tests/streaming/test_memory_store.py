"""Writing and finding, and a disk that fails."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from streaming.remembering.database import FILE
from streaming.remembering.entries import MOST_TEXT, MOST_THUMBNAIL, Note, Search, Selection
from streaming.remembering.searching import MOST_RANKED
from streaming.remembering.store import MemoryStore
from tests.streaming.memory_notes import NOON, assert_sound, memory, note, opened, texts
from vision.errors import ConfigError


def found(store: MemoryStore, query: str, *, any_word: bool = False, limit: int = 10) -> list[str]:
    return [entry.text for entry in store.search(Search(query, any_word=any_word, limit=limit))]


def test_what_was_written_comes_back_after_a_restart(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert store.write([note("red cup", key="object:7", thumbnail=b"jpeg")]) == ()
    store.close()
    store = opened(tmp_path)
    (entry,) = store.search(Search("cup"))
    assert (entry.session, entry.kind, entry.key) == ("ann", "object", "object:7")
    assert (entry.first, entry.last, entry.box) == (NOON - 1, NOON, (0.1, 0.2, 0.3, 0.4))
    assert entry.picture is not None
    assert store.picture(entry.picture) == b"jpeg"
    store.close()
    assert_sound(tmp_path)


def test_without_a_folder_nothing_touches_a_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    store = opened()
    store.write([note("cup")])
    assert found(store, "cup") == ["cup"]
    store.erase(Selection())
    assert list(tmp_path.iterdir()) == []
    store.close()


def test_remembered_again_it_takes_the_place_of_what_was() -> None:
    store = opened()
    store.write([note("cup", NOON, key="object:7", thumbnail=b"then")])
    before = store.search(Search())[0]
    store.write([Note("ann", memory("red cup", "object:7", box=None), NOON, NOON + 5)])
    (after,) = store.search(Search())
    assert (after.id, after.text, after.box) == (before.id, "red cup", None)
    assert (after.first, after.last, after.picture) == (NOON, NOON + 5, before.picture)
    assert found(store, "red") == ["red cup"]


def test_notes_with_one_jpeg_share_it_within_a_session() -> None:
    store = opened()
    shared = [note(text, thumbnail=b"same") for text in ("cup", "dog")]
    store.write([*shared, note("cat", session="bob", thumbnail=b"same")])
    pictures = {entry.text: entry.picture for entry in store.search(Search())}
    assert pictures["cup"] == pictures["dog"] != pictures["cat"]


def test_a_picture_is_seen_by_its_own_session_only_where_one_is_named() -> None:
    store = opened()
    store.write([note("cup", session="ann", thumbnail=b"anns")])
    picture = store.search(Search())[0].picture
    assert picture is not None
    assert store.picture(picture, "ann") == store.picture(picture) == b"anns"
    assert store.picture(picture, "bob") is None
    assert [store.picture(odd) for odd in (0, -1, picture + 1, 2**63, -(2**70))] == [None] * 5


def test_last_seen_comes_first_among_those_that_have_all_words() -> None:
    store = opened()
    store.write([note("red cup", NOON + 2), note("cup", NOON + 1), note("a red cup", NOON + 3)])
    assert found(store, "cup") == ["a red cup", "red cup", "cup"]
    assert found(store, "cup red", limit=1) == ["a red cup"]
    assert found(store, "red dog") == []


def test_one_word_will_do_where_asked_and_the_best_match_comes_first() -> None:
    store = opened()
    doors = [note("door", NOON + n, key=f"object:{n}") for n in range(9)]
    chairs = [note("chair", NOON), note("chair by the wall", NOON)]
    store.write([*doors, *chairs, note("keys", NOON - 9), note("chair keys", NOON - 10)])
    assert found(store, "keys zebra chair", any_word=True)[:2] == ["chair keys", "keys"]
    assert found(store, "keys chair", any_word=True) == ["chair keys"]


def test_equally_good_matches_come_last_seen_first() -> None:
    store = opened()
    store.write([note("cup", NOON + n % 3, key=f"object:{n}") for n in range(3)])
    lasts = [entry.last for entry in store.search(Search("cup zebra", any_word=True))]
    assert lasts == [NOON + 2, NOON + 1, NOON]


def test_weighing_is_bounded() -> None:
    store = opened()
    store.write([note("cup", NOON + n, key=f"object:{n}") for n in range(MOST_RANKED + 50)])
    found = store.search(Search("cup zebra", any_word=True, limit=1000))
    assert len(found) == 1000
    assert found[0].last == NOON + MOST_RANKED + 49


def test_only_the_kinds_and_the_session_that_are_wanted() -> None:
    store = opened()
    store.write([note("exit", kind="text"), note("exit", kind="object")])
    store.write([note("exit", kind="text", session="bob")])
    wanted = Search("exit", kinds=frozenset({"text"}), session="ann")
    assert [(entry.kind, entry.session) for entry in store.search(wanted)] == [("text", "ann")]
    assert len(store.search(Search("exit", kinds=("text", "object")))) == 3
    assert len(store.search(Search(session="bob"))) == 1


def test_odd_queries_find_nothing_and_blank_ones_everything() -> None:
    store = opened()
    store.write([note("cup")])
    assert [found(store, odd) for odd in ('"', "*", "(", "???", "\ud800")] == [[]] * 5
    assert found(store, "") == found(store, " \n") == ["cup"]
    assert found(store, "cup", limit=0) == found(store, "cup", limit=-1) == []


def test_odd_texts_are_kept_as_far_as_they_can_be() -> None:
    store = opened()
    odd = Note("\ud800", memory("x" * 5000, "\udfff"), NOON, NOON)
    store.write([odd, note("cup\0\ud83d", key="b")])
    store.write([odd])
    assert sorted(texts(store)) == sorted(["x" * MOST_TEXT, "cup ?"])
    assert len(store.search(Search(session="\ud800"))) == 1
    assert store.problem == ""


def test_a_note_without_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="nan"):
        note("cup", float("nan"))


def test_a_huge_thumbnail_is_refused_and_counted() -> None:
    store = opened()
    store.write([note("cup", thumbnail=bytes(MOST_THUMBNAIL + 1))])
    assert store.search(Search())[0].picture is None
    assert store.counts.pictures_refused == 1
    assert store.counts.written == 1


def test_a_full_disk_is_told_once_and_memory_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened(tmp_path)
    store.write([note("before")])
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    store._database.execute(f"PRAGMA max_page_count = {pages + 1}")
    assert store.write([note(f"full {n}", thumbnail=bytes([n]) * 20_000) for n in range(9)]) == ()
    assert "disk is full" in store.problem
    assert str(tmp_path / FILE) in store.problem
    assert store.folder is None
    store.write([note("after")])
    assert len(texts(store)) == 10
    assert "before" not in texts(store)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert (store.counts.written, store.counts.dropped) == (11, 0)
    erased = store.erase(Selection())
    assert (erased.count, erased.traces) == (10, True)
    store.close()
    assert_sound(tmp_path)
    store = opened(tmp_path)
    assert texts(store) == ["before"]
    store.close()


def damage(path: Path) -> None:
    """Garbage over all but the file's first page, which says that it is a database of ours."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xa5" * (len(whole) - 4096))


@pytest.mark.parametrize("doing", ["write", "search", "picture"])
def test_a_file_that_turns_out_damaged_is_left_and_memory_goes_on(
    tmp_path: Path, doing: str
) -> None:
    store = opened(tmp_path)
    store.write([note(f"thing {n}", thumbnail=bytes([n]) * 9_000) for n in range(50)])
    store.close()
    damage(tmp_path / FILE)
    before = (tmp_path / FILE).read_bytes()
    store = opened(tmp_path)
    if doing == "search":
        assert store.search(Search("thing")) == ()
    elif doing == "picture":
        assert store.picture(20) is None
    store.write([note("after")])
    assert "damaged" in store.problem
    assert texts(store) == ["after"]
    store.close()
    assert (tmp_path / FILE).read_bytes() == before


def test_notes_that_even_memory_refuses_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise sqlite3.OperationalError("no")

    store = opened(tmp_path)
    monkeypatch.setattr("streaming.remembering.store.write_notes", refuse)
    assert store.write([note("cup"), note("dog")]) == ()
    assert (store.counts.written, store.counts.dropped) == (0, 2)


def test_a_file_held_by_another_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streaming.remembering.database.BUSY_SECONDS", 0.01)
    store = opened(tmp_path)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    notes = (note("cup"),)
    assert store.write(notes) == notes
    assert texts(store) == []
    with pytest.raises(ConfigError, match="locked by another program"):
        store.erase(Selection())
    other.execute("ROLLBACK")
    other.close()
    assert store.write(notes) == ()
    assert (texts(store), store.problem) == (["cup"], "")
    store.close()


def test_two_servers_may_share_a_folder(tmp_path: Path) -> None:
    one, two = opened(tmp_path), opened(tmp_path)
    one.write([note("cup", session="ann")])
    two.write([note("dog", session="bob")])
    assert sorted(texts(one)) == sorted(texts(two)) == ["cup", "dog"]
    one.close()
    two.close()
    assert_sound(tmp_path)
