"""Figures about the stages: sliding windows of latencies, rates and counts, all bounded."""

from __future__ import annotations

from collections import Counter, deque

import numpy as np

from streaming.wire import Percentiles

WINDOW = 256
"""Samples kept per latency."""

RATE_SECONDS = 2.0
"""Span over which a rate is counted."""

MAX_RATE_SAMPLES = 512
"""A rate above MAX_RATE_SAMPLES / RATE_SECONDS reads as that."""


class Latency:
    """The last ``WINDOW`` durations of one stage."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=WINDOW)

    def add(self, seconds: float) -> None:
        """Notes one duration."""
        self._seconds.append(seconds)

    @property
    def values(self) -> tuple[float, ...]:
        """The durations in seconds, the oldest first."""
        return tuple(self._seconds)

    def percentile(self, *percent: float) -> tuple[float, ...]:
        """Percentiles in milliseconds, 0 where nothing was measured."""
        if not self._seconds:
            return (0.0,) * len(percent)
        values = np.percentile(np.array(self._seconds), percent) * 1e3
        return tuple(round(float(value), 2) for value in values)

    def summary(self) -> Percentiles:
        """The median and the 95th percentile."""
        return Percentiles(*self.percentile(50, 95))


class Rate:
    """Events a second over the last ``RATE_SECONDS``."""

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=MAX_RATE_SAMPLES)

    def add(self, now: float) -> None:
        """Notes one event."""
        self._times.append(now)

    def per_second(self, now: float) -> float:
        """How often it happened lately."""
        while self._times and now - self._times[0] > RATE_SECONDS:
            self._times.popleft()
        return round(len(self._times) / RATE_SECONDS, 1)


class SessionStats:
    """What one session measures of itself."""

    STAGES = ("decode", "look", "encode", "detect", "detect_age", "server")
    RATES = ("in", "out", "detect")

    def __init__(self) -> None:
        self.stages = {name: Latency() for name in self.STAGES}
        self.rates = {name: Rate() for name in self.RATES}
        self.drops: Counter[str] = Counter()
        self.frames: Counter[str] = Counter()

    def tick(self, rate: str, now: float) -> None:
        """Counts one frame at one place."""
        self.rates[rate].add(now)
        self.frames[rate] += 1

    def summaries(self) -> dict[str, Percentiles]:
        """Per stage, its latency in milliseconds."""
        return {name: latency.summary() for name, latency in self.stages.items()}

    def per_second(self, now: float) -> dict[str, float]:
        """Per place, frames a second."""
        return {name: rate.per_second(now) for name, rate in self.rates.items()}
