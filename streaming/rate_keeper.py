"""Keeps a detector at the wanted rate by choosing among its input sizes. Sans-IO, without a clock.

The sizes are rungs, counted from 0: the best and slowest first. Driving contract: ``detected``
after every detection, with how long it kept the detector busy, how many detections a second
everyone together wants, and the time; it gives the rung for the next one. A detection that failed
says nothing of how fast the detector is, and is not told.

Down quickly, up cautiously: a rate that is missed for ``down_after`` costs a rung; one is won back
when even the higher rung would have left headroom for ``up_after``. An upward move that soon had to
be taken back, though no more was wanted, was a mistake: each doubles the wait for the next try, and
each move that held halves it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeeperConfig:
    """When to move."""

    down_after: float = 2.0
    "Seconds that the rate has to be missed."
    up_after: float = 10.0
    "Seconds that the higher rung would have to have had headroom, at the least."
    longest_up_after: float = 320.0
    "The same at the most, however many mistakes there were."
    headroom: float = 0.25
    "Part of the detector's time that has to be left over on the higher rung."
    proved_after: float = 30.0
    "Seconds for which an upward move has to hold, not to be a mistake."
    growth: float = 1.05
    "Times what was wanted at an upward move; beyond, taking it back is no mistake."
    smoothing: float = 0.2
    "Weight of the newest detection in the mean of their times."
    settled_after: int = 5
    "Detections on a rung after which their mean is compared with that of the rung before."
    least_ratio: float = 1.1
    "Times as long as the next lower rung that a rung takes at least: the two were not measured"
    " at one moment, and the machine may have been busier at one of them."
    usual_ratio: float = 1.4
    "The same where nothing was measured. Rather too little: a rung tried in vain is soon left, but"
    " one that is never tried is never measured."
    largest_ratio: float = 1.8
    "Times beyond which it was not the rung that made the difference, but the machine."
    longest_gap: float = 5.0
    "Seconds without a detection after which what went before says nothing any more."


class RateKeeper:
    """Chooses the rung of one detector that all sessions share."""

    def __init__(self, rungs: int = 1, config: KeeperConfig | None = None) -> None:
        """``rungs`` is how many there are; with one there is nothing to choose.

        Raises:
            ValueError: there is none.
        """
        if rungs < 1:
            raise ValueError("a detector has at least one input size")
        self.rung = 0
        "The rung for the next detection."
        self._config = config or KeeperConfig()
        self._ratios = [self._config.usual_ratio] * rungs
        self._left: tuple[int, float] | None = None
        self._up_after = self._config.up_after
        self._climb: tuple[float, float] | None = None
        self._last = -math.inf
        self._mean, self._count = 0.0, 0
        self._short_since = self._roomy_since = math.inf

    def detected(self, seconds: float, wanted: float, now: float) -> int:
        """Takes in one detection on the current rung; gives the rung for the next.

        Args:
            seconds: for which it kept the detector from anything else.
            wanted: detections a second, of all sessions together.
            now: seconds, of any clock that never goes back.
        """
        if now - seconds - self._last > self._config.longest_gap:
            self._short_since = self._roomy_since = math.inf
        self._last = now
        self._measure(seconds)
        self._watch(wanted * self._mean, now)
        self._prove(now)
        if self.rung + 1 < len(self._ratios) and now - self._short_since >= self._config.down_after:
            self._learn_from(wanted)
            self._move(self.rung + 1)
        elif now - self._roomy_since >= self._up_after:
            self._climb = (now, wanted)
            self._move(self.rung - 1)
        return self.rung

    def _measure(self, seconds: float) -> None:
        self._count += 1
        weight = max(self._config.smoothing, 1 / self._count)
        self._mean += weight * (seconds - self._mean)
        if self._left is not None and self._count >= self._config.settled_after:
            self._compare(*self._left)
            self._left = None

    def _compare(self, left: int, mean: float) -> None:
        """Learns how many times as long the slower one of two neighbouring rungs takes.

        What is beyond belief is not kept: where a rung is left when a busy machine grows quiet,
        it would bar the way back up for as long as that rung is not left again.
        """
        slow, fast = (mean, self._mean) if left < self.rung else (self._mean, mean)
        if slow <= fast * self._config.largest_ratio:
            ratio = slow / fast if fast > 0 else self._config.usual_ratio
            self._ratios[max(left, self.rung)] = max(ratio, self._config.least_ratio)

    def _watch(self, load: float, now: float) -> None:
        """``load`` is the part of its time that the detector needs for what is wanted."""
        above = load * self._ratios[self.rung] if self.rung else math.inf
        self._short_since = min(self._short_since, now) if load > 1 else math.inf
        roomy = above <= 1 - self._config.headroom
        self._roomy_since = min(self._roomy_since, now) if roomy else math.inf

    def _prove(self, now: float) -> None:
        """An upward move that has held for long enough was right."""
        if self._climb is not None and now - self._climb[0] >= self._config.proved_after:
            self._climb = None
            self._up_after = max(self._config.up_after, self._up_after / 2)

    def _learn_from(self, wanted: float) -> None:
        """A downward move soon after an upward one: was that a mistake?"""
        if self._climb is not None and wanted <= self._climb[1] * self._config.growth:
            self._up_after = min(self._config.longest_up_after, self._up_after * 2)
        self._climb = None

    def _move(self, rung: int) -> None:
        self._left = (self.rung, self._mean)
        self.rung = rung
        self._mean, self._count = 0.0, 0
        self._short_since = self._roomy_since = math.inf
