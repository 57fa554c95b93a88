"""What a session needs of those who listen to it."""

from __future__ import annotations

from typing import Protocol


class Sink(Protocol):
    """Somewhere that messages go. ``send`` never waits, and says whether it took the message."""

    def send(self, text: str) -> bool:
        """Takes one message, or drops it and returns False."""
        ...
