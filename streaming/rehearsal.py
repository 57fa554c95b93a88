"""The assistant over a recorded video: what it commands is done at once, in media time.

A reader, a memory and a language model take their real time, but none of the video's: their
results come back at the moment at which they were asked for. So the same video, questions and
models give the same answers every time.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from streaming.remembering.entries import MOST_RECALLED, Note, Search
from streaming.remembering.keeper import recollection
from streaming.remembering.store import MemoryStore
from streaming.remembering.thumbnails import thumbnail
from streaming.seen import Seen
from streaming.speech import message_of
from streaming.wire import Message
from vision.assistant import Assistant
from vision.assisting.outbox import Abilities
from vision.attention import Attention
from vision.dealings import (
    Asked,
    AskModel,
    CancelModel,
    CancelReading,
    Command,
    Event,
    ModelEnded,
    ModelFailed,
    ModelSaid,
    OptionsSet,
    ReadText,
    Recall,
    Recalled,
    Remember,
    TextRead,
    Tick,
    WatchAsked,
)
from vision.errors import ConfigError, NoAnswer
from vision.glimpse import Glimpse
from vision.ports import SeeingModel, TextReader
from vision.prompt import Prompt
from vision.types import Language, Seconds

log = logging.getLogger(__name__)

AT = re.compile(r"(?P<text>.+)@(?P<seconds>\d+(?:\.\d+)?)", re.DOTALL)

MOST_UNWRITTEN = 512
"""Memories that wait while another program holds the file; the oldest are left out."""

Listener = Callable[[Message, float], None]
"""Takes a message and the media time, in seconds, at which it was said."""


@dataclass(frozen=True, slots=True)
class Cue:
    """Something that the person says at a moment of the video."""

    at: Seconds
    "When."
    event: Event
    "What."


@dataclass(frozen=True, slots=True)
class Props:
    """What there is to understand with."""

    memory: MemoryStore
    "Where what was seen is kept."
    reader: TextReader | None = None
    "What reads text."
    model: SeeingModel | None = None
    "What sees and speaks; it needs a ``runner``."
    runner: asyncio.Runner | None = None
    "Where the model's requests are run."
    language: Language = "en"
    "What to speak unasked."
    captions: bool = False
    "Whether to describe unasked."
    shared: bool = False
    "Whether what other sessions and replays left in the memory is recalled too."


def question_cue(argument: str, number: int) -> Cue:
    """The cue for ``--ask "text@seconds"``.

    Raises:
        ConfigError: it has another form.
    """
    match = AT.fullmatch(argument)
    if match is None:
        raise ConfigError(
            f'--ask takes "question@seconds", such as "How many people?@3.5": {argument!r}'
        )
    return Cue(Seconds(float(match["seconds"])), Asked(f"ask-{number}", match["text"]))


def watch_cue(argument: str, number: int) -> Cue:
    """The cue for ``--watch "text"``, from the start, or ``--watch "text@seconds"``."""
    match = AT.fullmatch(argument)
    text, at = (match["text"], float(match["seconds"])) if match else (argument, 0.0)
    return Cue(Seconds(at), WatchAsked(f"watch-{number}", text))


class Rehearsal:
    """Takes every frame of a replay, in order."""

    def __init__(self, labels: Sequence[str], cues: Sequence[Cue], props: Props) -> None:
        self.listeners: list[Listener] = []
        "Who is told what the assistant says."
        self._props = props
        self._cues = deque(sorted(cues, key=lambda cue: cue.at))
        self._attention = Attention()
        model = props.model
        abilities = Abilities(
            model.name if model else "", model.slots if model else 1, props.reader is not None
        )
        self._assistant = Assistant(labels, abilities)
        self._session = f"replay-{secrets.token_hex(4)}"
        self._began = time.time()
        self._pictured: tuple[int, bytes] | None = None
        self._notes: deque[Note] = deque(maxlen=MOST_UNWRITTEN)
        self._handle(OptionsSet(props.captions, props.language), Seconds(0))

    @property
    def vlm(self) -> str:
        """Name of the language model, or ``grounded``."""
        return self._props.model.name if self._props.model else "grounded"

    @property
    def counts(self) -> dict[str, int]:
        """What the assistant did and left undone."""
        return self._assistant.counts

    @property
    def unsaid(self) -> tuple[Cue, ...]:
        """Cues whose moment has not come."""
        return tuple(self._cues)

    def begin(self, seconds: float) -> None:
        """The video lasts about so long: what is on it was seen by now, and not in the future."""
        self._began = time.time() - seconds

    def take(self, seen: Seen) -> None:
        """The next frame."""
        frame = seen.frame
        if seen.detected:
            noticed = self._attention.notice(
                frame.picture,
                frame.t,
                frame.pts,
                seen.tracks,
                seen.moved,
                text_changed=self._assistant.text_changed,
            )
            self._handle(noticed, frame.t)
        while self._cues and self._cues[0].at <= frame.t:
            self._handle(self._cues.popleft().event, frame.t)
        self._handle(Tick(), frame.t)
        self._write()

    def _handle(self, event: Event, now: Seconds) -> None:
        """Tells the assistant, does what it commands, and tells it what came of that."""
        events = deque([event])
        while events:
            commands = self._assistant.handle(events.popleft(), now)
            cancelled = {each.request for each in commands if isinstance(each, CancelModel)}
            for command in commands:
                events.extend(self._carry_out(command, now))
            if cancelled:
                events = deque(
                    each for each in events if getattr(each, "request", 0) not in cancelled
                )

    def _carry_out(self, command: Command, now: Seconds) -> Iterator[Event]:
        match command:
            case AskModel():
                yield from self._ask(command)
            case ReadText():
                yield self._read(command)
            case Recall():
                yield self._recall(command, now)
            case Remember():
                self._remember(command)
            case CancelModel() | CancelReading():
                pass
            case _:
                message = message_of(command, now, lambda _: "")
                for listener in self.listeners:
                    listener(message, now)

    def _ask(self, command: AskModel) -> Iterator[Event]:
        assert self._props.model is not None
        assert self._props.runner is not None
        reply = _whole_reply(self._props.model, command.prompt)
        pieces, failure = self._props.runner.run(reply)
        for piece in filter(None, pieces):
            yield ModelSaid(command.request, piece)
        yield (ModelFailed(command.request, failure) if failure else ModelEnded(command.request))

    def _read(self, command: ReadText) -> TextRead:
        assert self._props.reader is not None
        try:
            return TextRead(command.request, self._props.reader.read(command.shot.cut()))
        except Exception as error:
            log.exception("the reader %s failed on one picture", self._props.reader.name)
            return TextRead(command.request, (), str(error))

    def _recall(self, command: Recall, now: Seconds) -> Recalled:
        self._write()
        search = Search(
            command.query,
            any_word=True,
            session=None if self._props.shared else self._session,
            kinds=command.kinds,
            limit=MOST_RECALLED,
        )
        entries = self._props.memory.search(search)
        wall = self._began + now
        found = (recollection(each, self._session, wall) for each in entries)
        return Recalled(command.request, tuple(found))

    def _remember(self, command: Remember) -> None:
        small = self._small(command.glimpse) if command.glimpse is not None else None
        memory = command.memory
        first, last = self._began + memory.first, self._began + memory.last
        self._notes.append(Note(self._session, memory, first, last, small))

    def _small(self, glimpse: Glimpse) -> bytes:
        """The very same bytes for all that is remembered of one glimpse: they are kept once."""
        if self._pictured is None or self._pictured[0] != glimpse.pts:
            self._pictured = (glimpse.pts, thumbnail(glimpse.picture))
        return self._pictured[1]

    def _write(self) -> None:
        """Writes what waits; what another program is in the way of waits on."""
        if self._notes:
            notes, self._notes = tuple(self._notes), deque(maxlen=MOST_UNWRITTEN)
            self._notes.extend(self._props.memory.write(notes))


async def _whole_reply(model: SeeingModel, prompt: Prompt) -> tuple[list[str], str]:
    """All pieces of a reply, and why it broke off, if it did."""
    pieces: list[str] = []
    try:
        async with aclosing(model.reply(prompt)) as stream:
            async for piece in stream:
                pieces += [piece]  # one by one: those before a failure count
    except NoAnswer as error:
        return pieces, str(error)
    return pieces, ""
