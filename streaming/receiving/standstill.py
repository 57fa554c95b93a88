"""Whether packets come, but no picture is made of them.

Driving contract: ``came`` with every packet, ``shown`` with every picture, ``lasts`` whenever
something is amiss. It reads no clock.
"""

from __future__ import annotations

from math import inf

LONG = 4.0
"""Seconds of packets without a picture, after which the person is told."""

PAUSE = 1.0
"""Seconds without a packet: a link that was down is another matter, and is waited for anew."""


class Standstill:
    """Watches one stream."""

    def __init__(self) -> None:
        self._heard = -inf
        self._since = 0.0

    def came(self, now: float) -> None:
        """Notes a packet."""
        if now - self._heard > PAUSE:
            self._since = now
        self._heard = now

    def shown(self, now: float) -> None:
        """Notes a picture."""
        self._since = now

    def lasts(self, now: float) -> bool:
        """Whether it is time to say so; a yes counts as said."""
        if now - self._since < LONG:
            return False
        self._since = now
        return True
