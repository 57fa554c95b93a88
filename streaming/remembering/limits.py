"""How much is remembered, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, replace

MOST_ENTRIES = 30_000
"""Memories in one store, whatever the operator asks for: searching them stays below 50 ms."""

LEAST_BYTES = 1 << 20
"""Of a store: the empty tables, and a few pictures."""

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class MemoryLimits:
    """Bounds of a store; the oldest memories make room.

    Raises:
        ValueError: a limit is out of range.
    """

    seconds: float = 30 * DAY
    "How long after it was last seen a thing is forgotten."
    bytes: int = 512 << 20
    "Size of the database, without its write-ahead log of a few MiB."
    entries: int = MOST_ENTRIES
    "Memories, `MOST_ENTRIES` at most."

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError("memories are kept for more than 0 seconds")
        if self.bytes < LEAST_BYTES:
            raise ValueError(f"a memory takes {LEAST_BYTES} bytes at least")
        if not 0 < self.entries <= MOST_ENTRIES:
            raise ValueError(f"a memory holds between 1 and {MOST_ENTRIES} entries")

    def without_disk(self) -> MemoryLimits:
        """The same, but no more than may be held in this process."""
        return replace(self, bytes=min(self.bytes, IN_PROCESS_BYTES))


IN_PROCESS_BYTES = 32 << 20
"""Bound on the bytes of a store that is not on a disk."""

ON_DISK = MemoryLimits()
"""What a folder holds unless the operator says otherwise."""

IN_PROCESS = MemoryLimits(seconds=DAY, bytes=IN_PROCESS_BYTES)
"""What is held without a folder."""
