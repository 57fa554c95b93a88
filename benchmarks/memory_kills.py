"""A server that is killed: how much of what was seen just before is lost, and is the file sound?

    python benchmarks/memory_kills.py [--rounds 20]

A process remembers two hundred things a second as a server does (through the keeper, from its event
loop, on a disk) and is killed with SIGKILL at a random moment. Read are the time from the newest
thing in the store to the newest that was remembered, and SQLite's own check of the file.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from streaming.remembering.database import FILE
from streaming.remembering.entries import Search
from streaming.remembering.keeper import MemoryKeeper
from streaming.remembering.store import MemoryStore
from vision.recollection import Memory
from vision.types import Seconds

EVERY = 0.005
"""Seconds between two memories."""

LONGEST_LOSS = 1.0
"""Seconds."""


async def remember_until_killed(folder: Path, session: str) -> None:
    """The victim: prints when it remembered each thing, on the clock that all processes share."""
    keeper = await MemoryKeeper.open(folder)
    for number in itertools.count():
        now = time.time()
        memory = Memory("object", f"object:{number}", "red cup", Seconds(0), Seconds(0))
        jpeg = random.randbytes(12_000)
        keeper.remember(session, memory, first_wall=now, last_wall=now, thumbnail=jpeg)
        print(now, flush=True)
        await asyncio.sleep(EVERY)


def kill_one(folder: Path, session: str, seconds: float) -> float:
    """Unix seconds of the last thing that a victim remembered before it was killed."""
    command = [sys.executable, __file__, "--victim", session, "--folder", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as victim:
        assert victim.stdout is not None
        first = victim.stdout.readline()
        time.sleep(seconds)
        victim.kill()
        lines = [first, *victim.stdout.read().splitlines(keepends=True)]
    return float([line for line in lines if line.endswith("\n")][-1])


def sound(folder: Path) -> bool:
    """Whether SQLite finds no fault in tables and index."""
    connection = sqlite3.connect(folder / FILE, isolation_level=None)
    connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    verdict = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()
    return verdict == [("ok",)]


def newest(folder: Path, session: str) -> float:
    """Unix seconds of the newest thing of a session that is in the store."""
    store = MemoryStore.open(folder)
    found = store.search(Search(session=session, limit=1))
    store.close()
    return found[0].last if found else 0.0


def main() -> int:
    options = _options()
    if options.victim:
        asyncio.run(remember_until_killed(options.folder, options.victim))
    losses, faults = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(options.rounds):
            session = f"round {number}"
            last = kill_one(folder, session, random.uniform(1.0, 3.0))
            faults += not sound(folder)
            losses.append(last - newest(folder, session))
    p50, p95 = np.percentile(losses, (50, 95))
    print(f"{options.rounds} kills, {faults} files with faults")
    print(f"lost: p50 {p50:.2f} s, p95 {p95:.2f} s, at most {max(losses):.2f} s")
    return 0 if not faults and max(losses) <= LONGEST_LOSS else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What a killed server forgets.")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--victim", metavar="SESSION", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
