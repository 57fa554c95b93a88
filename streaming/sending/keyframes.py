"""When a key frame is sent that was asked for.

Driving contract: ``ask(now)`` for each request (PLI, RFC 4585 section 6.3.1; FIR, RFC 5104 section
4.3.1), ``due(now)`` before each frame, ``sent(now)`` once a key frame was made, ``left(now)`` when
its last packet is on the wire. It reads no clock.
"""

from __future__ import annotations

INTERVAL = 0.3
"""Seconds between two key frames that were asked for."""

ON_ITS_WAY = 0.1
"""Seconds after a key frame in which a request was made before that frame could have come."""


class KeyFrames:
    """Requests of one receiver: any number of them between two key frames count as one."""

    def __init__(self) -> None:
        self._asked = False
        self._last = float("-inf")
        self.sent_count = 0
        self.asked_count = 0

    def ask(self, now: float) -> None:
        """Notes a request; one that the last key frame already answers is only counted."""
        self.asked_count += 1
        self._asked = self._asked or now - self._last >= ON_ITS_WAY

    def insist(self) -> None:
        """The next frame must be a key frame, however short a time ago the last one was."""
        self._asked = True
        self._last = float("-inf")

    def due(self, now: float) -> bool:
        """Whether the next frame is to be a key frame."""
        return self._asked and now - self._last >= INTERVAL

    def sent(self, now: float) -> None:
        """Notes that a key frame was made, asked for or not."""
        self._asked = False
        self._last = now
        self.sent_count += 1

    def left(self, now: float) -> None:
        """Notes that the last packet of a key frame left: it answers what was asked meanwhile."""
        self._asked = False
        self._last = now
