"""When a key frame is asked for: at once when one is needed, again while it does not come.

Each key frame costs its sender as much as a dozen other frames, so requests keep a distance, and
there are none while a key frame is on its way. The distance grows until a picture was shown: a key
frame that came and could not be decoded was none.
"""

from __future__ import annotations

from math import inf

INTERVAL = 0.3
"""Seconds between two requests; libwebrtc's encoders heed no more."""

GROWTH = 1.5
"""Each request that brought nothing makes the next wait longer."""

LONGEST_INTERVAL = 1.0
"""Seconds; requests get lost too."""

ON_ITS_WAY = 0.3
"""Seconds since the last packet of a key frame, for which the next one is waited for."""

LONGEST_ON_ITS_WAY = 1.0
"""Seconds for which such packets put off a request, since it was needed or last made."""


class KeyFrameWish:
    """Whether a key frame is needed, and when that is to be said."""

    def __init__(self) -> None:
        self.wanted = False
        self.asked = 0
        "Requests so far."
        self._due = inf
        self._since = -inf
        self._last = -inf
        self._interval = INTERVAL
        self._next_interval = INTERVAL

    @property
    def due(self) -> float:
        """When to ask next; ``inf`` if nothing is wanted."""
        return self._due if self.wanted else inf

    def want(self, now: float) -> None:
        """A key frame is needed, whatever may have been on its way."""
        self._begin(now)
        self._due = max(now, self._last + self._interval)

    def under_way(self, now: float) -> None:
        """A packet of a key frame came; the others may follow."""
        self._begin(now)
        due = self._due if self._due < inf else now
        self._due = max(due, min(now + ON_ITS_WAY, self._since + LONGEST_ON_ITS_WAY))

    def granted(self) -> None:
        """There it is, whole; whether it can be decoded is not known yet."""
        self.wanted = False
        self._due = inf

    def shown(self) -> None:
        """It could be decoded."""
        self._interval = self._next_interval = INTERVAL

    def unheard(self, now: float) -> None:
        """Nobody can have heard the last requests: what is wanted is due at once."""
        self._last = -inf
        self._interval = self._next_interval = INTERVAL
        if self.wanted:
            self._due = min(self._due, now)

    def ask(self, now: float) -> bool:
        """Whether to ask now. A yes counts as asked."""
        if now < self.due:
            return False
        self.asked += 1
        self._last = self._since = now
        self._interval = self._next_interval
        self._next_interval = min(self._interval * GROWTH, LONGEST_INTERVAL)
        self._due = now + self._interval
        return True

    def _begin(self, now: float) -> None:
        if not self.wanted:
            self.wanted, self._since = True, now
