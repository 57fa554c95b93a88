"""Scales of a plot: where a value lies, and which values are named. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

ROUND = (1, 2, 2.5, 5, 10)
"""Steps between named values, times a power of ten."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a panel."""

    label: str
    "With the unit."
    least: float
    most: float
    log: bool = False
    "Whether equal distances are equal ratios; then ``least`` is above 0."

    def __post_init__(self) -> None:
        if not self.least < self.most or (self.log and self.least <= 0):
            raise ValueError(f"not an axis: from {self.least} to {self.most}")

    def place(self, value: float) -> float:
        """0 at the least, 1 at the most; values beyond are held at the ends."""
        if self.log:
            value = math.log(max(value, self.least) / self.least)
            return min(1.0, value / math.log(self.most / self.least))
        return min(1.0, max(0.0, (value - self.least) / (self.most - self.least)))

    def ticks(self, about: int = 5) -> list[float]:
        """Round values within the axis, about so many."""
        return self._decades(about) if self.log else self._steps(about)

    def _steps(self, about: int) -> list[float]:
        step = nice_step((self.most - self.least) / about)
        first, last = math.ceil(self.least / step - 1e-9), math.floor(self.most / step + 1e-9)
        return [count * step for count in range(first, last + 1)]

    def _decades(self, about: int) -> list[float]:
        low, high = math.floor(math.log10(self.least)), math.ceil(math.log10(self.most))
        for within in ((1, 2, 5), (1, 3), (1,)):
            found = [
                digit * 10.0**power
                for power in range(low, high + 1)
                for digit in within
                if self.least <= digit * 10.0**power <= self.most
            ]
            if len(found) <= about + 3:
                break
        return found


def nice_step(wanted: float) -> float:
    """The round step that is at least as large as the wanted one."""
    power = 10.0 ** math.floor(math.log10(wanted))
    return next(each * power for each in ROUND if each * power >= wanted * (1 - 1e-9))


def linear(label: str, values: Iterable[float], *, zero: bool = True) -> Axis:
    """An axis that holds all values, with round ends."""
    held = [*values, *([0.0] if zero else [])]
    least, most = min(held, default=0.0), max(held, default=1.0)
    if most - least < 1e-9:
        room = max(abs(most) * 0.05, 0.5)
        least, most = (least if zero and least == 0 else least - room), most + room
    step = nice_step((most - least) / 4)
    return Axis(label, math.floor(least / step) * step, math.ceil(most / step) * step)


def logarithmic(label: str, values: Sequence[float]) -> Axis:
    """An axis of ratios that holds all values above 0."""
    held = [value for value in values if value > 0] or [1.0, 10.0]
    return Axis(label, min(held) / 1.3, max(held) * 1.3, log=True)


def named(value: float) -> str:
    """A tick's text: ``0.2``, ``50``, ``10,000``."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:g}"
