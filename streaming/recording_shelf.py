"""The memory that all recordings of one server may take together."""

from __future__ import annotations

MOST_BYTES = 256 << 20
"""Of all recordings, made and being made."""


class Shelf:
    """Counts what each recording takes."""

    def __init__(self, room: int = MOST_BYTES) -> None:
        self._room = room
        self._taken: dict[str, int] = {}

    @property
    def taken(self) -> int:
        """Bytes, all together."""
        return sum(self._taken.values())

    def fits(self, session_id: str, size: int) -> bool:
        """Notes what a session's recording takes; False if there is no room for it."""
        others = self.taken - self._taken.get(session_id, 0)
        if others + size > self._room:
            return False
        self._taken[session_id] = size
        return True

    def free(self, session_id: str) -> None:
        """A session's recording is gone."""
        self._taken.pop(session_id, None)
