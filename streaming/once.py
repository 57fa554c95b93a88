"""Something costly that is made on first use, in a thread, and kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """Makes its value once; those who ask meanwhile wait for the same. A failure is not kept."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = asyncio.Lock()
        self._made: tuple[T] | None = None

    async def get(self) -> T:
        """The value; raises what making it raised."""
        async with self._lock:
            if self._made is None:
                self._made = (await asyncio.to_thread(self._make),)
            return self._made[0]
