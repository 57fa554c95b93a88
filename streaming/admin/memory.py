"""Memory that this process and those that it started hold. Linux; elsewhere it is not known."""

from __future__ import annotations

import os
from pathlib import Path

_PROC = Path("/proc")
_MEGABYTE = 1e6

MOST_PROCESSES = 64
"""Processes that are looked at."""


def resident() -> tuple[float, float]:
    """Megabytes in memory: of this process, and of its children together; 0 where unknown.

    Pages that processes share count for each. Reads some dozen files: call it off the loop.
    """
    return _resident("self"), sum(_resident(child) for child in _children())


def _resident(process: str) -> float:
    try:
        pages = int((_PROC / process / "statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0.0
    return round(pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE, 1)


def _children() -> list[str]:
    """Ids of the processes that a thread of this one started."""
    found: list[str] = []
    for listing in _PROC.glob("self/task/*/children"):
        try:
            found += listing.read_text().split()
        except OSError:  # the thread has just ended
            continue
    return found[:MOST_PROCESSES]
