"""What goes into the assistant and what comes out: events in, commands out.

Whoever drives the assistant makes the events and carries out the commands; see
``vision.assistant`` for the contract. Nothing here does anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType, TypeAlias

from vision.glimpse import Glimpse
from vision.keyframes import KeyFrame
from vision.prompt import Prompt, Shot
from vision.recollection import Kind, Memory, Recollection
from vision.types import Language, Point, SeenText, TextBlock, TrackId

RequestId = NewType("RequestId", int)
"""Counts from 1 within one assistant: names one piece of work that was commanded."""

Lane = Literal["question", "ambient"]
"""A person waits for the first; the second is skipped when the model is busy."""


@dataclass(frozen=True, slots=True, eq=False)
class Noticed:
    """A picture was looked at (``vision.attention``); in the order of their times."""

    glimpse: Glimpse
    "All that is known of it."
    key: KeyFrame | None
    "A picture that deserves a closer look now: this one, or a sharper one just before it."
    best: Glimpse
    "What to answer a question from: this one, unless it is blurred and another is not."
    text_changed: bool = False
    "What was known of ``Assistant.text_changed`` when this picture was taken up."


@dataclass(frozen=True, slots=True)
class Asked:
    """The person asks."""

    id: str
    "The person's own; comes back with the answer."
    text: str
    "As typed or spoken."
    object: TrackId | None = None
    "The object that is meant, if one was pointed at."
    point: Point | None = None
    "The place that is meant, if one was pointed at."


@dataclass(frozen=True, slots=True)
class Tapped:
    """The person touched the picture without a word."""

    point: Point
    "Where."


@dataclass(frozen=True, slots=True)
class WatchAsked:
    """The person gives a standing instruction; one of the same id is replaced."""

    id: str
    "The person's own."
    text: str
    "As typed or spoken."
    object: TrackId | None = None
    "The very object that is meant: then the words are only kept, not understood."
    like: bool = False
    "Whether others like that object are watched for, each time; else that it leaves."


@dataclass(frozen=True, slots=True)
class RememberAsked:
    """The person wants something remembered by a name."""

    id: str
    "The person's own; comes back when it is."
    text: str
    "The name."
    object: TrackId | None = None
    "Which object."
    point: Point | None = None
    "Or which place."


@dataclass(frozen=True, slots=True)
class FreezeAsked:
    """The person looks at one frame: what they ask is about that, until they say so again."""

    pts: int | None
    "Of the frame, in the 90 kHz media clock; None to go on with what is seen now."


@dataclass(frozen=True, slots=True)
class Unwatched:
    """The person takes a standing instruction back."""

    id: str
    "Which."


@dataclass(frozen=True, slots=True)
class OptionsSet:
    """The person's wishes; None leaves one as it was."""

    captions: bool | None = None
    "Whether to describe without being asked."
    language: Language | None = None
    "What to speak."


@dataclass(frozen=True, slots=True)
class TextRead:
    """A reading came to its end."""

    request: RequestId
    "Of the ``ReadText``."
    blocks: tuple[TextBlock, ...]
    "What was read; positions are fractions of the shot, not of the whole picture."
    failed: str = ""
    "Why nothing could be read, for people; empty when the reader worked."


@dataclass(frozen=True, slots=True)
class Recalled:
    """A search of the memory came to its end."""

    request: RequestId
    "Of the ``Recall``."
    found: tuple[Recollection, ...]
    "Best first."
    failed: bool = False
    "Whether the memory could not be searched."


@dataclass(frozen=True, slots=True)
class ModelSaid:
    """A piece of the model's answer."""

    request: RequestId
    "Of the ``AskModel``."
    piece: str
    "Text; never empty."


@dataclass(frozen=True, slots=True)
class ModelEnded:
    """The model's answer is whole."""

    request: RequestId
    "Of the ``AskModel``."


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """The model will say nothing more to a request."""

    request: RequestId
    "Of the ``AskModel``."
    reason: str
    "Why, for people."
    busy: bool = False
    "Whether it never began, since the model had other work, or gave way to a question."


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed. Deadlines are kept only as exactly as ticks come."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over: nothing is commanded from here on."""


Event: TypeAlias = (
    Noticed
    | Asked
    | Tapped
    | WatchAsked
    | Unwatched
    | RememberAsked
    | FreezeAsked
    | OptionsSet
    | TextRead
    | Recalled
    | ModelSaid
    | ModelEnded
    | ModelFailed
    | Tick
    | Closed
)


@dataclass(frozen=True, slots=True, eq=False)
class AskModel:
    """Ask the language model. Ends with ``ModelEnded`` or ``ModelFailed``, unless cancelled."""

    request: RequestId
    "Its name from now on."
    lane: Lane
    "Who waits for it."
    prompt: Prompt
    "What to ask."


@dataclass(frozen=True, slots=True)
class CancelModel:
    """Nobody wants this answer any more; its events are ignored if they still come."""

    request: RequestId
    "Of the ``AskModel``."


@dataclass(frozen=True, slots=True, eq=False)
class ReadText:
    """Read the text in a shot. Ends with ``TextRead``."""

    request: RequestId
    "Its name from now on."
    shot: Shot
    "Where to read."
    waited_for: bool
    "Whether a person waits for it."


@dataclass(frozen=True, slots=True)
class CancelReading:
    """Nobody waits for this reading any more."""

    request: RequestId
    "Of the ``ReadText``."


@dataclass(frozen=True, slots=True, eq=False)
class Remember:
    """Put this into the memory."""

    memory: Memory
    "What."
    glimpse: Glimpse | None = None
    "The picture to keep with it, small; None keeps the one that is there."


@dataclass(frozen=True, slots=True)
class Recall:
    """Search the memory. Ends with ``Recalled``."""

    request: RequestId
    "Its name from now on."
    query: str
    "Words to find; empty for the newest."
    kinds: frozenset[Kind]
    "What to look among."


@dataclass(frozen=True, slots=True, eq=False)
class CaptionSaid:
    """Describes a key frame, unasked."""

    id: str
    "Its own."
    text: str
    "What is to be seen."
    glimpse: Glimpse
    "The key frame."
    source: str
    "Name of the model, or ``grounded``."
    objects: tuple[TrackId, ...]
    "What the text speaks of, in its order."


@dataclass(frozen=True, slots=True, eq=False)
class AnswerSaid:
    """A piece of an answer, or all of it at its end."""

    id: str
    "Of the question."
    delta: str
    "What is new; empty at the end."
    text: str
    "All of it, at the end; empty before."
    done: bool
    "Whether this is the end. It comes once for each question that was taken up."
    glimpse: Glimpse
    "What the answer rests on."
    source: str
    "Name of the model, or ``grounded``."
    objects: tuple[TrackId, ...]
    "All that it has spoken of so far, in its order."
    evidence: str = ""
    "Path of a remembered picture that it rests on instead of the glimpse's."


@dataclass(frozen=True, slots=True)
class WatchingSaid:
    """Repeats a standing instruction as it was understood."""

    id: str
    "The person's own."
    text: str
    "As it was given."
    rule: str
    "As it was understood."
    ended: bool
    "Whether it is over."


@dataclass(frozen=True, slots=True, eq=False)
class AlertSaid:
    """A standing instruction has come true."""

    id: str
    "Its own."
    watch: str
    "The instruction's."
    text: str
    "Why it fired."
    glimpse: Glimpse
    "The evidence."
    objects: tuple[TrackId, ...]
    "What it speaks of."


@dataclass(frozen=True, slots=True)
class RememberedSaid:
    """Something is remembered by its name."""

    id: str
    "The person's own."
    text: str
    "The name."
    lasting: bool
    "Whether it outlives the session."


@dataclass(frozen=True, slots=True, eq=False)
class TextSaid:
    """All text that is to be read now."""

    texts: tuple[SeenText, ...]
    "In reading order."
    glimpse: Glimpse
    "Where they are as of this one."


@dataclass(frozen=True, slots=True)
class ProblemSaid:
    """Something went wrong that the person should know of."""

    code: str
    "For programs."
    detail: str
    "For people: what, and what to do."
    about: str | None = None
    "The person's id of what it is about."
    fault: Exception | None = None
    "The assistant's own failure behind it, for the operator's log."


Utterance: TypeAlias = (
    CaptionSaid | AnswerSaid | WatchingSaid | AlertSaid | RememberedSaid | TextSaid | ProblemSaid
)

Command: TypeAlias = (
    AskModel | CancelModel | ReadText | CancelReading | Remember | Recall | Utterance
)
