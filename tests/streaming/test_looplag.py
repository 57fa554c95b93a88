from __future__ import annotations

import asyncio
import time

from streaming.looplag import BOUNDS, LoopLag


async def test_a_blocked_loop_is_noticed() -> None:
    lag = LoopLag()
    probe = asyncio.create_task(lag.measure())
    await asyncio.sleep(0.1)
    time.sleep(0.25)  # noqa: ASYNC251 - what must never happen
    await asyncio.sleep(0.1)
    probe.cancel()
    late = sum(lag.counts[BOUNDS.index(0.2) :])
    assert late >= 1
    assert lag.total > 0.2


def test_probes_are_counted_by_how_late_they_were() -> None:
    lag = LoopLag()
    for late in (0.0, 0.0005, 0.015, 9.0):
        lag.note(late)
    assert lag.counts[0] == 2
    assert lag.counts[BOUNDS.index(0.02)] == 1
    assert lag.counts[-1] == 1
    assert sum(lag.counts) == 4
