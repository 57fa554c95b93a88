"""What a soak reads each minute, and whether it stayed flat. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from scipy.stats import theilslopes
from stolen import is_calm

from bench.axes import linear
from bench.chart import Line, Panel, Place, lines_figure

WARM_UP_MINUTES = 5
"""Left out of the verdict: pools, caches and the scene's own bounds fill."""

LEAST_MINUTES = 5
"""After the warm-up; there is no slope worth the name from fewer."""

MOST_RSS_GROWTH = 0.03
"""Part of the resident size by which it may grow over the soak."""

MOST_MORE = 1.0
"""Threads, descriptors or tasks by which their number may grow over the soak."""

MOST_DRIFT_MS = 5.0
"""By which the latency may grow over the soak."""

MOST_SLOWER = 0.1
"""Part of frames or detections a second that may be lost over the soak."""

MOST_LAG_MS = 20.0
"""Loop lag p99, median over the minutes."""


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute's reading; None where it could not be taken."""

    minute: int
    rss_mib: float | None
    "Of the server and its child processes."
    threads: float | None
    "The same."
    descriptors: float | None
    "The same."
    tasks: float | None
    "On the server's event loop."
    mean: float | None
    "Glass to glass, trimmed mean, ms: finer than a screen's steps."
    p50: float | None
    p95: float | None
    fps: float | None
    detect_hz: float | None
    lag_p99: float | None
    "Milliseconds."
    stolen: float | None = None
    "Part of the processor time that was wanted and that neighbours of this machine took."
    reopened: int = 0
    "Times that the stream has had to be opened again, so far."


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must not grow."""

    name: str
    value: float
    "As judged: growth over the soak, or a level."
    bound: float
    holds: bool

    def __str__(self) -> str:
        said = "ok  " if self.holds else "FAIL"
        return f"{said} {self.name}: {self.value:+.3g} ({self.bound:g} allowed)"


def verdict(minutes: Sequence[Minute]) -> list[Check]:
    """All checks over the minutes after the warm-up; none if there are too few.

    Those of time are over calm minutes, and left out if there are too few of them.
    """
    kept = [each for each in minutes if each.minute >= WARM_UP_MINUTES]
    if len(kept) < LEAST_MINUTES:
        return []
    calm_ones = [each for each in kept if calm(each)]

    def check(
        name: str,
        field: str,
        bound: float,
        judge: Callable[[Sequence[Place]], float],
        judged: Sequence[Minute] = kept,
    ) -> Check | None:
        points = series(judged, field)
        if len(points) < LEAST_MINUTES:
            return None
        value = judge(points)
        return Check(name, value, bound, value <= bound)

    found = (
        check("resident size, part grown", "rss_mib", MOST_RSS_GROWTH, grown_part),
        check("threads grown", "threads", MOST_MORE, growth),
        check("descriptors grown", "descriptors", MOST_MORE, growth),
        check("tasks grown", "tasks", MOST_MORE, growth),
        check("latency grown, ms", "mean", MOST_DRIFT_MS, growth, calm_ones),
        check("frames a second, part lost", "fps", MOST_SLOWER, lost_part, calm_ones),
        check("detections a second, part lost", "detect_hz", MOST_SLOWER, lost_part, calm_ones),
        check("loop lag p99, ms", "lag_p99", MOST_LAG_MS, level, calm_ones),
    )
    return [each for each in found if each is not None]


def calm(minute: Minute) -> bool:
    """Whether the server can be judged by its latencies in that minute."""
    return is_calm(minute.stolen)


def series(minutes: Sequence[Minute], field: str) -> list[Place]:
    """(Minute, value) of one field, where it was read."""
    read = [(float(each.minute), getattr(each, field)) for each in minutes]
    return [(minute, float(value)) for minute, value in read if value is not None]


def growth(points: Sequence[Place]) -> float:
    """From the first minute to the last along the median of all slopes between two minutes.

    Sen, "Estimates of the Regression Coefficient Based on Kendall's Tau", JASA 1968: a single bad
    minute does not move it.
    """
    minutes, values = zip(*points, strict=True)
    slope = theilslopes(values, minutes).slope
    return float(slope) * (minutes[-1] - minutes[0])


def judged_by_latency(checks: Sequence[Check]) -> bool:
    """Whether there were calm minutes enough for a verdict on time."""
    return any(check.name.startswith("latency") for check in checks)


def level(points: Sequence[Place]) -> float:
    """The median."""
    return statistics.median(value for _, value in points)


def grown_part(points: Sequence[Place]) -> float:
    """Growth as a part of the level."""
    return growth(points) / level(points)


def lost_part(points: Sequence[Place]) -> float:
    """The opposite of growth, as a part of the level."""
    return -grown_part(points) if level(points) else 1.0


PANELS = {
    "rss_mib": "Resident size, MiB",
    "threads": "Threads",
    "descriptors": "Descriptors",
    "tasks": "Tasks on the loop",
    "mean": "Glass to glass, trimmed mean, ms",
    "p95": "Glass to glass p95, ms",
    "fps": "Frames back, /s",
    "detect_hz": "Detections, Hz",
    "lag_p99": "Loop lag p99, ms",
    "stolen": "Processor time that neighbours took, 0 to 1",
}
assert set(PANELS) <= {field.name for field in fields(Minute)}


def plot(minutes: Sequence[Minute]) -> str:
    """Small multiples against time, as SVG."""
    panels = []
    for field, title in PANELS.items():
        points = series(minutes, field)
        if points:
            x = linear("minutes", [each.minute for each in minutes])
            y = linear("", [value for _, value in points])
            panels.append(Panel(title, x, y, [Line("", [points], solid=True)]))
    return lines_figure("One stream over time", panels, columns=3, size=(300, 190), labels=0)
