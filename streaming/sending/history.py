"""What was sent lately, for packets that are asked for again (NACK, RFC 4585 section 6.2.1)."""

from __future__ import annotations

from typing import Generic, TypeVar

LENGTH = 1024
"""Packets kept: 1.3 MB at most, some seconds of a usual stream. A divisor of 65,536."""

REPEAT = 0.01
"""Seconds in which one packet is not sent twice, however often it is asked for."""

P = TypeVar("P")


class History(Generic[P]):
    """The last ``LENGTH`` packets, by sequence number."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, P] | None] = [None] * LENGTH
        self._sent_at = [0.0] * LENGTH

    def note(self, sequence: int, packet: P, now: float) -> None:
        """Keeps a packet that leaves now."""
        self._kept[sequence % LENGTH] = (sequence, packet)
        self._sent_at[sequence % LENGTH] = now

    def again(self, sequence: int, now: float) -> P | None:
        """The packet, if it is still kept and was not sent just now; it then leaves now."""
        slot = sequence % LENGTH
        kept = self._kept[slot]
        if kept is None or kept[0] != sequence or now - self._sent_at[slot] < REPEAT:
            return None
        self._sent_at[slot] = now
        return kept[1]
