"""Takes one sample a second of the whole server, for the operator's plots."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from streaming.admin.history import INTERVAL, History, Pair, Sample
from streaming.admin.memory import resident

if TYPE_CHECKING:
    from streaming.server import Server

log = logging.getLogger(__name__)

READING = "read"
"""The stage of the text reader, which is the server's and no session's."""

Durations = dict[str, list[float]]
"""Per stage, seconds."""


class Sampler:
    """Looks at a server until cancelled. What takes long is done off the loop."""

    def __init__(self, server: Server) -> None:
        self.history = History()
        self._server = server
        self._dropped: dict[str, Mapping[str, int]] = {}
        "Per session, what it had dropped by the last sample."

    async def run(self) -> None:
        """Samples until cancelled; a fault ends the plots, and nothing else."""
        try:
            while True:
                await asyncio.sleep(INTERVAL)
                self.history.add(await self.sample())
        except Exception:
            log.exception("the operator's figures are not taken any more")

    async def sample(self) -> Sample:
        """The figures of this moment."""
        server, now = self._server, time.monotonic()
        sessions = [entry.session for entry in server.sessions.all()]
        durations = self._durations()
        rates: dict[str, float] = {}
        for session in sessions:
            for place, rate in session.stats.per_second(now).items():
                rates[place] = round(rates.get(place, 0.0) + rate, 1)
        drops = self._newly_dropped()
        lag = server.loop_lag.recent.values
        stages, memory = await asyncio.to_thread(lambda: (summaries(durations), resident()))
        return Sample(
            at=now,
            sessions=len(sessions),
            stages=stages,
            rates=rates,
            drops=drops,
            lag=pair(lag),
            memory=memory,
            degradation=server.engine.degradation if server.engine else 0,
        )

    def _durations(self) -> Durations:
        """What every stage took lately, all sessions together."""
        found: Durations = {}
        for entry in self._server.sessions.all():
            for name, latency in entry.session.stats.stages.items():
                found.setdefault(name, []).extend(latency.values)
        reader = self._server.faculties.reader if self._server.faculties else None
        if reader is not None:
            found[READING] = list(reader.latency.values)
        return found

    def _newly_dropped(self) -> dict[str, int]:
        before, sessions = self._dropped, self._server.sessions
        # Who is away may come back, and what was counted is not to be counted again.
        self._dropped = {name: was for name, was in before.items() if sessions.get(name)}
        newly: Counter[str] = Counter()
        for entry in sessions.all():
            name, drops = entry.session.identity.session, entry.session.dropped()
            self._dropped[name] = drops
            newly.update(Counter(drops) - Counter(before.get(name, {})))
        return dict(newly)


def summaries(durations: Durations) -> dict[str, Pair]:
    """Median and 95th percentile of each stage that has any."""
    return {name: pair(values) for name, values in durations.items() if values}


def pair(values: list[float] | tuple[float, ...]) -> Pair:
    """Median and 95th percentile of seconds, in milliseconds; 0 of nothing."""
    if not values:
        return (0.0, 0.0)
    fifty, high = np.percentile(np.array(values), (50, 95)) * 1e3
    return (round(float(fifty), 2), round(float(high), 2))
