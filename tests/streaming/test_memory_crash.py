"""A process that is killed while it writes: nothing that it was told is in the store is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from streaming.remembering.entries import Search
from streaming.remembering.store import MemoryStore
from tests.streaming.memory_notes import assert_sound, opened
from tests.streaming.memory_victim import BATCH, CHANGING, END

ROOT = Path(__file__).parents[2]
ROUNDS = 30

Victims = subprocess.Popen[str]


@pytest.fixture
def victims(tmp_path: Path) -> Iterator[Victims]:
    command = [sys.executable, "-m", "tests.streaming.memory_victim", str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        _input(process).close()


def _input(process: Victims) -> IO[str]:
    assert process.stdin is not None
    return process.stdin


def _output(process: Victims) -> IO[str]:
    assert process.stdout is not None
    return process.stdout


def kill_while_writing(victims: Victims, session: str, *, lines: int, pause: float) -> int:
    """Kills a writer some time after that many batches; the last one that it was told is stored."""
    print(session, file=_input(victims), flush=True)
    output = _output(victims)
    pid = int(output.readline())
    told = [output.readline() for _ in range(lines)]
    time.sleep(pause)
    os.kill(pid, signal.SIGKILL)
    told += iter(output.readline, f"{END}\n")
    return max(int(line) for line in told if line.strip())


def stored(store: MemoryStore, session: str) -> dict[int, int]:
    """Notes of each batch that are in the store, each with its picture."""
    counts: dict[int, int] = {}
    for entry in store.search(Search(session=session, limit=1000)):
        number = int(entry.text.removeprefix("thing number"))
        counts[number] = counts.get(number, 0) + 1
        assert entry.picture is not None
        assert store.picture(entry.picture) == number.to_bytes(4, "big") * 2_000
    return counts


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_killed_at_any_moment_it_is_sound_and_has_all_it_said(
    tmp_path: Path, victims: Victims
) -> None:
    chance = random.Random(8)
    for number in range(ROUNDS):
        session = f"round {number}"
        lines, pause = chance.randrange(1, 30), chance.random() * 0.02
        last = kill_while_writing(victims, session, lines=lines, pause=pause)
        assert_sound(tmp_path)
        store = opened(tmp_path)
        counts = stored(store, session)
        store.close()
        newest = max(counts)
        assert last <= newest <= last + 1
        assert counts.keys() == set(range(min(counts), newest + 1))
        assert counts.pop(newest) == BATCH
        if min(counts, default=0):  # retention has begun with the oldest batch
            counts.pop(min(counts))
        assert set(counts.values()) <= {BATCH - CHANGING}
