"""Remembering from the event loop."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from streaming.remembering import keeper as module
from streaming.remembering.buffer import MOST_WAITING
from streaming.remembering.database import FILE
from streaming.remembering.entries import Note, Search, Selection
from streaming.remembering.keeper import MemoryKeeper
from streaming.remembering.store import MemoryStore
from tests.streaming.memory_notes import NOON, Clock, assert_sound, memory, texts
from vision.errors import ConfigError
from vision.recollection import Recollection


@pytest.fixture
async def keeper() -> AsyncIterator[MemoryKeeper]:
    keeper = await MemoryKeeper.open(clock=Clock(NOON + 10))
    yield keeper
    await keeper.close()


def remember(
    keeper: MemoryKeeper,
    text: str,
    session: str = "ann",
    *,
    last: float = NOON,
    thumbnail: bytes | None = None,
    key: str = "",
) -> None:
    keeper.remember(
        session, memory(text, key), first_wall=last - 1, last_wall=last, thumbnail=thumbnail
    )


async def recent(keeper: MemoryKeeper, session: str, limit: int = 20) -> tuple[Recollection, ...]:
    """The session's own memories, last seen first."""
    return await keeper.recall(session, Search(limit=limit), scope="session")


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


class Held:
    """A store's ``write`` that waits until it is let go."""

    def __init__(self, keeper: MemoryKeeper, monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = threading.Event()
        self.calls = 0
        self._write = keeper._store.write
        monkeypatch.setattr(keeper._store, "write", self)

    def __call__(self, notes: tuple[Note, ...]) -> tuple[Note, ...]:
        self.calls += 1
        assert self.go.wait(20)
        return self._write(notes)


async def test_what_was_just_remembered_is_recalled(keeper: MemoryKeeper) -> None:
    remember(keeper, "red cup", thumbnail=b"jpeg")
    (found,) = await keeper.recall("ann", Search("cup"))
    assert (found.kind, found.text, found.ago, found.here) == ("object", "red cup", 10.0, True)
    assert found.box == (0.1, 0.2, 0.3, 0.4)
    name = found.evidence.removeprefix("v1/sessions/ann/memory/").removesuffix(".jpg")
    assert await keeper.thumbnail("ann", int(name)) == b"jpeg"


async def test_what_was_seen_in_the_future_is_no_less_than_0_seconds_old(
    keeper: MemoryKeeper,
) -> None:
    remember(keeper, "cup", last=NOON + 99)
    (found,) = await keeper.recall("ann", Search())
    assert (found.ago, found.evidence) == (0.0, "")


async def test_it_is_written_without_being_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_EVERY", 0.01)
    keeper = await MemoryKeeper.open(tmp_path, clock=Clock())
    remember(keeper, "cup")
    await until(lambda: keeper.counts.written == 1)
    remember(keeper, "dog")
    await until(lambda: keeper.counts.written == 2)
    await keeper.close()


async def test_a_flush_takes_all_that_waits_at_once(keeper: MemoryKeeper) -> None:
    for n in range(5):
        remember(keeper, f"cup, {n} times", key="object:1")
    remember(keeper, "dog")
    assert [found.text for found in await recent(keeper, "ann")] == ["dog", "cup, 4 times"]
    assert (keeper.counts.written, keeper.counts.merged) == (2, 4)


async def test_while_one_write_is_slow_no_other_is_begun_and_the_buffer_is_bounded(
    keeper: MemoryKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_EVERY", 0.0)
    held = Held(keeper, monkeypatch)
    remember(keeper, "first")
    await until(lambda: held.calls)
    for n in range(MOST_WAITING + 7):
        remember(keeper, f"thing {n}")
        await asyncio.sleep(0)
    assert held.calls == 1
    held.go.set()
    await until(lambda: keeper.counts.written == MOST_WAITING + 1)
    assert keeper.counts.dropped == 7


async def test_asking_does_not_hold_up_the_loop(
    keeper: MemoryKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(keeper, monkeypatch)
    remember(keeper, "cup")
    asked = asyncio.create_task(keeper.recall("ann", Search("cup")))
    await until(lambda: held.calls)
    assert not asked.done()
    held.go.set()
    assert [found.text for found in await asked] == ["cup"]


async def test_a_question_that_is_given_up_loses_nothing(
    keeper: MemoryKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(keeper, monkeypatch)
    remember(keeper, "first")
    blocking = asyncio.create_task(recent(keeper, "ann"))
    await until(lambda: held.calls)
    remember(keeper, "second")
    asked = asyncio.create_task(keeper.recall("ann", Search("second")))
    await asyncio.sleep(0)
    asked.cancel()
    held.go.set()
    await blocking
    assert sorted(found.text for found in await recent(keeper, "ann")) == ["first", "second"]


async def test_without_a_folder_a_session_recalls_only_its_own(keeper: MemoryKeeper) -> None:
    remember(keeper, "cup", "ann", thumbnail=b"anns")
    remember(keeper, "cup", "bob", thumbnail=b"bobs")
    for session, picture in (("ann", b"anns"), ("bob", b"bobs")):
        (found,) = await keeper.recall(session, Search("cup", session="somebody else"))
        assert found.here
        id_ = int(found.evidence.rpartition("/")[2].removesuffix(".jpg"))
        seen = {other: await keeper.thumbnail(other, id_) for other in ("ann", "bob")}
        assert [jpeg for jpeg in seen.values() if jpeg] == [picture]
    assert await keeper.recall("ann", Search("cup"), scope="store") == await recent(keeper, "ann")


async def test_with_a_folder_a_household_remembers_together(tmp_path: Path) -> None:
    keeper = await MemoryKeeper.open(tmp_path, clock=Clock())
    remember(keeper, "cup", "ann", thumbnail=b"anns")
    await keeper.close()
    keeper = await MemoryKeeper.open(tmp_path, clock=Clock())
    (found,) = await keeper.recall("bob", Search("cup"))
    assert not found.here
    assert found.evidence.startswith("v1/sessions/bob/memory/")
    id_ = int(found.evidence.rpartition("/")[2].removesuffix(".jpg"))
    assert await keeper.thumbnail("bob", id_) == b"anns"
    assert await keeper.recall("bob", Search("cup"), scope="session") == ()
    assert await recent(keeper, "bob") == ()
    await keeper.close()


async def test_an_operator_may_keep_sessions_of_one_folder_apart(tmp_path: Path) -> None:
    keeper = await MemoryKeeper.open(tmp_path, scope="session", clock=Clock())
    remember(keeper, "cup", "ann", thumbnail=b"anns")
    assert len(await keeper.recall("ann", Search())) == 1
    assert await keeper.recall("bob", Search(), scope="store") == ()
    assert await keeper.thumbnail("bob", 1) is None
    await keeper.close()


async def test_erasing_takes_what_waits_too(keeper: MemoryKeeper) -> None:
    remember(keeper, "cup", "ann")
    remember(keeper, "dog", "bob")
    assert (await keeper.erase(Selection("ann"))).count == 1
    assert await recent(keeper, "ann") == ()
    assert len(await recent(keeper, "bob")) == 1


async def test_closing_writes_what_waits_and_counts_what_comes_later(tmp_path: Path) -> None:
    keeper = await MemoryKeeper.open(tmp_path, clock=Clock())
    remember(keeper, "cup")
    await keeper.close()
    await keeper.close()
    remember(keeper, "late")
    assert keeper.counts.dropped == 1
    assert await keeper.recall("ann", Search()) == ()
    assert await keeper.thumbnail("ann", 1) is None
    assert (await keeper.erase(Selection())).count == 0
    assert_sound(tmp_path)
    store = MemoryStore.open(tmp_path, clock=Clock())
    assert texts(store) == ["cup"]
    store.close()
    assert not list(tmp_path.glob("*-wal"))  # noqa: ASYNC240  nothing else waits on this loop


async def test_its_thread_ends_with_it() -> None:
    before = threading.active_count()
    keeper = await MemoryKeeper.open()
    assert threading.active_count() == before + 1
    await keeper.close()
    while threading.active_count() > before + 1:  # the loop's own, which joined it, may stay
        await asyncio.sleep(0.01)
    assert not [each for each in threading.enumerate() if each.name.startswith("memory")]


async def test_a_folder_that_cannot_be_used_is_told_and_leaves_no_thread(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 1000)
    with pytest.raises(ConfigError, match="move it away"):
        await MemoryKeeper.open(tmp_path)
    await until(
        lambda: not [each for each in threading.enumerate() if each.name.startswith("memory")]
    )


async def test_what_a_locked_file_refuses_is_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_EVERY", 0.01)
    monkeypatch.setattr("streaming.remembering.database.BUSY_SECONDS", 0.01)
    keeper = await MemoryKeeper.open(tmp_path, clock=Clock())
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    remember(keeper, "cup, before", key="object:1", thumbnail=b"jpeg")
    assert await keeper.recall("ann", Search()) == ()
    remember(keeper, "cup, after", key="object:1")
    with pytest.raises(ConfigError, match="locked by another program"):
        await keeper.erase(Selection())
    other.close()
    await until(lambda: keeper.counts.written)
    (found,) = await keeper.recall("ann", Search("cup"))
    assert found.text == "cup, after"
    assert found.evidence
    assert (keeper.problem, keeper.counts.dropped) == ("", 0)
    await keeper.close()


async def test_what_is_still_locked_at_the_end_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("streaming.remembering.database.BUSY_SECONDS", 0.01)
    keeper = await MemoryKeeper.open(tmp_path, clock=Clock())
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    remember(keeper, "cup")
    await keeper.close()
    other.close()
    assert keeper.counts.dropped == 1
    assert "1 memories are lost: another program holds the memory" in caplog.text


async def test_a_write_that_breaks_is_counted_and_the_next_one_works(
    keeper: MemoryKeeper, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> tuple[Note, ...]:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as patched:
        patched.setattr(keeper._store, "write", broken)
        remember(keeper, "cup")
        await recent(keeper, "ann")
        await until(lambda: keeper.counts.dropped)
    assert "a mistake of ours" in caplog.text
    remember(keeper, "dog")
    assert [found.text for found in await recent(keeper, "ann")] == ["dog"]


async def test_a_disk_that_fails_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    keeper = await MemoryKeeper.open(tmp_path, clock=Clock())
    assert keeper.problem == ""
    await asyncio.get_running_loop().run_in_executor(
        keeper._thread, keeper._store._database.execute, "PRAGMA max_page_count = 1"
    )
    for n in range(40):
        remember(keeper, f"thing {n}", thumbnail=bytes([n]) * 9_000)
    assert len(await recent(keeper, "ann", limit=100)) == 40
    assert "the disk is full; make room" in keeper.problem
    assert len(caplog.records) == 1
    await keeper.close()
