"""One text reader for all sessions, off the loop: newest or nothing, and who waits goes first.

Driving contract: ``start`` once; ``read`` from the loop as the assistants command; each is answered
by one ``TextRead`` to ``hear``, later. A session's reading that nobody waits for takes the place of
its last one that has not begun. For a picture that a person sends themselves, ``turn``, and in it
``unpacking`` and ``read_now``.
``leave`` when a session ends, ``close`` at the end.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from streaming.stats import Latency
from vision.dealings import Event, ReadText, RequestId, TextRead
from vision.ports import TextReader
from vision.prompt import Shot
from vision.types import TextBlock

log = logging.getLogger(__name__)

Hear = Callable[[Event], None]

FAILED = "the reader failed; the server's log says how"

ENDED = "the session has ended"

MOST_WAITED_FOR = 16
"""Readings that people wait for; one more is refused."""

NOW_WITHIN = 20.0
"""Seconds in which a picture that a person sent has to be read."""

MOST_UNPACKED = 2
"""Pictures of people that are unpacked at a time, in all sessions: each may be a large one."""


@dataclass(frozen=True, slots=True, eq=False)
class _Order:
    """One reading that has not begun."""

    session: str
    command: ReadText
    hear: Hear


class ReadingDesk:
    """Takes readings of all sessions to one reader."""

    def __init__(self, reader: TextReader, thread: ThreadPoolExecutor) -> None:
        """``thread`` is where the reader was loaded; both end with the desk."""
        self.reader = reader
        self.latency = Latency()
        self.replaced = 0
        "Readings that a newer one of the same session took the place of."
        self.unpacking = asyncio.Semaphore(MOST_UNPACKED)
        "To be held while a picture that was sent is unpacked."
        self._thread = thread
        self._waited_for: deque[_Order] = deque()
        self._ambient: dict[str, _Order] = {}
        self._sent: set[str] = set()
        "Sessions of which a picture is taken in or read that their person sent."
        self._last_sent = 0
        "Id of the newest such picture; below 0, where no assistant has its own."
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to serve. Call on the loop."""
        self._task = asyncio.create_task(self._serve(), name="reading")

    def read(self, session: str, command: ReadText, hear: Hear) -> None:
        """Takes up a reading."""
        order = _Order(session, command, hear)
        if not command.waited_for:
            self._replace(order)
        elif len(self._waited_for) >= MOST_WAITED_FOR:
            _answer_later(order, "the reader has too much to do; ask again in a moment")
        else:
            self._waited_for.append(order)
        self._wanted.set()

    @contextmanager
    def turn(self, session: str) -> Iterator[bool]:
        """Whether a session may send a picture: only while none of its own is under way."""
        mine = session not in self._sent
        self._sent.add(session)
        try:
            yield mine
        finally:
            if mine:
                self._sent.discard(session)

    async def read_now(self, session: str, shot: Shot) -> TextRead:
        """What is in a picture that a person sent, within bounds. Call in its ``turn``."""
        self._last_sent -= 1
        request = RequestId(self._last_sent)
        done: asyncio.Future[TextRead] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(NOW_WITHIN):
                self.read(session, ReadText(request, shot, waited_for=True), _into(done))
                return await done
        except TimeoutError:
            return TextRead(request, (), "the reader has too much to do; try again in a moment")
        finally:
            self.cancel(session, request)

    def cancel(self, session: str, request: RequestId) -> None:
        """Nobody wants this reading any more; one that has begun or is unknown goes on."""
        kept = [
            order
            for order in self._waited_for
            if (order.session, order.command.request) != (session, request)
        ]
        self._waited_for = deque(kept)
        waiting = self._ambient.get(session)
        if waiting is not None and waiting.command.request == request:
            del self._ambient[session]

    def leave(self, session: str) -> None:
        """A session is over: what it wanted is not begun, and answered so."""
        orders = (*self._waited_for, *self._ambient.values())
        self._ambient.pop(session, None)
        self._waited_for = deque(each for each in self._waited_for if each.session != session)
        for order in orders:
            if order.session == session:
                _answer_later(order, ENDED)

    async def close(self) -> None:
        """Stops serving and waits for the reading under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.to_thread(self._thread.shutdown)
        await asyncio.to_thread(self.reader.close)

    def _replace(self, order: _Order) -> None:
        before = self._ambient.pop(order.session, None)
        self._ambient[order.session] = order
        if before is not None:
            self.replaced += 1
            _answer_later(before, "a newer picture took its place")

    async def _serve(self) -> None:
        while True:
            order = await self._next()
            order.hear(await self._run(order))

    async def _next(self) -> _Order:
        while True:
            if self._waited_for:
                return self._waited_for.popleft()
            if self._ambient:
                return self._ambient.pop(next(iter(self._ambient)))
            self._wanted.clear()
            await self._wanted.wait()

    async def _run(self, order: _Order) -> TextRead:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            blocks = await loop.run_in_executor(self._thread, self._read, order.command)
        except Exception:
            log.exception("the reader %s failed on one picture", self.reader.name)
            return TextRead(order.command.request, (), FAILED)
        self.latency.add(loop.time() - started)
        return TextRead(order.command.request, blocks)

    def _read(self, command: ReadText) -> tuple[TextBlock, ...]:
        return self.reader.read(command.shot.cut())


def _into(done: asyncio.Future[TextRead]) -> Hear:
    def hear(event: Event) -> None:
        if isinstance(event, TextRead) and not done.done():
            done.set_result(event)

    return hear


def _answer_later(order: _Order, failed: str) -> None:
    event = TextRead(order.command.request, (), failed)
    asyncio.get_running_loop().call_soon(order.hear, event)
