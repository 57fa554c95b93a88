"""Whether packets leave a second time, unasked, on a link that loses some.

The receiver misses a packet only when a later one comes. Where a frame is one packet, that is a
frame's time later, and then the request and its answer may be lost too. A copy comes sooner, and
costs only room, so it is sent where the link loses packets and has room to spare: a still picture
needs a fraction of what it is given. Copies go the way of packets sent again (RFC 4588).

Driving contract: ``reported`` as reports come, ``sent`` with each frame, then ``wanted``.
"""

from __future__ import annotations

LEAST_LOSS = 0.01
"""Part of the packets lost, from which copies are sent."""

MOST_LOSS = 0.2
"""Part of the packets beyond which loss is remembered as this: a blackout must not linger."""

FORGETTING = 0.7
"""Part of an older report's loss that still counts at the next: losses come in bursts."""

ROOM = 2.2
"""Times the stream itself, copies included, that must fit into what it may take."""

COPY_AFTER = 0.012
"""Seconds between a packet and its copy: a burst of losses should not take both."""

MEMORY = 0.5
"""Seconds over which the stream's own rate is smoothed."""


class Copies:
    """Decides for one stream; reads no clock."""

    def __init__(self) -> None:
        self._loss = 0.0
        self._rate = 0.0
        self._last: float | None = None

    def reported(self, loss: float) -> None:
        """Notes the part of the packets (0 to 1) that did not arrive lately."""
        self._loss = max(min(loss, MOST_LOSS), self._loss * FORGETTING)

    def sent(self, octets: int, now: float) -> None:
        """Notes the size of a frame that left."""
        since = 0.0 if self._last is None else now - self._last
        self._last = now
        share = since / (since + MEMORY)
        self._rate += share * (octets * 8 / max(since, 1e-3) - self._rate)

    def wanted(self, allowed: int) -> bool:
        """Whether the last frame's packets leave twice, given the bits a second allowed."""
        return self._loss >= LEAST_LOSS and 0 < self._rate * ROOM <= allowed
