"""Drives one session's assistant: carries out what it commands, and tells it what became of that.

Driving contract: ``take`` with every picture noticed and everything that the person says, ``run``
for as long as the session lasts, ``close`` at its end. All on the loop. Nothing here waits for a
model, a reader or a disk: what they have to tell comes back as events.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from streaming.evidence import Evidence
from streaming.model_desk import ModelDesk
from streaming.reading_desk import ReadingDesk
from streaming.remembering.entries import Search
from streaming.remembering.keeper import MemoryKeeper
from streaming.speech import message_of
from streaming.wire import Message, Problem
from vision.assistant import Assistant
from vision.assisting.outbox import Abilities, AssistantConfig
from vision.dealings import (
    AskModel,
    CancelModel,
    Closed,
    Command,
    Event,
    ReadText,
    Recall,
    Recalled,
    Remember,
    Tick,
)
from vision.glimpse import Glimpse
from vision.recollection import Recollection
from vision.types import Seconds

log = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two ticks of the assistant."""

MOST_RECALLED = 8
"""Memories that a question is answered from."""

MOST_JOBS = 32
"""Searches and thumbnails under way for one session; more are left out."""


@dataclass(frozen=True, slots=True)
class Faculties:
    """What a server has to understand with; one for all its sessions."""

    memory: MemoryKeeper
    "What was seen."
    workers: Executor
    "Where pictures are encoded."
    model: ModelDesk | None = None
    "The language model, if there is one."
    reader: ReadingDesk | None = None
    "The text reader, if there is one."
    config: AssistantConfig | None = None
    "Deadlines and intervals."

    @property
    def abilities(self) -> Abilities:
        """The same as the assistant knows it."""
        model = self.model.model if self.model else None
        return Abilities(
            model=model.name if model else "",
            slots=model.slots if model else 1,
            reader=self.reader is not None,
        )


class Conversation:
    """One person's side of the assistant."""

    def __init__(
        self,
        session: str,
        labels: tuple[str, ...],
        faculties: Faculties,
        say: Callable[[Message], None],
        clock: Callable[[], Seconds],
    ) -> None:
        """``say`` sends a message to the person; ``clock`` tells the media time that it is now."""
        self.evidence = Evidence(faculties.workers)
        self.overloaded = 0
        "Searches and thumbnails left out."
        self._session = session
        self._faculties = faculties
        self._say = say
        self._clock = clock
        self._assistant = Assistant(labels, faculties.abilities, faculties.config)
        self._jobs: set[asyncio.Task[None]] = set()

    @property
    def counts(self) -> dict[str, int]:
        """What the assistant did and left undone."""
        return self._assistant.counts

    @property
    def text_changed(self) -> bool:
        """Whether what can be read has changed since the last picture that was noticed."""
        return self._assistant.text_changed

    async def run(self) -> None:
        """Lets time pass for the assistant, until cancelled."""
        while True:
            await asyncio.sleep(TICK)
            self.take(Tick())

    def take(self, event: Event) -> None:
        """Tells the assistant, and does what it commands. A fault in it ends no session."""
        now = self._clock()
        try:
            for command in self._assistant.handle(event, now):
                self._carry_out(command, now)
        except Exception:
            log.exception("session %s: the assistant failed", self._session)
            detail = "The assistant failed at something; the server's log says how. It goes on."
            self._say(Problem("assistant", detail, getattr(event, "id", None)))

    def close(self) -> None:
        """Ends what is under way for this session."""
        self.take(Closed())
        if self._faculties.model is not None:
            self._faculties.model.leave(self._session)
        if self._faculties.reader is not None:
            self._faculties.reader.leave(self._session)
        for job in tuple(self._jobs):
            job.cancel()

    def _carry_out(self, command: Command, now: Seconds) -> None:
        match command:
            case AskModel():
                if self._faculties.model is not None:
                    self._faculties.model.ask(self._session, command, self.take)
            case CancelModel():
                if self._faculties.model is not None:
                    self._faculties.model.cancel(self._session, command.request)
            case ReadText():
                if self._faculties.reader is not None:
                    self._faculties.reader.read(self._session, command, self.take)
            case Recall():
                self._begin(self._recall(command), command)
            case Remember():
                self._begin(self._remember(command, now), command)
            case _:
                self._say(message_of(command, now, self._keep))

    def _keep(self, glimpse: Glimpse) -> str:
        name = self.evidence.keep(glimpse)
        return f"v1/sessions/{self._session}/evidence/{name}.jpg"

    async def _recall(self, command: Recall) -> None:
        search = Search(command.query, any_word=True, kinds=command.kinds, limit=MOST_RECALLED)
        found: tuple[Recollection, ...] = ()
        try:
            found = await self._faculties.memory.recall(self._session, search)
        finally:
            self.take(Recalled(command.request, found))

    async def _remember(self, command: Remember, now: Seconds) -> None:
        then = time.time() - now
        small = None
        if command.glimpse is not None:
            small = await self.evidence.small(command.glimpse)
        self._faculties.memory.remember(
            self._session,
            command.memory,
            first_wall=then + command.memory.first,
            last_wall=then + command.memory.last,
            thumbnail=small,
        )

    def _begin(self, work: Coroutine[Any, Any, None], command: Command) -> None:
        if len(self._jobs) >= MOST_JOBS:
            work.close()
            self.overloaded += 1
            if isinstance(command, Recall):
                self.take(Recalled(command.request, ()))
            return
        job = asyncio.create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._over)

    def _over(self, job: asyncio.Task[None]) -> None:
        self._jobs.discard(job)
        if not job.cancelled() and job.exception() is not None:
            log.error("session %s: memory failed", self._session, exc_info=job.exception())
