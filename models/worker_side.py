"""What every worker process does: it joins its owner, ends with it, and gives way.

Started by ``models.worker_child`` as ``python -m MODULE SOCKET SLOT LIFELINE PIXELS GENTLY …``, the
first three being descriptors that it inherits.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.lifeline import end_with
from models.picture_slot import PictureSlot

NICENESS = 15
"""Where the system has no idle class."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What there is of the other side."""

    socket: socket.socket
    "Jobs come by it, replies go."
    slot: PictureSlot
    "Pictures lie in it."
    words: tuple[str, ...]
    "The rest of the command line."


def joined(arguments: Sequence[str]) -> Owner:
    """Begins as a worker; ``arguments`` are those of the command line."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # Ctrl+C reaches every process of a terminal; the owner decides when this one ends
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    talk, shared, lifeline, pixels, gently = map(int, arguments[:5])
    end_with(lifeline)
    if gently:
        give_way()
    slot = PictureSlot.inherited(shared, pixels)
    return Owner(socket.socket(fileno=talk), slot, tuple(arguments[5:]))


def give_way() -> None:
    """Lets everything else on the machine go first, the picture's way through above all.

    On Linux a thread of the idle class is preempted the moment a frame's thread wakes; of a nice
    one the scheduler first lets a slice of some milliseconds run out, at each of a frame's ten or
    so changes of thread. All threads that there are, for Linux knows both by thread: an inference
    runtime has started its own by the time that it is loaded.
    """
    for thread in _threads():
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, thread, NICENESS)
        with suppress(OSError, AttributeError):
            os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))


def _threads() -> list[int]:
    """Of this process; 0, which is all of it, where threads are not told apart."""
    if sys.platform != "linux":
        return [0]
    return [int(task.name) for task in Path("/proc/self/task").iterdir()]
