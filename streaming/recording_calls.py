"""What was done in a recorded session, call by call, as JSON Lines: the same again gives the same.

A recording holds what went into the eye and into the assistant, in its order and with its times;
what came out follows from that. Numbers are written so that reading them back gives the very same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import msgspec
import numpy as np

from vision.dealings import AskModel, Command, Event, Noticed, ReadText, Recall
from vision.types import Detections, Seconds

EVENTS: tuple[type[Event], ...] = tuple(kind for kind in get_args(Event) if kind is not Noticed)
"""What is written with all its fields; of ``Noticed``, only of which picture it was."""

Request = AskModel | ReadText | Recall
"""Commands that are answered by events."""


class Call(msgspec.Struct, frozen=True, tag_field="call", omit_defaults=True):
    """Root of all calls."""


class Begin(Call, frozen=True, tag="begin"):
    """The first call: everything is seen as if for the first time."""

    pts: int
    "Of the first frame, in the session's media time."
    now: float
    "Session time."
    given: int
    "The id that was given last."


class Look(Call, frozen=True, tag="look"):
    """A frame was looked at."""

    pts: int


class Took(Call, frozen=True, tag="took"):
    """A result of the detector was taken in."""

    pts: int
    "Of the frame that it was made of."
    newest: int
    "Of the newest frame then."
    boxes: list[tuple[float, float, float, float]]
    scores: list[float]
    classes: list[int]
    names: dict[int, str]
    "Of those classes."


class Notice(Call, frozen=True, tag="notice"):
    """The assistant's attention was drawn to the frame of the last result."""

    pts: int
    captured: float
    text_changed: bool


class Told(Call, frozen=True, tag="told"):
    """The assistant was told of an event."""

    event: str
    now: float
    fields: dict[str, Any] = {}


class Requested(Call, frozen=True, tag="requested"):
    """The assistant, told of the event before, asked for these."""

    requests: list[tuple[str, int]]


AnyCall = Begin | Look | Took | Notice | Told | Requested

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyCall] = msgspec.json.Decoder(AnyCall)


def line_of(call: AnyCall) -> bytes:
    """One line, its newline included."""
    return _encoder.encode(call) + b"\n"


def calls_in(lines: bytes) -> Iterator[AnyCall]:
    """All calls of a file.

    Raises:
        msgspec.MsgspecError: a line is none.
    """
    return (_decoder.decode(line) for line in lines.splitlines())


def took(pts: int, newest: int, seen: Detections, labels: Sequence[str]) -> Took:
    """The call that took ``seen`` in."""
    classes = [int(each) for each in seen.classes]
    boxes = [(left, top, width, height) for left, top, width, height in seen.boxes.tolist()]
    names = {each: labels[each] for each in classes}
    return Took(pts, newest, boxes, seen.scores.tolist(), classes, names)


def detections_of(call: Took) -> Detections:
    """What that call took in."""
    return Detections(
        np.array(call.boxes, np.float32).reshape(-1, 4),
        np.array(call.scores, np.float32),
        np.array(call.classes, np.int32),
    )


def told(event: Event, now: Seconds) -> Told:
    """The call that told of ``event``."""
    if isinstance(event, Noticed):
        return Told("Noticed", now, {"pts": event.glimpse.pts})
    return Told(type(event).__name__, now, msgspec.to_builtins(event))


def event_of(call: Told) -> Event | None:
    """The event that it told of, ``None`` for ``Noticed``.

    Raises:
        msgspec.MsgspecError: there is no such event.
    """
    if call.event == "Noticed":
        return None
    kinds: dict[str, Any] = {kind.__name__: kind for kind in EVENTS}
    if call.event not in kinds:
        raise msgspec.ValidationError(f"there is no event {call.event!r}")
    event: Event = msgspec.convert(call.fields, kinds[call.event])
    return event


def requested(commands: Sequence[Command]) -> list[tuple[str, int]]:
    """What of the commands will be answered."""
    asked = [each for each in commands if isinstance(each, Request)]
    return [(type(each).__name__, each.request) for each in asked]
