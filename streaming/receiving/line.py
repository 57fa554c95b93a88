"""Which packets belong to the stream that is being received, and where in it.

Sequence numbers are 16 bits and wrap; here they become places on one line without end. A packet far
off the line (another SSRC, an absurd jump) is a stranger. Two strangers that follow each other are
a sender that began anew (RFC 3550, appendix A.1).
"""

from __future__ import annotations

from streaming.receiving.pieces import Piece

MOST_AHEAD = 3000
"""Sequence numbers that may be missing at once; a packet further ahead is a stranger."""

MOST_BEHIND = 3000
"""A packet that far behind the newest is late; one further behind is a stranger."""

CONVINCING = 2
"""Strangers in a row that make a new stream."""

CONVINCING_RETURN = 20
"""The same of the source before this one, of which some packets may still be on their way."""

SEQUENCES = 1 << 16
HALF = SEQUENCES >> 1


class Line:
    """The places of one stream's packets."""

    def __init__(self) -> None:
        self.source: int | None = None
        "SSRC; none before the first packet."
        self.highest = 0
        "Place of the newest packet."
        self._former: int | None = None
        self._strangers: list[Piece] = []

    def place(self, piece: Piece) -> int | None:
        """The packet's place; none if it is a stranger."""
        if piece.source != self.source:
            return None
        ahead = (piece.sequence - self.highest + HALF) % SEQUENCES - HALF
        if not -MOST_BEHIND <= ahead <= MOST_AHEAD:
            return None
        if self._strangers:
            self._strangers.clear()
        return self.highest + ahead

    def meet(self, piece: Piece) -> tuple[Piece, ...]:
        """Notes a stranger; gives the packets of a new stream once it is believed in."""
        if self.source is None:
            return (piece,)
        if self._strangers and not _follows(piece, self._strangers[-1]):
            self._strangers.clear()
        self._strangers.append(piece)
        returning = piece.source == self._former != self.source
        if len(self._strangers) < (CONVINCING_RETURN if returning else CONVINCING):
            return ()
        found = tuple(self._strangers)
        self._strangers.clear()
        return found

    def restart(self, piece: Piece) -> int:
        """Begins a line with that packet, and gives its place."""
        if piece.source != self.source:
            self._former = self.source
        self.source = piece.source
        self.highest = piece.sequence + SEQUENCES
        return self.highest


def _follows(piece: Piece, before: Piece) -> bool:
    same = piece.source == before.source
    return same and (piece.sequence - before.sequence) % SEQUENCES == 1
