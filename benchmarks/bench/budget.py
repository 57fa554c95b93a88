"""The time that one command may take, and what is left of it. Time is asked of the given clock."""

from __future__ import annotations

from collections.abc import Callable


class Budget:
    """So many seconds from the moment it is made."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = seconds
        self._clock = clock
        self._began = clock()

    @property
    def spent(self) -> float:
        """Seconds since it was made."""
        return self._clock() - self._began

    @property
    def left(self) -> float:
        """Seconds; below 0 when it is overdrawn."""
        return self.seconds - self.spent


def rounds_within(seconds: float, contenders: int, wanted: int, each: float) -> int:
    """How many rounds fit, each of one run of ``each`` seconds a contender; 1 at the least."""
    fitting = int(seconds // (max(1, contenders) * each))
    return max(1, min(wanted, fitting))


def run_seconds(budget: float, runs: int, overhead: float, least: float, most: float) -> float:
    """How long each of ``runs`` may be if all, with what surrounds each, are to fit."""
    return min(most, max(least, budget / runs - overhead))
