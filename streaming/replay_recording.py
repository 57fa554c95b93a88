"""Plays a recording back: the same calls in the same order, and what comes of them.

No model is needed: what the detector, the text reader, the memory and the language model said is in
the recording, and is said again at the moment at which it was said then. The eye looks at the same
frames, decoded from the very bitstream that the camera sent. The assistant begins anew, with what
the person wanted when the recording began; it knows nothing of what was before.
"""

from __future__ import annotations

import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import unified_diff
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import msgspec
import numpy as np

from streaming.following import Following, Taken
from streaming.frames import MEDIA_CLOCK, picture_of
from streaming.lane import Sight
from streaming.recording_calls import (
    AnyCall,
    Begin,
    Look,
    Notice,
    Requested,
    Told,
    Took,
    calls_in,
    detections_of,
    event_of,
    requested,
)
from streaming.recording_files import CALLS, EVENTS, MANIFEST, repeatable
from streaming.recording_subject import FORMAT, tracks_of
from streaming.speech import message_of
from streaming.wire import Message, encode_at
from vision.assistant import Assistant
from vision.assisting.outbox import Abilities, AssistantConfig
from vision.attention import Attention
from vision.dealings import (
    AskModel,
    Closed,
    Command,
    Event,
    Noticed,
    ReadText,
    Recall,
    Recalled,
    TextRead,
    Utterance,
)
from vision.errors import MediaError
from vision.picture import Picture
from vision.types import Detections, Seconds, Track

MOST_FILE = 512 << 20
"""Bytes of one file in a recording, unpacked."""

MOST_LABELS = 100_000
"""Classes that a recording may name."""

KEPT_PICTURES = 96
"""Newest pictures that are kept: a result may be as much older than the newest frame."""

TRACKS = b'"type":"tracks"'
HEADS = ("---", "+++", "@@ ")

Listener = Callable[[Message, int], None]
"""Takes a message and the ms since the beginning at which it was said."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is in a recording."""

    manifest: dict[str, Any]
    camera: bytes
    calls: bytes
    events: bytes


@dataclass(frozen=True, slots=True)
class Looked:
    """A frame of a recording as it was looked at again."""

    picture: Picture
    pts: int
    "Since the first."
    tracks: tuple[Track, ...]


def is_recording(path: Path) -> bool:
    """Whether a file is a recording and not a video."""
    return zipfile.is_zipfile(path)


def read_recording(path: Path) -> Recorded:
    """Everything that is needed to play a recording back.

    Raises:
        MediaError: it is none, not whole, or too large.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            manifest = msgspec.json.decode(_file(packed, MANIFEST), type=dict[str, Any])
            if manifest.get("format") != FORMAT:
                raise MediaError(f"{path}: a recording of another format: update Open Eyes")
            camera = _file(packed, str(manifest.get("camera")))
            return Recorded(manifest, camera, _file(packed, CALLS), _file(packed, EVENTS))
    except (KeyError, zipfile.BadZipFile, msgspec.MsgspecError, OSError) as error:
        raise MediaError(f"{path}: this is not a whole recording ({error})") from error


def _file(packed: zipfile.ZipFile, name: str) -> bytes:
    if packed.getinfo(name).file_size > MOST_FILE:
        raise MediaError(f"{name} in the recording is too large")
    return packed.read(name)


class Player:
    """Plays one recording back, once."""

    def __init__(self, recorded: Recorded, listener: Listener) -> None:
        self._recorded = recorded
        self._listener = listener
        self._labels = list(msgspec.convert(recorded.manifest.get("labels"), list[str]))
        self._following = Following(self._labels)
        self._attention = Attention()
        self._assistant = Assistant(self._labels, *_settings(recorded))
        self._began = Begin(0, 0.0, 0)
        self._pictures: OrderedDict[int, Picture] = OrderedDict()
        self._taken: Taken | None = None
        self._noticed: Noticed | None = None
        self._asked: list[Command] = []
        self._names: dict[tuple[str, int], int] = {}
        self._seq = 0

    @property
    def labels(self) -> list[str]:
        """Names of classes, as far as the recording has told them."""
        return self._labels

    def play(self) -> Iterator[Looked]:
        """Every frame that was looked at.

        Raises:
            MediaError: the recording is damaged.
        """
        frames = _frames(self._recorded)
        try:
            for call in calls_in(self._recorded.calls):
                if isinstance(call, Look):
                    yield self._look(call, frames)
                else:
                    self._do(call)
        except (msgspec.MsgspecError, KeyError, av.FFmpegError, StopIteration) as error:
            raise MediaError(f"The recording is damaged: {error}") from error

    def _do(self, call: AnyCall) -> None:
        match call:
            case Begin():
                self._began = call
                self._following = Following(self._labels, call.given)
                self._following.restart(_seconds(call.pts))
            case Took():
                self._take(call)
            case Notice() if self._taken is not None:
                picture, taken = self._pictures[call.pts], self._taken
                self._noticed = self._attention.notice(
                    picture,
                    Seconds(call.captured),
                    call.pts,
                    taken.then,
                    taken.moved,
                    text_changed=call.text_changed,
                )
            case Told():
                self._tell(call)
            case Requested():
                self._name(call)

    def _look(self, call: Look, frames: Iterator[tuple[int, Picture]]) -> Looked:
        picture = next((picture for pts, picture in frames if pts == call.pts), None)
        if picture is None:
            raise MediaError(f"The recording lacks the frame {call.pts}")
        pts = call.pts
        shown = self._following.look(picture, _seconds(pts))
        self._pictures[pts] = picture
        while len(self._pictures) > KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return Looked(picture, pts - self._began.pts, shown.tracks)

    def _take(self, call: Took) -> None:
        # one from before the recording began is refused by its time; any picture will do for it
        picture = self._pictures.get(call.pts) or next(reversed(self._pictures.values()))
        sight = Sight(picture, _seconds(call.pts), call.pts, None, None, 0.0)
        newest = replace(sight, t=_seconds(call.newest), pts=call.newest)
        self._taken = self._following.take_in(sight, newest, self._named(call))
        self._seq += 1
        message = tracks_of(self._seq, call.newest, self._taken, self._labels)
        self._listener(message, round((call.newest - self._began.pts) / 90))

    def _tell(self, call: Told) -> None:
        now = Seconds(call.now)
        event = self._event(call)
        if event is None:
            return
        commands = self._assistant.handle(event, now)
        self._asked = list(commands)
        for command in commands:
            if isinstance(command, Utterance):
                message = repeatable(message_of(command, now, lambda _: ""))
                self._listener(message, round((now - self._began.now) * 1e3))

    def _event(self, call: Told) -> Event | None:
        """What was told, with requests named as here; None for what does not concern us."""
        if call.event == "Noticed":
            noticed, self._noticed = self._noticed, None
            fits = noticed is not None and noticed.glimpse.pts == call.fields.get("pts")
            return noticed if fits else None
        event = event_of(call)
        if event is None or isinstance(event, Closed):
            return None
        request = getattr(event, "request", None)
        if request is None:
            return event
        named = self._names.get((_kind(event), request))
        if named is None:
            return None
        renamed: dict[str, Any] = {"request": named}
        return replace(event, **renamed)

    def _name(self, call: Requested) -> None:
        """What was asked for then, and what is asked for now, in the same order."""
        here = requested(self._asked)
        for (kind, then), (same, now) in zip(call.requests, here, strict=False):
            if kind == same:
                self._names[kind, then] = now

    def _named(self, call: Took) -> Detections:
        """What was taken in, its classes numbered as here: by the places of their names."""
        seen = detections_of(call)
        for name in call.names.values():
            if name not in self._labels and len(self._labels) < MOST_LABELS:
                self._labels.append(name)
        places = {then: self._labels.index(name) for then, name in call.names.items()}
        return replace(seen, classes=np.array([places[each] for each in call.classes], np.int32))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A recording and its replay: lines that only one of them has, ``-`` then and ``+`` now."""

    tracks: list[str]
    "Of what was followed. None, by the same version of Open Eyes."
    said: list[str]
    "Of what was said. It may rest on what was before the recording."


def compared(then: bytes, now: bytes) -> Comparison:
    """How two events logs differ."""
    return Comparison(_unlike(then, now, tracks=True), _unlike(then, now, tracks=False))


def _unlike(then: bytes, now: bytes, *, tracks: bool) -> list[str]:
    before, after = (
        [line.decode() for line in log.splitlines() if (TRACKS in line) is tracks]
        for log in (then, now)
    )
    found = unified_diff(before, after, lineterm="", n=0)
    return [line for line in found if not line.startswith(HEADS)]


class Log:
    """What is said, as the events log in a recording has it."""

    def __init__(self) -> None:
        self.lines = bytearray()

    def __call__(self, message: Message, at: int) -> None:
        """Adds one."""
        self.lines += encode_at(message, at)


def _frames(recorded: Recorded) -> Iterator[tuple[int, Picture]]:
    first = int(recorded.manifest["first_pts"])
    with av.open(BytesIO(recorded.camera), "r") as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        frames = msgspec.convert(recorded.manifest["frames"], list[int])
        for pts, frame in zip(frames, container.decode(stream), strict=False):
            yield first + pts, picture_of(frame)


def _seconds(pts: int) -> Seconds:
    return Seconds(pts / MEDIA_CLOCK)


def _settings(recorded: Recorded) -> tuple[Abilities, AssistantConfig | None]:
    manifest = recorded.manifest
    abilities = msgspec.convert(manifest.get("abilities") or {}, Abilities)
    return abilities, msgspec.convert(manifest.get("config"), AssistantConfig | None)


def _kind(event: Event) -> str:
    match event:
        case TextRead():
            return ReadText.__name__
        case Recalled():
            return Recall.__name__
        case _:
            return AskModel.__name__
