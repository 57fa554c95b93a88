"""How long a detector takes on this machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vision.picture import Picture
from vision.ports import Detector

Clock = Callable[[], float]

WARM_UP_RUNS = 2
"""Not counted: buffers are made, frequencies rise."""

FEWEST_RUNS = 3
"""Counted in any case, however long they take."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Of one detection, in seconds."""

    p50: float
    p95: float
    runs: int
    "That were counted."

    @property
    def hz(self) -> float:
        """Detections a second, one after another."""
        return 1 / self.p50


def timed(
    detector: Detector,
    pictures: Sequence[Picture],
    seconds: float,
    clock: Clock = time.perf_counter,
) -> Speed:
    """Detects in the pictures, in turn, for about so many seconds.

    Args:
        detector: in this thread.
        pictures: at least one.
        seconds: of wall time; a run that has begun is finished, and `FEWEST_RUNS` are.
        clock: seconds.
    """
    for number in range(WARM_UP_RUNS):
        detector.detect(pictures[number % len(pictures)])
    taken: list[float] = []
    while len(taken) < FEWEST_RUNS or sum(taken) < seconds:
        began = clock()
        detector.detect(pictures[len(taken) % len(pictures)])
        taken.append(clock() - began)
    p50, p95 = np.percentile(taken, (50, 95))
    return Speed(float(p50), float(p95), len(taken))
