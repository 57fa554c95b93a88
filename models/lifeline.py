"""A process that ends with the one that started it, whatever either is doing.

The owner holds the writing end of a pipe into which nothing is ever written. When the owner is
gone, by ``kill -9`` too, the kernel closes that end and signals whoever reads; unhandled, the
signal ends the process. No thread has to run for that, so it works on a process that hangs in
native code as well; and it hangs on the process that started it, not on a thread of it. (So on
Linux. Where the signal is ignored by default, a worker ends when it next hears or answers.)
"""

from __future__ import annotations

import fcntl
import os
import select
import signal


def end_with(lifeline: int) -> None:
    """From here on this process ends when the other end of the pipe is closed."""
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
    fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
    poll = select.poll()  # unlike select.select it takes a descriptor beyond 1023
    poll.register(lifeline, select.POLLIN)
    if poll.poll(0):  # it was closed before
        raise SystemExit(0)
