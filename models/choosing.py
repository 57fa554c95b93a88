"""``--detector auto``: the best detector present that is fast enough on this machine.

Candidates are tried from the cheapest to the dearest, so that each says what the next will take,
and what would be too slow is neither loaded nor run. Being fast enough is having time to spare: a
detector that takes all of a frame's time leaves none for decoding, drawing and encoding.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from models.timing import FEWEST_RUNS, WARM_UP_RUNS, Clock, Speed
from vision.errors import ModelError

D = TypeVar("D")

TIME_LIMIT = 3.0
"""Seconds that choosing may take: no candidate is begun that is expected to end later."""

SPARE = 0.5
"""Part of the time between two detections that one of them may take."""

BEYOND = 1.5
"""A candidate that is expected to take so many times what is allowed is not tried: expectations
from another network are rough."""

RUNS = WARM_UP_RUNS + FEWEST_RUNS
"""Of a candidate at least, when it is measured."""

NOTHING_BETTER = "no better one is here"

LOADING = 0.04
"""Seconds that loading takes for each megabyte, as is expected before the first was loaded."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A detector that could be loaded."""

    name: str
    ap: float
    "On COCO val2017, as its authors report it."
    cost: float
    "Of one detection, in any unit: parameters times pixels will do."
    megabytes: float
    "Of its file."


@dataclass(frozen=True, slots=True)
class Chosen(Generic[D]):
    """The outcome."""

    name: str
    detector: D
    reason: str
    "In words: what it was measured at, and why no better one was taken."


def choose(
    candidates: Sequence[Candidate],
    load: Callable[[str], D],
    measure: Callable[[D], Speed],
    target_hz: float,
    clock: Clock = time.monotonic,
) -> Chosen[D]:
    """The candidate of the highest AP that runs at ``target_hz`` with time to spare.

    Args:
        candidates: at least one. The cheapest that loads is taken if none is fast enough.
        load: makes a detector; one that raises is left out.
        measure: says how fast it is, within a fraction of a second.
        target_hz: detections a second.
        clock: seconds.

    Raises:
        ModelError: none can be loaded.
    """
    choosing = _Choosing(load, measure, target_hz, clock)
    for candidate in sorted(candidates, key=lambda each: each.cost):
        choosing.consider(candidate)
    return choosing.outcome()


class _Choosing(Generic[D]):
    """What is known so far."""

    def __init__(
        self,
        load: Callable[[str], D],
        measure: Callable[[D], Speed],
        target_hz: float,
        clock: Clock,
    ) -> None:
        self._load, self._measure, self._clock = load, measure, clock
        self._target_hz, self._allowed = target_hz, SPARE / target_hz
        self._ends = clock() + TIME_LIMIT
        self._best: tuple[Candidate, D, Speed] | None = None
        self._why_not_more, self._left_out = NOTHING_BETTER, 0.0
        self._per_cost, self._per_megabyte = 0.0, LOADING

    def consider(self, candidate: Candidate) -> None:
        """Tries it, unless what is known speaks against that."""
        if self._best is not None:
            if candidate.ap <= self._best[0].ap:
                return
            if why := self._unpromising(candidate):
                self._note(candidate, why)
                return
        try:
            began = self._clock()
            detector = self._load(candidate.name)
            self._per_megabyte = (self._clock() - began) / candidate.megabytes
            speed = self._measure(detector)
        except Exception as error:  # whatever it is: another one may run
            first = str(error).strip().partition("\n")[0]
            self._note(candidate, f"{candidate.name} does not run: {first}")
            return
        self._per_cost = speed.p50 / candidate.cost
        if self._best is None or speed.p50 <= self._allowed:
            self._best = candidate, detector, speed
        else:
            self._note(candidate, f"{candidate.name} takes {_ms(speed.p50)}")

    def _note(self, candidate: Candidate, why: str) -> None:
        """Keeps why one was not taken, of the best of those that were not."""
        if candidate.ap >= self._left_out:
            self._left_out, self._why_not_more = candidate.ap, why

    def outcome(self) -> Chosen[D]:
        """What was found; raises ``ModelError`` if nothing was."""
        if self._best is None:
            raise ModelError(f"no detector can be used: {self._why_not_more}")
        candidate, detector, speed = self._best
        why = self._why_not_more if self._left_out > candidate.ap else NOTHING_BETTER
        reason = (
            f"takes {_ms(speed.p50)}, of {_ms(self._allowed)} that leave time to spare at "
            f"{self._target_hz:g} Hz; {why}"
        )
        return Chosen(candidate.name, detector, reason)

    def _unpromising(self, candidate: Candidate) -> str:
        """Why it is not even tried; empty if it is."""
        expected = candidate.cost * self._per_cost
        if expected > BEYOND * self._allowed:
            return f"{candidate.name} would take some {_ms(expected)}"
        if self._clock() + candidate.megabytes * self._per_megabyte + RUNS * expected > self._ends:
            return f"{candidate.name} was not tried, since a start may take {TIME_LIMIT:g} s"
        return ""


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f} ms"
