"""Key frames that arrive beyond a gap.

A key frame needs nothing that was before it, so that one which is whole ends every older gap. Each
one that began is followed packet by packet, however many packets it has.
"""

from __future__ import annotations

from collections.abc import Mapping

from streaming.receiving.pieces import Piece

MOST_RUNS = 4
"""Key frames followed at a time; the newest ones."""


class KeyRuns:
    """Watches the packets that wait behind a gap for a whole key frame."""

    def __init__(self) -> None:
        self._reach: dict[int, int] = {}

    def forget_before(self, end: int) -> None:
        """What begins before that place is of no interest any more."""
        for start in [start for start in self._reach if start < end]:
            del self._reach[start]

    def whole_with(self, place: int, held: Mapping[int, Piece]) -> int | None:
        """Where a key frame begins that the packet at ``place`` made whole, if it did."""
        if held[place].opens:
            self._reach[place] = place
            if len(self._reach) > MOST_RUNS:
                del self._reach[min(self._reach)]
        reached = [start for start, reach in self._reach.items() if reach == place]
        return min((start for start in reached if self._follow(start, held)), default=None)

    def _follow(self, start: int, held: Mapping[int, Piece]) -> bool:
        """Whether the frame that begins there is whole, as far as packets are there."""
        stamp, reach = held[start].stamp, self._reach[start]
        while (piece := held.get(reach)) is not None:
            ended = bool(piece.data) and piece.stamp != stamp
            if ended or (piece.data and piece.marker):
                del self._reach[start]
                return any(held[place].key for place in range(start, reach + (not ended)))
            reach += 1
        self._reach[start] = reach
        return False
