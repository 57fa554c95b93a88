"""Whether a process that is late hangs, or just was not given a processor.

A detector gives way to everything else. On a machine that others keep busy it may get a hundredth
of a processor; to end and reload it then would cost more than it lost, again and again.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

FAIR_SHARE = 0.5
"""Of one processor: a process that wants more, and gets less, is starved."""

WANTING = ("R", "D")
"""States of a thread that gets on as soon as the machine lets it."""

STATE, USER_TICKS, SYSTEM_TICKS = 0, 11, 12
"""Fields of ``/proc/PID/task/TID/stat`` counted from behind the name, see proc_pid_stat(5)."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a process has done so far."""

    seconds: float
    "Processor time of all of its threads."
    wants: bool
    "Whether a thread of it runs, or waits for a processor or for a page from the disk."

    @classmethod
    def of(cls, pid: int) -> Effort:
        """At this moment; nothing where the process is gone or the system does not tell."""
        tasks = [_fields(path) for path in _tasks(pid)]
        if not tasks:
            return cls(0.0, wants=False)
        ticks = sum(int(task[USER_TICKS]) + int(task[SYSTEM_TICKS]) for task in tasks)
        return cls(ticks / os.sysconf("SC_CLK_TCK"), any(task[STATE] in WANTING for task in tasks))

    def starved_since(self, before: Effort, elapsed: float) -> bool:
        """Whether it wants a processor and got too little of one in ``elapsed`` seconds."""
        return self.wants and self.seconds - before.seconds < FAIR_SHARE * elapsed


def _tasks(pid: int) -> list[Path]:
    if sys.platform != "linux":
        return []
    with suppress(OSError):
        return [task / "stat" for task in Path(f"/proc/{pid}/task").iterdir()]
    return []


def _fields(path: Path) -> list[str]:
    """Of one thread; of one that has just ended, as though it slept and had done nothing."""
    with suppress(OSError):
        return path.read_text().rpartition(") ")[2].split()
    return ["S", *["0"] * SYSTEM_TICKS]
