"""When the packets of a frame leave: small frames at once, large ones spread out.

Driving contract: ``begin(sizes, rate, now)`` per frame, then ``due(now)`` until ``done``; between
two calls wait for ``wait(now)`` seconds. It reads no clock.

A key frame of 60 packets sent in one burst fills the queue of a narrow link, which delays or drops
what comes after it. Leaving at a few times the stream's own rate, it takes no longer on that link.
"""

from __future__ import annotations

from collections.abc import Sequence

PACE = 2.5
"""Times the target rate at which what goes beyond a burst leaves (as in libwebrtc's pacer)."""

BURST = 10
"""Packets of one frame that leave at once whatever the rate: a frame this small never waits."""

TICK = 0.005
"""Seconds of packets that leave together: a timer cannot do much better."""


class Pacer:
    """The departures of one frame at a time."""

    def __init__(self) -> None:
        self._departures: list[float] = []
        self._left = 0

    @property
    def done(self) -> bool:
        """Whether every packet has left."""
        return self._left >= len(self._departures)

    def begin(self, sizes: Sequence[int], bits_per_second: int, now: float) -> None:
        """Takes a frame's packets, given by their sizes in bytes.

        Raises:
            ValueError: the rate is not above 0.
        """
        if bits_per_second <= 0:
            raise ValueError(f"a pace needs a rate above 0, not {bits_per_second}")
        seconds_per_byte = 8 / (PACE * bits_per_second)
        self._departures, self._left = [now] * min(BURST, len(sizes)), 0
        leaves = now
        for size in sizes[BURST:]:
            leaves += size * seconds_per_byte
            self._departures.append(leaves)

    def due(self, now: float) -> int:
        """How many of the packets that are left leave now; they count as gone."""
        gone = self._left
        while not self.done and self._departures[self._left] <= now + TICK:
            self._left += 1
        return self._left - gone

    def wait(self, now: float) -> float:
        """Seconds until the next packet leaves, 0 where it is due or none is left."""
        return 0.0 if self.done else max(0.0, self._departures[self._left] - now)
