"""What a session needs of those who listen to it."""

from __future__ import annotations

from typing import Protocol


class Sink(Protocol):
    """Somewhere that messages go. ``send`` never waits, and says whether it took them."""

    def send(self, *texts: str) -> bool:
        """Takes messages that belong together, or drops them and returns False."""
        ...
