"""How long a worker process may take, and when the next may be started."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What a model's process is held to."""

    answer: float = 10.0
    "Seconds of one picture, or of several at once, of a model that is not slow by itself; a"
    " process that takes longer hangs, and is replaced."
    slower_answer: float = 10.0
    "How much longer an answer may take than the first run, where that is more than ``answer``."
    longest_answer: float = 120.0
    "Seconds of an answer at most, however long the first run took."
    starved: float = 60.0
    "Seconds more for a process that does not hang, but gets no processor."
    start: float = 600.0
    "Seconds until the model is loaded: TensorRT builds its engines for minutes."
    restart: float = 60.0
    "The same once it has been loaded, or ``slower_again`` times what it took then."
    slower_again: float = 4.0
    "How much longer it may take to load again, giving way to everything, than the first time."
    pixels: int = 1920 * 1920
    "Of the largest picture; one that is larger is scaled down."
    first_pause: float = 0.5
    "Seconds between the loss of a process and the start of the next; doubles with each loss."
    longest_pause: float = 30.0
    "Seconds of that pause at most."
    steady: float = 60.0
    "Seconds that a process has to work for the pause to begin at its first length again."

    def answering(self, first_run: float | None) -> float:
        """Seconds of an answer; ``first_run``: what a run took when it was loaded, if known."""
        slowest = min(self.longest_answer, self.slower_answer * (first_run or 0.0))
        return max(self.answer, slowest)

    def loading(self, before: float | None) -> float:
        """Seconds until the model is loaded; ``before``: what it took last time, if ever."""
        if before is None:
            return self.start
        return min(self.start, max(self.restart, self.slower_again * before))


class Backoff:
    """When the next process may be started."""

    def __init__(self, limits: ProcessLimits) -> None:
        self._limits = limits
        self._pause = 0.0
        self._not_before = 0.0
        self._works_since: float | None = None

    def works(self, now: float) -> None:
        """A process has loaded its model. However long it took, that is no steady time."""
        self._works_since = now

    def lost(self, now: float) -> None:
        """It is gone, or never came so far."""
        limits, since, self._works_since = self._limits, self._works_since, None
        steady = since is not None and now - since >= limits.steady
        longer = limits.first_pause if steady or not self._pause else 2 * self._pause
        self._pause = min(longer, limits.longest_pause)
        self._not_before = now + self._pause

    def remaining(self, now: float) -> float:
        """Seconds until another may be started; 0 or less for at once."""
        return self._not_before - now
