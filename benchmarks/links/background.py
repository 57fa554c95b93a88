"""A relay in a thread of its own, for programs that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from links.relay import Relay, Script

T = TypeVar("T")

START_LIMIT = 10.0
"""Seconds in which the thread must answer."""


class BackgroundRelay:
    """A relay, called from another thread than its own."""

    def __init__(self, relay: Relay, loop: asyncio.AbstractEventLoop) -> None:
        self.relay = relay
        self._loop = loop

    def offer(self, sdp: str) -> str:
        """See ``Relay.offer``."""
        return self._call(lambda: self.relay.offer(sdp))

    def answer(self, sdp: str) -> str:
        """See ``Relay.answer``."""
        return self._call(lambda: self.relay.answer(sdp))

    def _call(self, work: Callable[[], T]) -> T:
        async def run() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(START_LIMIT)


@contextmanager
def background_relay(script: Script) -> Iterator[BackgroundRelay]:
    """A relay that runs until the block ends; its counters may be read afterwards too."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="relay", daemon=True)
    thread.start()
    relay = Relay(script)

    def finish(step: object) -> None:
        asyncio.run_coroutine_threadsafe(step, loop).result(START_LIMIT)  # type: ignore[arg-type]

    try:
        finish(relay.__aenter__())
        try:
            yield BackgroundRelay(relay, loop)
        finally:
            finish(relay.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_LIMIT)
        loop.close()
