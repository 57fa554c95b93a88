"""Tells the sender what the link carries, no oftener than it helps.

aiortc's estimator answers anew with each packet while it finds the link overused. That is several
messages for each frame, to be encrypted and sent just when a busy machine made packets seem late.
libwebrtc's own rule is taken instead: at once when the estimate falls, else now and then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

Estimate = tuple[int, list[int]]
"""Bits a second, and the sources that share them."""

INTERVAL = 0.2
"""Seconds between two messages, unless the estimate falls."""

FALLEN = 0.97
"""Part of what was told last, below which the sender is told at once."""


class Estimator(Protocol):
    """As aiortc's ``RemoteBitrateEstimator``."""

    def add(self, **packet: Any) -> Estimate | None:
        """Takes in when a packet was sent, came, and how large it is; may give an estimate."""
        ...


class SeldomEstimator:
    """In the place of an estimator: gives what it gives, but seldom."""

    def __init__(self, estimator: Estimator, clock: Callable[[], float] = time.monotonic) -> None:
        self._estimator = estimator
        self._clock = clock
        self._told = 0
        self._next = 0.0

    def add(self, **packet: Any) -> Estimate | None:
        """As `Estimator.add`; none where the sender need not be told."""
        estimate = self._estimator.add(**packet)
        if estimate is None:
            return None
        now, (bitrate, _) = self._clock(), estimate
        if now < self._next and bitrate >= self._told * FALLEN:
            return None
        self._told, self._next = bitrate, now + INTERVAL
        return estimate
