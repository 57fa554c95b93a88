"""A memory that can be written, searched and erased. Blocking: one thread has it to itself.

A disk that fails does not end it: from then on it goes on in this process, says so once (in the log
and in ``problem``) and counts what was lost. What is on the disk stays there as it is, and is not
searched until the memory is opened again. A file that another process holds is only waited for.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

from streaming.remembering import erasing, searching
from streaming.remembering.database import FILE, is_busy, open_database, reason, transaction
from streaming.remembering.entries import (
    Entry,
    Erased,
    MemoryCounts,
    Note,
    Search,
    Selection,
)
from streaming.remembering.limits import IN_PROCESS, ON_DISK, MemoryLimits
from streaming.remembering.retention import Retention
from streaming.remembering.writing import write_notes
from vision.errors import ConfigError

log = logging.getLogger(__name__)

Clock = Callable[[], float]
"""Unix seconds."""

T = TypeVar("T")


class MemoryStore:
    """All memories of one server."""

    def __init__(
        self,
        database: sqlite3.Connection,
        folder: Path | None,
        limits: MemoryLimits,
        clock: Clock,
    ) -> None:
        """``open`` is the way to make one."""
        self.folder = folder
        "Where it is kept; None: nowhere but here."
        self.problem = ""
        "Why it is no longer kept in its folder, for people; empty while it is."
        self.counts = MemoryCounts()
        "What became of what was to be remembered."
        self._database = database
        self._limits = limits
        self._retention = Retention(limits)
        self._clock = clock

    @classmethod
    def open(
        cls,
        folder: Path | None = None,
        limits: MemoryLimits | None = None,
        clock: Clock = time.time,
        *,
        make: bool = True,
    ) -> Self:
        """Opens the memory in ``folder``, made where it is missing; None: in this process only.

        Args:
            folder: the operator's own; other processes may have it open too.
            limits: how much is kept.
            clock: Unix seconds.
            make: whether a memory that is not there is made.

        Raises:
            ConfigError: the folder or the file in it cannot be used.
        """
        chosen = limits or (IN_PROCESS if folder is None else ON_DISK)
        return cls(open_database(folder, make=make), folder, chosen, clock)

    def write(self, notes: Sequence[Note]) -> tuple[Note, ...]:
        """Writes all notes in one transaction; gives back those to be tried again later."""
        try:
            self._write(notes)
        except sqlite3.Error as error:
            if is_busy(error):
                return tuple(notes)
            self._go_on_without(error)
            self._write_or_drop(notes)
        return ()

    def search(self, search: Search) -> tuple[Entry, ...]:
        """The memories that are wanted, best first."""
        return self._ask(partial(searching.find, search=search)) or ()

    def picture(self, id_: int, session: str | None = None) -> bytes | None:
        """A JPEG; None where there is none of that number, or it is of another session's."""
        return self._ask(partial(searching.find_picture, id_=id_, session=session))

    def count(self, which: Selection) -> int:
        """How many memories ``erase`` would erase.

        Raises:
            ConfigError: the database failed.
        """
        try:
            return erasing.count(self._database, which)
        except sqlite3.Error as error:
            raise ConfigError(self._reason(error)) from error

    def erase(self, which: Selection) -> Erased:
        """Erases memories, from the files too, unless these have failed: `Erased.traces` tells.

        Raises:
            ConfigError: nothing was erased: another process is in the way, or the database failed.
        """
        try:
            erased = erasing.erase(self._database, which)
        except sqlite3.Error as error:
            raise ConfigError(self._reason(error)) from error
        return replace(erased, traces=erased.traces or bool(self.problem))

    def close(self) -> None:
        """Closes the database; its write-ahead log goes into the file."""
        self._database.close()

    def now(self) -> float:
        """Unix seconds by the store's clock."""
        return self._clock()

    def _write(self, notes: Sequence[Note]) -> None:
        now = self._clock()
        with transaction(self._database):
            refused = write_notes(self._database, notes, now)
            gone = self._retention.enforce(self._database, len(notes), now)
        self.counts = replace(
            self.counts,
            written=self.counts.written + len(notes),
            pictures_refused=self.counts.pictures_refused + refused,
            forgotten=self.counts.forgotten + gone,
        )

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T | None:
        try:
            return question(self._database)
        except sqlite3.Error as error:
            if is_busy(error):
                log.warning("memory: %s", self._reason(error))
            else:
                self._go_on_without(error)
            return None

    def _write_or_drop(self, notes: Sequence[Note]) -> None:
        try:
            self._write(notes)
        except sqlite3.Error:
            log.exception("the memory in this process failed; %d memories are lost", len(notes))
            self.counts = replace(self.counts, dropped=self.counts.dropped + len(notes))

    def _go_on_without(self, error: sqlite3.Error) -> None:
        """Leaves the failed database as it is; the next one is in this process."""
        why = self._reason(error)
        log.error("memory: %s. It goes on without the disk until the next start", why)
        self.problem = self.problem or why
        self.folder = None
        self._limits = self._limits.without_disk()
        self._retention = Retention(self._limits)
        failed, self._database = self._database, open_database(None)
        try:
            failed.close()
        except sqlite3.Error:
            log.debug("the failed memory did not close", exc_info=True)

    def _reason(self, error: sqlite3.Error) -> str:
        return reason(error, str(self.folder / FILE) if self.folder else "the memory")
