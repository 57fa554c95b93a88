"""A thread for a model that computes in this process: it gives way to the media path."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

NICENESS = 15
"""Of the thread, where the system has no idle class."""


def yielding_thread(name: str) -> ThreadPoolExecutor:
    """One thread in which a model is loaded and run, and all that its runtime starts from there.

    For native code only that lets go of the interpreter's lock: Python in such a thread holds the
    lock while others go first.
    """
    return ThreadPoolExecutor(1, name, initializer=_yield_to_media)


def _yield_to_media() -> None:
    """Lets every frame on its way through go first.

    On Linux a thread of the idle class is preempted the moment a frame's thread wakes; of a nice
    one the scheduler first lets a slice of some milliseconds run out, at each of a frame's ten or
    so changes of thread.
    """
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
