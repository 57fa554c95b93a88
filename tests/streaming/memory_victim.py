"""Processes that remember as fast as they can, one after the other, until they are killed.

    python -m tests.streaming.memory_victim FOLDER

For each name on its standard input it forks a process that writes as a session of that name: the
first line is that process's id, each one after it the number of a batch that it was told is in
the store, ``END`` the last. Forking spares the imports, which take longer than the writing.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from pathlib import Path

from streaming.remembering.entries import Note
from streaming.remembering.limits import LEAST_BYTES, MemoryLimits
from streaming.remembering.store import MemoryStore
from tests.streaming.memory_notes import note

BATCH = 5
"Notes of one transaction: all of them are there, or none."

CHANGING = 3
"Notes of a batch that take the place of the batch before."

END = "end"


def batch(session: str, number: int) -> list[Note]:
    """Some things that are new, and some that were seen again."""
    now = time.time()
    jpeg = number.to_bytes(4, "big") * 2_000
    names = [f"object:{n}" if n < CHANGING else f"object:{number}-{n}" for n in range(BATCH)]
    return [
        note(f"thing number{number}", now, key=key, session=session, thumbnail=jpeg)
        for key in names
    ]


def write(folder: Path, session: str) -> None:
    """Never returns."""
    print(os.getpid(), flush=True)
    store = MemoryStore.open(folder, MemoryLimits(bytes=2 * LEAST_BYTES))
    for number in itertools.count():
        assert store.write(batch(session, number)) == ()
        print(number, flush=True)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            write(Path(sys.argv[1]), line.strip())
        os.waitpid(child, 0)
        print(f"\n{END}", flush=True)


if __name__ == "__main__":
    main()
