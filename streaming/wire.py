"""Every message of the wire contract, version 1, as typed structs: one source for both ways.

Positions and sizes are fractions of the picture, times are milliseconds. ``encode`` gives the JSON
text of one message; ``decode_command`` reads what a client sent; ``tracks_messages`` splits one
frame's tracks into messages that fit a datagram.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, TypeAlias

import msgspec

VERSION = 1
MAX_TRACKS_BYTES = 1100
"""Longer SCTP messages are fragmented, and one lost fragment loses the whole message."""


class Message(msgspec.Struct, frozen=True, tag_field="type", omit_defaults=True):
    """Root of all messages; ``type`` is the tag."""


class FrameRef(msgspec.Struct, frozen=True, omit_defaults=True):
    """The frame that a message speaks of."""

    pts: int
    "Presentation time stamp in the 90 kHz media clock, the same that the returned video carries."
    age: int
    "Milliseconds from the frame's arrival to this message."
    rtp: int | None = None
    "The sender's RTP timestamp of the frame."
    captured: int | None = None
    "When it was captured: Unix time in ms by the sender's clock, from its RTCP sender reports."
    returned: int | None = None
    "RTP timestamp that it bears in the returned video, sent there or not; absent until one is."


class ObjectMessage(msgspec.Struct, frozen=True):
    """One tracked object of a ``tracks`` message."""

    id: int
    label: str
    score: float
    box: tuple[float, float, float, float]
    "Left, top, width, height."
    v: tuple[float, float]
    "Motion of the box's centre a second, camera motion included."
    seen: int
    "Milliseconds since a detection last confirmed it."
    keypoints: tuple[float, ...] | msgspec.UnsetType = msgspec.UNSET
    """x, y, score of a person's 17 joints one after the other, as COCO orders them; x and y are
    fractions of ``box``, and may lie outside it. Only where poses are found, and while believed."""
    posed: int | msgspec.UnsetType = msgspec.UNSET
    "Milliseconds since the picture in which they were found."


class Tracks(Message, frozen=True, tag="tracks", omit_defaults=False):
    """What is followed, as of one frame. Objects are split over ``part[1]`` messages."""

    seq: int
    frame: FrameRef
    part: tuple[int, int]
    camera: tuple[float, float]
    "The picture's own motion a second: where a static point at its centre is going."
    objects: tuple[ObjectMessage, ...]
    v: int = VERSION


class Hello(Message, frozen=True, tag="hello", omit_defaults=False):
    """The first message on ``events``."""

    session: str
    detector: str
    vlm: str
    labels: tuple[str, ...]
    limits: dict[str, float]
    v: int = VERSION
    pose: str | msgspec.UnsetType = msgspec.UNSET
    "Name of what finds poses; absent where nothing does."
    resume: str | msgspec.UnsetType = msgspec.UNSET
    "What a new offer shows to go on with this session; told to the person alone, and secret."
    resumed: bool | msgspec.UnsetType = msgspec.UNSET
    "Whether the session went on after its connection was lost; if not, it knows nothing yet."


class Percentiles(msgspec.Struct, frozen=True):
    """Milliseconds over a sliding window."""

    p50: float
    p95: float


class Stats(Message, frozen=True, tag="stats", omit_defaults=False):
    """Sent once a second."""

    stages: dict[str, Percentiles]
    """Per stage: ``decode``, ``look``, ``encode``, ``detect``, ``detect_age``, and ``server`` from
    decoded to handed over."""
    rates: dict[str, float]
    "Frames a second: ``in``, ``out``, ``detect``."
    drops: dict[str, int]
    "Since the start, by place."
    detector: str
    degradation: int = 0
    "Steps that the detector's input is below its best."
    rung: str = ""
    "Which input the last detection was made at, where the detector has several."
    link: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    "What became of packets and encoded frames since the start, ``in`` and ``out``."
    assistant: dict[str, int] = msgspec.field(default_factory=dict)
    "What the assistant did and left undone, since the start."


class Problem(Message, frozen=True, tag="problem"):
    """Something went wrong that the person should know of; the session goes on."""

    code: str
    detail: str
    about: str | None = None
    "Id of the message that this answers, where it had one."


class Pong(Message, frozen=True, tag="pong", omit_defaults=False):
    """Answers ``ping``."""

    t: float


class Caption(Message, frozen=True, tag="caption", omit_defaults=False):
    """What is to be seen, said without being asked. A later one takes its place."""

    id: str
    text: str
    frame: FrameRef
    "The key frame that it describes."
    age: int
    "Milliseconds since that frame was captured."
    source: str
    "Name of the model, or ``grounded``."
    objects: tuple[int, ...] = ()
    "Ids of the tracked objects that the text speaks of, in its order."


class Answer(Message, frozen=True, tag="answer"):
    """A piece of an answer (``delta``), or all of it at its end (``text`` with ``done``)."""

    id: str
    "Of the ``ask``; for a ``tap``, ``tap-1``, ``tap-2`` …"
    frame: FrameRef
    age: int
    source: str
    done: bool = False
    delta: str | None = None
    text: str | None = None
    objects: tuple[int, ...] = ()
    "All that the answer has spoken of so far."
    evidence: str | None = None
    "Path of the JPEG that the answer rests on, relative to the server's root."


class Watching(Message, frozen=True, tag="watching", omit_defaults=False):
    """How a standing instruction was understood, and what has become of it."""

    id: str
    text: str
    "As it was given."
    rule: str
    "As it was understood, in plain words."
    state: Literal["watching", "ended"]
    "``ended``: by ``unwatch``, or because it was to fire once and did."


class Alert(Message, frozen=True, tag="alert", omit_defaults=False):
    """A standing instruction has come true."""

    id: str
    watch: str
    "Id of the ``watch``."
    text: str
    "Why it fired."
    frame: FrameRef
    age: int
    objects: tuple[int, ...] = ()
    evidence: str | None = None


class Remembered(Message, frozen=True, tag="remembered", omit_defaults=False):
    """Something is remembered by the name that the person gave it."""

    id: str
    text: str
    "The name."
    lasting: bool
    "Whether it outlives the session: whether the server keeps its memory on a disk."


class BlockMessage(msgspec.Struct, frozen=True):
    """One line of text in the picture."""

    text: str
    quad: tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
    "Corners, clockwise from the reader's top left."
    score: float
    id: int
    "The same sign keeps its id."


class RecordingLimits(msgspec.Struct, frozen=True):
    """Where a recording ends by itself."""

    seconds: float
    bytes: int


class Recording(Message, frozen=True, tag="recording"):
    """How the recording stands that the person asked for; once a second while it is made."""

    state: Literal["off", "starting", "on", "done", "failed"]
    """``starting``: waits for a picture to begin with. ``done``: to be had at ``url``, and kept
    until it is dropped. ``failed``: there is none, ``reason`` says why."""
    seconds: float
    bytes: int
    limit: RecordingLimits
    url: str | None = None
    "Path relative to the server's root."
    reason: str | None = None
    "Why it ended: ``asked``, or what kept it from going on."


class Text(Message, frozen=True, tag="text", omit_defaults=False):
    """All text that is to be read now, in reading order. Sent when that changes."""

    blocks: tuple[BlockMessage, ...]
    frame: FrameRef


HeardError = Literal["nothing-said", "not-understood", "away", "busy"]


class Heard(Message, frozen=True, tag="heard"):
    """What the person was heard to say; first without text, when they begin to speak."""

    id: str
    text: str = ""
    final: bool = False
    "Whether this is all: the text, or why there is none."
    ms: int | None = None
    "From the end of speech to the text."
    error: HeardError | None = None
    detail: str | None = None
    "What the recogniser says of it."


ServerMessage: TypeAlias = (
    Tracks
    | Hello
    | Stats
    | Problem
    | Pong
    | Caption
    | Answer
    | Watching
    | Alert
    | Remembered
    | Text
    | Recording
    | Heard
)

MAX_ID = 64
MAX_TEXT = 12_000
"""Characters of what a person says; what is too long for a question is refused by the assistant."""
MAX_LABELS = 100
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
Words = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Ping(Message, frozen=True, tag="ping"):
    """Round-trip probe, and a sign of life."""

    t: float


class SetOptions(Message, frozen=True, tag="set"):
    """Changes how the session behaves; what is absent stays as it was."""

    overlay: str | None = None
    captions: bool | None = None
    language: str | None = None
    labels: Annotated[list[Words], msgspec.Meta(max_length=MAX_LABELS)] | None = None
    share: bool | None = None
    "Whether the operator may see small pictures of this session; off until it is set."


class Ask(Message, frozen=True, tag="ask"):
    """A question."""

    id: Id
    text: Words
    object: int | None = None
    point: tuple[Fraction, Fraction] | None = None


class Record(Message, frozen=True, tag="record"):
    """Begins to record what is seen and said, or ends it."""

    on: bool | None = None
    drop: bool = False
    "The recording that is done is with the person, or not wanted: it is kept no longer."


class Watch(Message, frozen=True, tag="watch"):
    """A standing instruction."""

    id: Id
    text: Words
    object: int | None = None
    "The object that is meant. Then ``text`` is kept, but not what is watched for."
    about: Literal["this", "like"] = "this"
    "With ``object``: that it leaves, or each one like it that comes."


class Unwatch(Message, frozen=True, tag="unwatch"):
    """Ends a standing instruction."""

    id: Id
    text: str = ""


class KeepInMind(Message, frozen=True, tag="remember"):
    """Something to be remembered by a name: an object, or a place of the picture."""

    id: Id
    text: Words
    "The name."
    object: int | None = None
    point: tuple[Fraction, Fraction] | None = None


class Freeze(Message, frozen=True, tag="freeze"):
    """What is asked from here on is about one frame; without ``pts``, about the present again."""

    pts: int | None = None
    "Of the frame, by the clock of ``frame.pts``."


class Tap(Message, frozen=True, tag="tap"):
    """A touch on the picture."""

    point: tuple[Fraction, Fraction]


class Listen(Message, frozen=True, tag="listen"):
    """Has the server listen to the audio that the client sends, or stop."""

    mode: Literal["off", "push", "free"]
    "``push``: until ``off``, which is the end of what is said; ``free``: silence ends it."
    language: str | None = None
    "That is spoken."


Command: TypeAlias = (
    Ping | SetOptions | Ask | Watch | Unwatch | KeepInMind | Freeze | Tap | Listen | Record
)

_encoder = msgspec.json.Encoder(decimal_format="number")
_commands: msgspec.json.Decoder[Command] = msgspec.json.Decoder(Command)


def encode(message: Message) -> str:
    """JSON text of one message."""
    return _encoder.encode(message).decode()


def encode_at(message: Message, at: int) -> bytes:
    """One line of the events log: the message with ``at``, ms of media time, and a newline."""
    fields: dict[str, Any] = {"at": at, **msgspec.to_builtins(message)}
    return _encoder.encode(fields) + b"\n"


def decode_command(data: str | bytes) -> Command:
    """Reads a client's message.

    Raises:
        msgspec.MsgspecError: not JSON, of an unknown type, or with fields that do not fit.
    """
    return _commands.decode(data)


def tracks_messages(
    seq: int,
    frame: FrameRef,
    camera: tuple[float, float],
    objects: Sequence[ObjectMessage],
) -> Iterator[str]:
    """One frame's objects as ``tracks`` messages of at most ``MAX_TRACKS_BYTES`` each."""
    widest = Tracks(seq=seq, frame=frame, part=(99, 99), camera=camera, objects=())
    room = MAX_TRACKS_BYTES - len(_encoder.encode(widest))
    parts = list(_split(objects, room)) or [()]
    for index, part in enumerate(parts):
        yield encode(
            Tracks(seq=seq, frame=frame, part=(index, len(parts)), camera=camera, objects=part)
        )


def _split(objects: Sequence[ObjectMessage], room: int) -> Iterator[tuple[ObjectMessage, ...]]:
    part: list[ObjectMessage] = []
    used = 0
    for item in objects:
        size = len(_encoder.encode(item)) + 1
        if part and used + size > room:
            yield tuple(part)
            part, used = [], 0
        part.append(item)
        used += size
    if part:
        yield tuple(part)
