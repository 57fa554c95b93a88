"""How late the event loop runs what is due: the health of everything that must not block it."""

from __future__ import annotations

import asyncio
import time

from streaming.stats import Latency

PROBE_INTERVAL = 0.02
"""Seconds between two probes; a block shorter than this may fall between them."""


class LoopLag:
    """Sleeps, and notes by how much each sleep was longer than asked."""

    def __init__(self) -> None:
        self.lag = Latency(samples=4096)
        self.worst = 0.0

    async def measure(self) -> None:
        """Probes until cancelled."""
        while True:
            due = time.monotonic() + PROBE_INTERVAL
            await asyncio.sleep(PROBE_INTERVAL)
            late = max(0.0, time.monotonic() - due)
            self.lag.add(late)
            self.worst = max(self.worst, late)
