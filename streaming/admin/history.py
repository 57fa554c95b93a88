"""The figures of the last minutes, one sample a second: a bounded ring, in memory only."""

from __future__ import annotations

from collections import deque
from itertools import dropwhile

import msgspec

INTERVAL = 1.0
"""Seconds between two samples."""

SPAN = 15 * 60.0
"""Seconds that are kept."""

MOST_SAMPLES = round(SPAN / INTERVAL)

Pair = tuple[float, float]
"""The median and the 95th percentile, in milliseconds."""


class Sample(msgspec.Struct, frozen=True):
    """The server's figures of one moment."""

    at: float
    "Monotonic seconds."
    sessions: int
    stages: dict[str, Pair]
    "Per stage that was measured, over the newest of all sessions' durations."
    rates: dict[str, float]
    "Frames a second of all sessions together: ``in``, ``out``, ``detect``."
    drops: dict[str, int]
    "Since the sample before, by place, of all sessions together."
    lag: Pair
    "Lateness of the event loop over the last seconds."
    memory: Pair
    "Megabytes: of this process, and of those that it started."
    degradation: int
    "Steps that the detector's input is below its best."


class History:
    """The newest ``MOST_SAMPLES`` samples."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=MOST_SAMPLES)

    def __len__(self) -> int:
        return len(self._samples)

    def add(self, sample: Sample) -> None:
        """Takes in one, later than all before."""
        self._samples.append(sample)

    def after(self, at: float) -> tuple[Sample, ...]:
        """The samples taken later than that, in their order."""
        return tuple(dropwhile(lambda sample: sample.at <= at, self._samples))
