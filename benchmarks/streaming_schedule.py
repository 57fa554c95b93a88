"""When a detector would have answered: the engine's rule, played through in simulated time.

The rule is that of ``streaming.engine``: one frame at a time, the newest that waits, and never two
within the shortest interval. Times are seconds of media time as the server sees it: a frame may be
taken at its own time, and what came before a frame's time can be drawn on it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

MAX_HZ = 10.0
"Detections a second of one session, as the server ships."

RECORDED = tuple(
    milliseconds / 1e3
    for milliseconds in (
        *(59, 57, 35, 45, 34, 22, 21, 25, 24, 25, 28, 26, 20, 25, 48, 35),
        *(24, 23, 21, 17, 21, 26, 18, 23, 22, 23, 23, 26, 28, 27, 23),
    )
)
"""Seconds that the shipped detector took in three seconds of the sample, one frame after another,
on two cores that two other processes kept busy for a third of the time."""
SLOWED = tuple(3 * seconds for seconds in RECORDED)
"The same on a machine three times as slow."

SAME_MOMENT = 1e-9
"Seconds apart that count as at once: frame times are sums of floats."


@dataclass(frozen=True, slots=True)
class Detected:
    """One run of the detector."""

    frame: int
    "Index of the frame that it looked at."
    done: float
    "When its result was there, seconds."


def schedule(
    times: Sequence[float], latencies: Sequence[float], max_hz: float = MAX_HZ
) -> list[Detected]:
    """The runs of a detector over frames that come at ``times``, ascending.

    Args:
        times: when each frame can be taken.
        latencies: seconds that the runs take, over and over.
        max_hz: at most so many runs a second; 0 means no bound.
    """
    return list(_runs(times, cycle(latencies), 1 / max_hz if max_hz else 0.0))


def _runs(
    times: Sequence[float], latencies: Iterator[float], interval: float
) -> Iterator[Detected]:
    free = due = -float("inf")
    untaken = 0
    while untaken < len(times):
        now = max(free, due, times[untaken])
        newest = bisect_right(times, now + SAME_MOMENT) - 1
        free, due, untaken = now + next(latencies), now + interval, newest + 1
        yield Detected(newest, free)
