"""Medians and spreads over the rounds. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.measuring import Run


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over several runs."""

    median: float
    least: float
    most: float
    runs: int

    def __str__(self) -> str:
        return self.text("{:.0f}")

    def text(self, form: str) -> str:
        """The median, and what it lies between where there are several: ``50 (48–61)``."""
        middle = form.format(self.median)
        if self.runs < 2:
            return middle
        return f"{middle} ({form.format(self.least)}–{form.format(self.most)})"


def spread(values: Iterable[float | None]) -> Spread | None:
    """Of those that are there; None where none is."""
    there = [value for value in values if value is not None]
    if not there:
        return None
    return Spread(statistics.median(there), min(there), max(there), len(there))


def figure(runs: Sequence[Run], system: str, name: str) -> Spread | None:
    """One attribute of ``Run`` over the runs of one system."""
    return spread(getattr(run, name) for run in runs if run.system == system)


def ratio(runs: Sequence[Run], name: str, system: str, other: str) -> float | None:
    """Median of one system over that of another."""
    ours, theirs = figure(runs, system, name), figure(runs, other, name)
    if ours is None or theirs is None or theirs.median == 0:
        return None
    return ours.median / theirs.median
