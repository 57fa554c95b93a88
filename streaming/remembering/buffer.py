"""Notes that wait to be written: bounded, the newest of each key."""

from __future__ import annotations

from collections.abc import Iterable

from streaming.remembering.entries import Note, NoteKey

MOST_WAITING = 512
"""Notes that wait; one more pushes out the one that has waited longest."""

MOST_WAITING_BYTES = 8 << 20
"""Thumbnails that wait."""


class WriteBuffer:
    """A bounded buffer. Not thread-safe."""

    def __init__(self) -> None:
        self.merged = 0
        "Notes that a newer one of the same key replaced."
        self.dropped = 0
        "Notes that were pushed out."
        self._notes: dict[NoteKey, Note] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._notes)

    def put(self, note: Note) -> None:
        """Leaves a note, in place of an older one of its key."""
        older = self._remove(note.key)
        self._add(note if older is None else note.over(older))
        self.merged += older is not None
        self._bound()

    def put_back(self, notes: Iterable[Note]) -> None:
        """Leaves notes that were taken and could not be written; newer ones take precedence."""
        newer = self.take()
        for note in notes:
            self._add(note)
        for note in newer:
            self.put(note)
        self._bound()

    def take(self) -> tuple[Note, ...]:
        """Everything that waits, the longest-waiting first."""
        notes = tuple(self._notes.values())
        self._notes, self._bytes = {}, 0
        return notes

    def _add(self, note: Note) -> None:
        self._notes[note.key] = note
        self._bytes += note.bytes

    def _remove(self, key: NoteKey) -> Note | None:
        note = self._notes.pop(key, None)
        self._bytes -= note.bytes if note is not None else 0
        return note

    def _bound(self) -> None:
        while len(self._notes) > MOST_WAITING or self._bytes > MOST_WAITING_BYTES:
            self._remove(next(iter(self._notes)))
            self.dropped += 1
