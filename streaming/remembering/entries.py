"""What goes into memory, what comes out, and how to say which."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from vision.recollection import Kind, Memory
from vision.types import Box

MOST_TEXT = 2_000
"""Characters of one memory's text; the rest is cut off."""

MOST_RECALLED = 8
"""Memories that a question is answered from."""

MOST_THUMBNAIL = 64 << 10
"""Bytes of one thumbnail; a memory with a larger one is kept without it, and that is counted."""

Scope: TypeAlias = Literal["session", "store"]
"""Whose memories are recalled: those of the asking session, or of every session."""

NoteKey: TypeAlias = tuple[str, str]
"""Session and key: what a memory takes the place of."""


@dataclass(frozen=True, slots=True)
class Note:
    """A memory on its way into the store.

    Raises:
        ValueError: a time is not a finite number.
    """

    session: str
    "Whose it is."
    memory: Memory
    "What to remember."
    first: float
    "Unix seconds at which it was first seen."
    last: float
    "Unix seconds at which it was last seen."
    thumbnail: bytes | None = None
    "JPEG of the picture in which it was last seen. None: the one that is there stays."

    def __post_init__(self) -> None:
        if not (math.isfinite(self.first) and math.isfinite(self.last)):
            raise ValueError(f"a memory needs times, not {self.first} and {self.last}")

    @property
    def key(self) -> NoteKey:
        """What it takes the place of."""
        return self.session, self.memory.key

    @property
    def bytes(self) -> int:
        """What its picture takes."""
        return len(self.thumbnail or b"")

    def over(self, older: Note) -> Note:
        """This one after an older one of the same key, whose picture stays unless there is one."""
        return self if self.thumbnail else replace(self, thumbnail=older.thumbnail)


@dataclass(frozen=True, slots=True)
class Entry:
    """A memory as the store has it."""

    id: int
    "The store's own; never used again in it."
    session: str
    "Whose it is."
    kind: Kind
    "What it is."
    key: str
    "Its own within the session."
    text: str
    "What it is found by."
    first: float
    "Unix seconds at which it was first seen."
    last: float
    "Unix seconds at which it was last seen."
    box: Box | None
    "Where in the picture, when last seen."
    picture: int | None
    "Id of its thumbnail; never used for another picture."


@dataclass(frozen=True, slots=True)
class Search:
    """Which memories are wanted."""

    query: str = ""
    "A person's words, never read as anything else; blank: any memory, last seen first."
    any_word: bool = False
    "Where nothing has all the words: whether one of them will do, the best match first."
    session: str | None = None
    "Only of this session; None: of every one."
    kinds: Collection[Kind] = ()
    "Only of these kinds; empty: of every one."
    limit: int = 10
    "How many at most."


@dataclass(frozen=True, slots=True)
class Selection:
    """Which memories to erase: those that all of this is true of. As it is: all of them."""

    session: str | None = None
    "Only of this session."
    before: float = math.inf
    "Only those last seen before this moment, Unix seconds."


@dataclass(frozen=True, slots=True)
class Erased:
    """What erasing did."""

    count: int
    "How many memories are gone."
    traces: bool = False
    "Whether remains may be on the disk: somebody was reading it, or it had failed before."


@dataclass(frozen=True, slots=True)
class MemoryCounts:
    """What became of everything that was to be remembered."""

    written: int = 0
    "Notes that are in the store."
    merged: int = 0
    "Notes that a newer one replaced while they waited."
    dropped: int = 0
    "Notes that were lost: too many waited, or the store failed twice."
    pictures_refused: int = 0
    "Thumbnails over `MOST_THUMBNAIL`."
    forgotten: int = 0
    "Memories that made room or grew too old."
