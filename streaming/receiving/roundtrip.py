"""How long an answer to a request takes, learnt from the answers.

A packet that comes after it was asked for need not be the answer: it may only have been late. Then
it comes twice, and the second one is the answer. So each is held for a while, to see whether it
comes again, before its time is believed. Times are smoothed as TCP does it (RFC 6298), but with
less caution: to ask once too often costs little.
"""

from __future__ import annotations

FIRST_WAIT = 0.12
"""Seconds after which an answer is overdue, before any was measured."""

LEAST_WAIT, MOST_WAIT = 0.02, 0.5
"""Seconds; a shorter wait would ask twice for what is only out of order."""

HELD = 1.0
"""Seconds for which a second one may come."""

MOST_HELD = 64
"""Packets looked at a time."""


class RoundTrip:
    """The time from a request to its answer."""

    def __init__(self) -> None:
        self._mean: float | None = None
        self._spread = 0.0
        self._held: dict[int, tuple[float, float]] = {}

    @property
    def wait(self) -> float:
        """Seconds after which an answer is overdue."""
        if self._mean is None:
            return FIRST_WAIT
        return min(max(self._mean + 2 * self._spread, LEAST_WAIT), MOST_WAIT)

    def came(self, place: int, asked: float, now: float) -> None:
        """That packet came; it was last asked for at ``asked``."""
        self._believe(now)
        if len(self._held) < MOST_HELD:
            self._held[place] = asked, now

    def again(self, place: int, now: float) -> None:
        """That packet came once more than it was needed."""
        asked, _ = self._held.pop(place, (None, now))
        if asked is not None:
            self._note(now - asked)

    def _believe(self, now: float) -> None:
        """Those that came only once were answers."""
        while self._held:
            place, (asked, came) = next(iter(self._held.items()))
            if now - came < HELD:
                return
            del self._held[place]
            self._note(came - asked)

    def _note(self, seconds: float) -> None:
        if self._mean is None:
            self._mean, self._spread = seconds, seconds / 2
            return
        self._spread += (abs(seconds - self._mean) - self._spread) / 4
        self._mean += (seconds - self._mean) / 8
