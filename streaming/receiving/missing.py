"""The packets that did not come: when each is asked for again, and when it is given up.

A gap is asked for at once, once more shortly after, and then after a round trip each, with waits
that grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from math import inf

from streaming.receiving.roundtrip import RoundTrip

MOST_MISSING = 512
"""Packets that are asked for at a time; with more, all is given up for a key frame."""

MOST_ASKED = 250
"""Packets named in one message: each may need four bytes of it, and it must fit a datagram."""

MOST_TRIES = 8
"""Times that one packet is asked for."""

SECOND_TRY = 0.03
"""Seconds from the first try to the second, at most: requests get lost as easily as packets do."""

WAIT_GROWTH = 1.25
"""Tries after that wait for a round trip, each this much longer."""

PATIENCE = 4.0
"""Round trips after which a packet is given up."""

LEAST_PATIENCE, MOST_PATIENCE = 0.25, 0.8
"""Seconds; the bounds of that."""


@dataclass(slots=True)
class _Absence:
    """What was done about one packet."""

    since: float
    due: float
    asked: float
    tries: int = 0


class Missing:
    """The missing packets of one stream, by place."""

    def __init__(self) -> None:
        self.lost = 0
        "Packets that did not come in their turn."
        self.repaired = 0
        "Those of them that came after all."
        self.given_up = 0
        "Those that nobody waits for any more."
        self._absent: dict[int, _Absence] = {}
        self._due = inf
        self._trip = RoundTrip()

    def __len__(self) -> int:
        return len(self._absent)

    @property
    def patience(self) -> float:
        """Seconds for which a packet is waited for."""
        return min(max(PATIENCE * self._trip.wait, LEAST_PATIENCE), MOST_PATIENCE)

    @property
    def due(self) -> float:
        """When there will be something to ask for or to give up; ``inf`` if never."""
        if not self._absent:
            return inf
        oldest = next(iter(self._absent.values()))
        return min(self._due, oldest.since + self.patience)

    def note(self, first: int, end: int, now: float) -> None:
        """Packets ``first`` up to but without ``end`` were passed over."""
        self.lost += end - first
        for place in range(first, end):
            self._absent[place] = _Absence(now, now, now)
        self._due = now

    def found(self, place: int, now: float) -> bool:
        """Whether that packet was missing; it no longer is."""
        absence = self._absent.pop(place, None)
        if absence is None:
            self._trip.again(place, now)
            return False
        self.repaired += 1
        if absence.tries:
            self._trip.came(place, absence.asked, now)
        return True

    def ask(self, now: float) -> tuple[int, ...]:
        """The places to ask for now, oldest first, and not too many."""
        if now < self._due:
            return ()
        due = (place for place, absence in self._absent.items() if absence.due <= now)
        asked = tuple(islice(due, MOST_ASKED))
        for place in asked:
            self._tried(self._absent[place], now)
        self._due = min((absence.due for absence in self._absent.values()), default=inf)
        return asked

    def overdue(self, now: float) -> int | None:
        """The newest place that was waited for long enough; none if there is none."""
        if now < self.due:
            return None
        patience = self.patience
        old = (at for at, absence in self._absent.items() if absence.since + patience <= now)
        return max(old, default=None)

    def forget_before(self, end: int) -> None:
        """Gives up all that is missing before that place."""
        gone = [place for place in self._absent if place < end]
        for place in gone:
            del self._absent[place]
        self.given_up += len(gone)

    def _tried(self, absence: _Absence, now: float) -> None:
        wait = self._trip.wait
        wait = wait * WAIT_GROWTH ** (absence.tries - 1) if absence.tries else min(wait, SECOND_TRY)
        absence.tries += 1
        absence.asked = now
        absence.due = now + wait if absence.tries < MOST_TRIES else inf
