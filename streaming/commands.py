"""What a client may say on ``events``, and what is done about it."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from streaming.allowance import TooOften
from streaming.session import OVERLAY_MODES, Session
from streaming.sink import Sink
from streaming.wire import (
    Ask,
    Command,
    Freeze,
    KeepInMind,
    Listen,
    Ping,
    Pong,
    Problem,
    Record,
    SetOptions,
    Tap,
    Unwatch,
    Watch,
    decode_command,
    encode,
)
from vision.dealings import (
    Asked,
    Event,
    FreezeAsked,
    OptionsSet,
    RememberAsked,
    Tapped,
    Unwatched,
    WatchAsked,
)
from vision.types import LANGUAGES, TrackId

T = TypeVar("T")

MAX_MISFITS = 10
"""Messages in a row that do not fit, after which the channel is closed."""

MAX_COMMAND_BYTES = 16 * 1024

NOT_YOURS = (
    "Sharing, recording, listening and freezing are the person's own: "
    "ask for them on the data channel events of the session's connection"
)


class Listener:
    """Hears one channel's messages; answers go to that channel's ``sink``."""

    def __init__(self, session: Session, sink: Sink, *, person: bool = False) -> None:
        """``person``: whether it is their own, or of somebody who knows the session's id."""
        self._session = session
        self._person = person
        self._sink = sink
        self._misfits = 0

    def hear(self, data: str | bytes) -> bool:
        """Obeys one message; False when the channel is to be closed."""
        try:
            self._obey(self._understood(data))
        except TooOften as error:
            self._reply(Problem("too-often", str(error)))
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            self._misfits += 1
            self._reply(Problem("bad-message", f"{error}. See the wire contract, version 1."))
        else:
            self._misfits = 0
        return self._misfits < MAX_MISFITS

    def _understood(self, data: str | bytes) -> Command:
        if len(data) > MAX_COMMAND_BYTES:
            raise ValueError(f"A message may have at most {MAX_COMMAND_BYTES} bytes")
        return decode_command(data)

    def _obey(self, command: Command) -> None:
        if not self._person and _is_for_the_person(command):
            self._reply(Problem("not-yours", NOT_YOURS))
        elif isinstance(command, Ping):
            self._reply(Pong(command.t))
        elif isinstance(command, SetOptions):
            self._set(command)
        elif isinstance(command, Listen):
            self._listen(command)
        elif isinstance(command, Record):
            self._record(command)
        else:
            self._session.conversation.take(_event(command))

    def _set(self, options: SetOptions) -> None:
        """All of it or nothing of it."""
        overlay = _one_of(options.overlay, OVERLAY_MODES, "overlay")
        language = _one_of(options.language, LANGUAGES, "language")
        if options.labels is not None:
            self._session.follow(options.labels)
        if overlay is not None:
            self._session.overlay = overlay
        if options.share is not None:
            self._session.shared = options.share
        self._session.conversation.take(OptionsSet(options.captions, language))

    def _listen(self, command: Listen) -> None:
        language = _one_of(command.language, LANGUAGES, "language")
        hearing = self._session.hearing
        if hearing is not None:
            hearing.listen(command.mode, language)
        elif command.mode != "off":
            self._reply(Problem("no-hearing", "This server does not recognise speech."))

    def _record(self, command: Record) -> None:
        recorder = self._session.recorder
        if recorder is None:
            self._reply(Problem("no-recording", "This server does not record."))
        elif command.drop:
            recorder.drop()
        elif command.on is None:
            raise ValueError("A `record` message says `on`, true or false, or `drop`")
        elif not command.on:
            recorder.stop()
        elif refusal := recorder.start():
            self._reply(Problem("no-recording", refusal))

    def _reply(self, message: Pong | Problem) -> None:
        self._sink.send(encode(message))


def _is_for_the_person(command: Command) -> bool:
    """Whether it is about their camera, their microphone or what they look at."""
    match command:
        case SetOptions():
            return command.share is not None
        case Record():
            return bool(command.on) or command.drop
        case Listen() | Freeze():
            return True
        case _:
            return False


def _one_of(wanted: str | None, known: tuple[T, ...], what: str) -> T | None:
    """The one that is wanted, None where nothing is."""
    if wanted is None:
        return None
    for each in known:
        if each == wanted:
            return each
    raise ValueError(f"{what} is one of {', '.join(map(str, known))}")


def _thing(number: int | None) -> TrackId | None:
    return None if number is None else TrackId(number)


def _event(command: Ask | Watch | Unwatch | Tap | KeepInMind | Freeze) -> Event:
    """What the person said, as the assistant takes it."""
    match command:
        case Ask():
            return Asked(command.id, command.text, _thing(command.object), command.point)
        case Watch():
            like = command.about == "like"
            return WatchAsked(command.id, command.text, _thing(command.object), like)
        case KeepInMind():
            return RememberAsked(command.id, command.text, _thing(command.object), command.point)
        case Freeze():
            return FreezeAsked(command.pts)
        case Unwatch():
            return Unwatched(command.id)
        case Tap():
            return Tapped(command.point)
