"""One session's poses: found now and then at the desk, and carried with the tracks in between."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from streaming.following import Shown
from streaming.posing_desk import Order, Posed, PosingDesk
from streaming.stats import Latency, Rate, SessionStats
from vision.posture import Posture, Postures, people
from vision.types import Seconds, Track, TrackId

STAGE = "pose"
"""Its name among the stages and rates of ``stats``."""


class Posing:
    """Does nothing where there is no desk. `see` and `close` on the loop, `at` from any thread."""

    def __init__(self, desk: PosingDesk | None, labels: Sequence[str], stats: SessionStats) -> None:
        self._desk, self._labels, self._stats = desk, labels, stats
        self._seat = desk.join(self._hear) if desk else None
        self._postures = Postures()
        if desk:
            stats.stages[STAGE], stats.rates[STAGE] = Latency(), Rate()

    @property
    def name(self) -> str:
        """Of the estimator; empty where there is none."""
        return self._desk.estimator.name if self._desk else ""

    def see(self, shown: Shown) -> None:
        """Offers every frame with what is followed in it."""
        if self._seat is None:
            return
        size = (shown.picture.width, shown.picture.height)
        whom = people(shown.tracks, self._labels, size)
        self._seat.offer(Order(shown.picture, shown.t, whom))

    def at(self, tracks: tuple[Track, ...], t: Seconds) -> Mapping[TrackId, Posture]:
        """How the people among the tracks hold themselves as of ``t``, so far as is known."""
        return self._postures.at(tracks, t)

    def close(self) -> None:
        """Leaves the desk; once or more."""
        if self._desk is not None and self._seat is not None:
            self._desk.leave(self._seat)

    def _hear(self, posed: Posed) -> None:
        self._stats.stages[STAGE].add(posed.seconds)
        self._stats.tick(STAGE, time.monotonic())
        order = posed.order
        self._postures.learn(order.t, order.people, posed.poses)
