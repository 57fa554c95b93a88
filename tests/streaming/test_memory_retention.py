"""Forgetting: the oldest first, a little at a time, for good."""

from __future__ import annotations

from pathlib import Path

from streaming.remembering.database import FILE
from streaming.remembering.entries import Search
from streaming.remembering.limits import LEAST_BYTES, MemoryLimits
from streaming.remembering.retention import LOOSE_SECONDS, MERGE_EVERY, MOST_AT_ONCE
from streaming.remembering.store import MemoryStore
from tests.streaming.memory_notes import NOON, Clock, assert_sound, note, on_disk, opened, texts


def test_what_was_last_seen_too_long_ago_is_forgotten() -> None:
    clock = Clock()
    store = MemoryStore.open(limits=MemoryLimits(seconds=100), clock=clock)
    store.write([note("old", NOON), note("seen again", NOON, key="object:1")])
    clock.now = NOON + 99
    store.write([note("seen again", NOON + 99, key="object:1")])
    assert sorted(texts(store)) == ["old", "seen again"]
    clock.now = NOON + 101
    store.write([note("new", NOON + 101)])
    assert texts(store) == ["new", "seen again"]
    assert store.counts.forgotten == 1


def test_the_oldest_make_room_beyond_the_number_of_entries() -> None:
    store = opened(limits=MemoryLimits(entries=3))
    store.write([note(f"thing {n}", NOON - n) for n in range(5)])
    assert texts(store) == ["thing 0", "thing 1", "thing 2"]
    assert store.counts.forgotten == 2


def test_the_oldest_make_room_beyond_the_bytes_and_the_file_does_not_grow(tmp_path: Path) -> None:
    store = opened(tmp_path, MemoryLimits(bytes=LEAST_BYTES))
    for n in range(300):
        picture = n.to_bytes(2, "big") * 8_000
        store.write([note(f"thing {n}", NOON - 300 + n, thumbnail=picture)])
    kept = texts(store)
    assert kept == [f"thing {n}" for n in range(299, 299 - len(kept), -1)]
    assert 0 < len(kept) < LEAST_BYTES / 16_000
    store.close()
    assert (tmp_path / FILE).stat().st_size < 4 * LEAST_BYTES
    assert_sound(tmp_path)


def test_one_write_forgets_a_bounded_number() -> None:
    clock = Clock()
    store = MemoryStore.open(limits=MemoryLimits(seconds=10), clock=clock)
    for part in range(3):
        store.write([note(f"{part}-{n}", NOON - n / 1e3) for n in range(MOST_AT_ONCE)])
    clock.now = NOON + 100
    for left in (2 * MOST_AT_ONCE, MOST_AT_ONCE, 0):
        store.write([note("now", NOON + 100)])
        assert len(store.search(Search(limit=1000))) == left + 1


def test_a_store_far_over_its_limits_gives_the_space_back(tmp_path: Path) -> None:
    store = opened(tmp_path)
    for n in range(60):
        jpegs = [(n * 20 + m).to_bytes(2, "big") * 4_000 for m in range(20)]
        store.write([note(f"{n}-{m}", NOON - n, thumbnail=jpeg) for m, jpeg in enumerate(jpegs)])
    store.close()
    before = (tmp_path / FILE).stat().st_size
    store = opened(tmp_path, MemoryLimits(bytes=LEAST_BYTES))
    for n in range(40):
        store.write([note("now", NOON + n)])
    store.close()
    assert before > 8 * LEAST_BYTES
    assert (tmp_path / FILE).stat().st_size < 5 * LEAST_BYTES
    assert_sound(tmp_path)


def test_a_picture_outlives_its_last_memory_by_a_little() -> None:
    clock = Clock()
    store = MemoryStore.open(clock=clock)
    store.write([note("cup", key="object:1", thumbnail=b"then")])
    then = store.search(Search())[0].picture
    assert then is not None
    store.write([note("cup", key="object:1", thumbnail=b"now")])
    assert store.search(Search())[0].picture != then
    assert store.picture(then) == b"then"
    clock.now += LOOSE_SECONDS + 1
    store.write([note("cup", clock.now, key="object:1")])
    assert store.picture(then) is None


def test_a_shared_picture_stays_for_the_memory_that_still_has_it() -> None:
    clock = Clock()
    store = MemoryStore.open(limits=MemoryLimits(seconds=100), clock=clock)
    store.write([note("old", NOON, thumbnail=b"p"), note("young", NOON + 50, thumbnail=b"p")])
    clock.now = NOON + 120
    store.write([])
    (entry,) = store.search(Search())
    assert (entry.text, entry.picture is not None) == ("young", True)
    assert store.picture(entry.picture or 0) == b"p"


def test_words_of_the_forgotten_leave_the_file(tmp_path: Path) -> None:
    clock = Clock()
    store = MemoryStore.open(tmp_path, MemoryLimits(seconds=MERGE_EVERY), clock)
    for n in range(40):
        store.write([note(f"zanzibar{n} quagmire", NOON, thumbnail=b"zebrafish" * 500)])
    clock.now = NOON + 2 * MERGE_EVERY
    for n in range(20):
        store.write([note(f"new {n}", clock.now)])
    assert len(texts(store)) == 20
    store.close()
    for word in ("zanzibar", "quagmir", "zebrafish"):
        assert not on_disk(tmp_path, word)
    assert_sound(tmp_path)
