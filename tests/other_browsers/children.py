"""Programs that a test starts, and ends."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

STOP_LIMIT = 15.0
"""Seconds that a program may take to end by itself."""


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str] | None = None, passed: Sequence[int] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """A program; what it says goes to nobody. ``passed`` are file descriptors that it gets."""
    silent = subprocess.DEVNULL
    process = subprocess.Popen(
        command, env=environment, stdout=silent, stderr=silent, pass_fds=passed
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
