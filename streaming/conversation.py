"""Drives one session's assistant: carries out what it commands, and tells it what became of that.

Driving contract: ``take`` with every picture noticed and everything that the person says, ``run``
for as long as the session lasts, ``close`` at its end. All on the loop. Nothing here waits for a
model, a reader or a disk: what they have to tell comes back as events.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from streaming.evidence import Evidence
from streaming.hearing import Ears
from streaming.model_desk import ModelDesk
from streaming.posing_desk import PosingDesk
from streaming.reading_desk import ReadingDesk
from streaming.remembering.entries import MOST_RECALLED, Search
from streaming.remembering.keeper import MemoryKeeper
from streaming.speech import message_of
from streaming.spoken import Speaking
from streaming.wire import Message, Problem
from vision.assistant import Assistant
from vision.assisting.outbox import Abilities, AssistantConfig
from vision.dealings import (
    AskModel,
    CancelModel,
    CancelReading,
    Closed,
    Command,
    Event,
    ProblemSaid,
    ReadText,
    Recall,
    Recalled,
    Remember,
    Tick,
    Utterance,
)
from vision.glimpse import Glimpse
from vision.recollection import Memory, Recollection
from vision.types import Seconds

log = logging.getLogger(__name__)

TICK = 0.1
"""Seconds between two ticks of the assistant."""


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
    poses: PosingDesk | None = None
    "What finds people's joints, if it is asked for."
    ears: Ears | None = None
    "What speech is heard with, if it is asked for."
    voice: Speaking | None = None
    "What speaks, if it is asked for."

    @property
    def abilities(self) -> Abilities:
        """The same as the assistant knows it."""
        model = self.model.model if self.model else None
        return Abilities(
            model=model.name if model else "",
            slots=model.slots if model else 1,
            reader=self.reader is not None,
            lasting=self.memory.scope == "store",
        )


class Witness(Protocol):
    """Somebody who is told of all that goes into the assistant and comes out of it."""

    def heard(self, event: Event, now: Seconds) -> None:
        """The assistant is told of this next."""
        ...

    def commanded(self, commands: Sequence[Command]) -> None:
        """That is what it wanted then."""
        ...

    def said(self, message: Message, now: Seconds) -> None:
        """It said something."""
        ...


class Conversation:
    """One person's side of the assistant."""

    def __init__(
        self,
        session: str,
        labels: Sequence[str],
        faculties: Faculties,
        say: Callable[[Message], None],
        clock: Callable[[], Seconds],
    ) -> None:
        """``say`` sends a message to the person; ``clock`` tells session time."""
        self.evidence = Evidence(faculties.workers)
        self.witness: Witness | None = None
        "Is told of all that goes in and comes out, if there is one."
        self._session = session
        self._faculties = faculties
        self._say = say
        self._clock = clock
        self._assistant = Assistant(labels, faculties.abilities, faculties.config)
        self._searches: set[asyncio.Task[tuple[Recollection, ...]]] = set()
        self._closed = False

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
        if self.witness is not None:
            self.witness.heard(event, now)
        try:
            commands = self._assistant.handle(event, now)
        except Exception as error:
            self._fault(error, getattr(event, "id", None))
            return
        if self.witness is not None:
            self.witness.commanded(commands)
        for command in commands:
            try:
                self._carry_out(command, now)
            except Exception as error:
                self._fault(error, None)

    def close(self) -> None:
        """Ends what is under way for this session; once or more."""
        if self._closed:
            return
        self.take(Closed())
        self._closed = True
        if self._faculties.model is not None:
            self._faculties.model.leave(self._session)
        if self._faculties.reader is not None:
            self._faculties.reader.leave(self._session)
        for search in tuple(self._searches):
            search.cancel()
        self._faculties.memory.forget(self._session)

    def _carry_out(self, command: Command, now: Seconds) -> None:
        model, reader = self._faculties.model, self._faculties.reader
        match command:
            case AskModel() if model is not None:
                model.ask(self._session, command, self.take)
            case CancelModel() if model is not None:
                model.cancel(self._session, command.request)
            case ReadText() if reader is not None:
                reader.read(self._session, command, self.take)
            case CancelReading() if reader is not None:
                reader.cancel(self._session, command.request)
            case Recall():
                self._recall(command)
            case Remember():
                self._remember(command, now)
            case AskModel() | CancelModel() | ReadText() | CancelReading():
                raise RuntimeError(f"the assistant was not told that it has no {command}")
            case _:
                self._speak(command, now)

    def _speak(self, said: Utterance, now: Seconds) -> None:
        if isinstance(said, ProblemSaid) and said.fault is not None:
            log.error("session %s: a question failed", self._session, exc_info=said.fault)
        message = message_of(said, now, self._keep)
        if self.witness is not None:
            self.witness.said(message, now)
        self._say(message)

    def _keep(self, glimpse: Glimpse) -> str:
        name = self.evidence.keep(glimpse)
        return f"v1/sessions/{self._session}/evidence/{name}.jpg"

    def _fault(self, error: Exception, about: str | None) -> None:
        log.error("session %s: the assistant failed", self._session, exc_info=error)
        detail = "The assistant failed at something; the server's log says how. It goes on."
        self._say(Problem("assistant", detail, about))

    def _recall(self, command: Recall) -> None:
        """Searches; there are never more searches than questions on their way."""
        search = Search(command.query, any_word=True, kinds=command.kinds, limit=MOST_RECALLED)
        recall = asyncio.create_task(self._faculties.memory.recall(self._session, search))
        self._searches.add(recall)
        recall.add_done_callback(partial(self._recalled, command))

    def _recalled(self, command: Recall, recall: asyncio.Task[tuple[Recollection, ...]]) -> None:
        self._searches.discard(recall)
        if recall.cancelled():
            return
        error = recall.exception()
        if error is not None:
            log.error("session %s: the memory failed", self._session, exc_info=error)
            self.take(Recalled(command.request, (), failed=True))
        else:
            self.take(Recalled(command.request, recall.result()))

    def _remember(self, command: Remember, now: Seconds) -> None:
        """Puts a memory away, at once or when its picture has been made small."""
        then = time.time() - now
        if command.glimpse is None:
            self._put_away(command.memory, then, None)
            return
        small = self.evidence.small(command.glimpse)
        small.add_done_callback(
            lambda done: self._put_away(command.memory, then, done if _whole(done) else None)
        )

    def _put_away(self, memory: Memory, then: float, small: asyncio.Future[bytes] | None) -> None:
        if self._closed:  # what the session saw may be forgotten already
            return
        self._faculties.memory.remember(
            self._session,
            memory,
            first_wall=then + memory.first,
            last_wall=then + memory.last,
            thumbnail=None if small is None else small.result(),
        )


def _whole(done: asyncio.Future[bytes]) -> bool:
    """Whether a picture could be encoded; one more try comes with the next."""
    return not done.cancelled() and done.exception() is None
