"""The memory as the event loop sees it: remembering never waits, everything else is awaited.

Driving contract: ``open`` once, on the loop that everything else is called on; ``remember`` at any
time; ``close`` at the end. Notes wait in a bounded buffer and are written together in one
transaction, at most every ``FLUSH_EVERY`` seconds, so that a crash costs what was seen within the
last second and no more. What is asked for is asked after everything that waits has been written:
what was just remembered is found. All blocking work is done by one thread of the keeper's own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from streaming.remembering.buffer import WriteBuffer
from streaming.remembering.entries import (
    Entry,
    Erased,
    MemoryCounts,
    Note,
    Scope,
    Search,
    Selection,
)
from streaming.remembering.limits import MemoryLimits
from streaming.remembering.store import Clock, MemoryStore
from vision.recollection import Memory, Recollection

log = logging.getLogger(__name__)

FLUSH_EVERY = 0.5
"""Seconds between two writes."""

T = TypeVar("T")


class MemoryKeeper:
    """Remembers for all sessions of one server."""

    def __init__(self, store: MemoryStore, thread: ThreadPoolExecutor, scope: Scope) -> None:
        """``open`` is the way to make one."""
        self.scope = scope
        "Whose memories a session recalls."
        self._store = store
        self._thread = thread
        self._buffer = WriteBuffer()
        self._timer: asyncio.TimerHandle | None = None
        self._writes: set[asyncio.Future[tuple[Note, ...]]] = set()
        self._erasures: set[asyncio.Future[Erased]] = set()
        self._lost = 0
        self._closed = False

    @classmethod
    async def open(
        cls,
        folder: Path | None = None,
        limits: MemoryLimits | None = None,
        *,
        scope: Scope | None = None,
        clock: Clock = time.time,
    ) -> Self:
        """Opens the memory in ``folder``; None: in this process only.

        Args:
            folder: the operator's own, made where it is missing.
            limits: how much is kept; None: as ``limits`` has it for a disk, or for none.
            scope: whose memories a session recalls; None: everybody's where there is a folder (a
                household's), else only its own.
            clock: Unix seconds.

        Raises:
            ConfigError: the folder or the file in it cannot be used.
        """
        thread = ThreadPoolExecutor(1, "memory")
        try:
            store = await asyncio.get_running_loop().run_in_executor(
                thread, MemoryStore.open, folder, limits, clock
            )
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(store, thread, scope or ("session" if folder is None else "store"))

    @property
    def problem(self) -> str:
        """Why memories are no longer kept in the folder, for people; empty while they are."""
        return self._store.problem

    @property
    def counts(self) -> MemoryCounts:
        """What became of what was to be remembered."""
        counts = self._store.counts
        dropped = counts.dropped + self._buffer.dropped + self._lost
        return replace(counts, merged=self._buffer.merged, dropped=dropped)

    def remember(
        self,
        session: str,
        memory: Memory,
        *,
        first_wall: float,
        last_wall: float,
        thumbnail: bytes | None = None,
    ) -> None:
        """Remembers, in place of what the session remembered under that key. Does not wait.

        Args:
            session: whose it is.
            memory: what to remember.
            first_wall: Unix seconds at which it was first seen.
            last_wall: Unix seconds at which it was last seen.
            thumbnail: JPEG of the picture in which it was last seen, as `thumbnails` makes it.
                Notes that are given the same one share it. None: the one that is there stays.

        Raises:
            ValueError: a time is not a finite number.
        """
        note = Note(session, memory, first_wall, last_wall, thumbnail)
        if self._closed:
            self._lost += 1
            return
        self._buffer.put(note)
        self._flush_soon()

    async def recall(
        self,
        session: str,
        search: Search,
        *,
        scope: Scope | None = None,
    ) -> tuple[Recollection, ...]:
        """What is remembered of that, best first.

        Args:
            session: who asks.
            search: what for; its own ``session`` is not looked at.
            scope: whose memories, where that is narrower than the keeper's own ``scope``.
        """
        own = "session" in (scope, self.scope)
        wanted = replace(search, session=session if own else None)
        entries = await self._after_writing(self._store.search, wanted) or ()
        now = self._store.now()
        return tuple(recollection(entry, session, now) for entry in entries)

    async def thumbnail(self, session: str, id_: int) -> bytes | None:
        """The JPEG of that number, which ``session`` may see; None where there is none."""
        own = session if self.scope == "session" else None
        return await self._after_writing(self._store.picture, id_, own)

    async def erase(self, which: Selection) -> Erased:
        """Erases memories, those that wait to be written too.

        Raises:
            ConfigError: nothing was erased: another process is in the way, or the database failed.
        """
        return await self._after_writing(self._store.erase, which) or Erased(0)

    def forget(self, session: str) -> None:
        """A session is over. What nobody could recall any more is erased; does not wait."""
        if self.scope == "session" and not self._closed:
            erasing = asyncio.ensure_future(self.erase(Selection(session=session)))
            self._erasures.add(erasing)
            erasing.add_done_callback(self._erased)

    def _erased(self, erasing: asyncio.Future[Erased]) -> None:
        self._erasures.discard(erasing)
        if not erasing.cancelled() and erasing.exception() is not None:
            log.error("an ended session's memories stay", exc_info=erasing.exception())

    async def close(self) -> None:
        """Writes what waits, and closes the memory. What comes later is lost, and counted."""
        if self._closed:
            return
        self._closed = True
        self._flush()
        while self._writes or self._erasures:
            await asyncio.gather(*self._writes, *self._erasures, return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(self._thread, self._store.close)
        await asyncio.to_thread(self._thread.shutdown)

    async def _after_writing(self, ask: Callable[..., T], *arguments: object) -> T | None:
        """Runs ``ask`` in the thread once everything that waits is written; None after closing."""
        if self._closed:
            return None
        self._flush()
        return await asyncio.get_running_loop().run_in_executor(self._thread, ask, *arguments)

    def _flush_soon(self) -> None:
        if self._timer is None and not self._writes:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_EVERY, self._flush)

    def _flush(self) -> None:
        """Hands what waits to the thread, whose jobs are done in order."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        notes = self._buffer.take()
        if notes:
            loop = asyncio.get_running_loop()
            write = loop.run_in_executor(self._thread, self._store.write, notes)
            self._writes.add(write)
            write.add_done_callback(partial(self._written, notes))

    def _written(self, notes: tuple[Note, ...], write: asyncio.Future[tuple[Note, ...]]) -> None:
        self._writes.discard(write)
        if write.exception() is not None:
            self._lose(notes, "they could not be written", write.exception())
        elif self._closed and write.result():
            self._lose(write.result(), "another program holds the memory")
        else:
            self._buffer.put_back(write.result())
        if self._buffer:
            self._flush_soon()  # what came, or came back, while this was being written

    def _lose(self, notes: tuple[Note, ...], why: str, error: BaseException | None = None) -> None:
        self._lost += len(notes)
        log.error("%d memories are lost: %s", len(notes), why, exc_info=error)


def recollection(entry: Entry, session: str, now: float) -> Recollection:
    """A memory as ``session`` recalls it at ``now``, Unix seconds."""
    return Recollection(
        kind=entry.kind,
        text=entry.text,
        ago=max(0.0, now - entry.last),
        box=entry.box,
        evidence="" if entry.picture is None else evidence(session, entry.picture),
        here=entry.session == session,
    )


def evidence(session: str, picture: int) -> str:
    """The URL path at which ``session`` gets a thumbnail."""
    return f"v1/sessions/{session}/memory/{picture}.jpg"
