"""How late the event loop runs what is due: the health of everything that must not block it."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left

from streaming.stats import Latency

PROBE_INTERVAL = 0.02
"""Seconds between two probes; a block shorter than this may fall between them."""

BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Seconds: upper bounds of the histogram's buckets; one more is open above."""


class LoopLag:
    """Sleeps, and notes by how much each sleep was longer than asked."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        "Probes per bucket since the start."
        self.total = 0.0
        "Seconds of lateness, all probes together."
        self.recent = Latency()
        "The lateness of the newest probes, some five seconds of them."

    async def measure(self) -> None:
        """Probes until cancelled."""
        while True:
            due = time.monotonic() + PROBE_INTERVAL
            await asyncio.sleep(PROBE_INTERVAL)
            self.note(max(0.0, time.monotonic() - due))

    def note(self, late: float) -> None:
        """Counts one probe that was so many seconds late."""
        self.counts[bisect_left(BOUNDS, late)] += 1
        self.total += late
        self.recent.add(late)
