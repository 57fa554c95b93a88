"""A slot between two stages: newest or nothing.

Driving contract: any number of ``put`` from the loop's thread, one consumer that awaits ``get``.
A ``put`` never waits; what it replaces is counted in ``dropped``. After ``close`` a consumer gets
``Closed`` at once, and ``put`` does nothing.
"""

from __future__ import annotations

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Closed(Exception):
    """The mailbox was closed: nothing more will come."""


class Mailbox(Generic[T]):
    """Holds at most one item."""

    def __init__(self) -> None:
        self._item: T | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self.dropped = 0

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return self._item is None

    def put(self, item: T) -> None:
        """Leaves ``item``, in place of what was still waiting."""
        if self._closed:
            return
        self.dropped += self._item is not None
        self._item = item
        self._changed.set()

    def take(self) -> T | None:
        """The item, if one waits."""
        item, self._item = self._item, None
        return item

    async def get(self) -> T:
        """Waits for an item and takes it.

        Raises:
            Closed: there will be none.
        """
        while True:
            if self._closed:
                raise Closed
            item = self.take()
            if item is not None:
                return item
            self._changed.clear()
            await self._changed.wait()

    def close(self) -> None:
        """Forgets what waits and turns the consumer away."""
        self._closed = True
        self._item = None
        self._changed.set()
