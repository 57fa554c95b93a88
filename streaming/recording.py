"""Records one session, when the person asks for it and until they end it; all of it in memory.

Driving contract, on the loop: ``start`` and ``stop`` as the person says; the session tells of all
that it does (``ready``, ``looked``, ``took``, ``notice``, ``heard``, ``commanded``, ``said``), be a
recording made or not; ``tick`` once a second; ``close`` at the end. A recording begins with a
key frame of the camera, and the eye begins anew with it: nothing of what was seen before the person
asked is in it, and whoever plays it back sees the same as was seen then.

Both videos are written by a thread; what waits for it is bounded. A camera's frame that finds no
room ends the recording, since all after it would be worthless; annotated ones are left out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from streaming.following import Shown, Taken
from streaming.ingest import Arrival, Ingest
from streaming.lane import Sight
from streaming.receiving.pieces import EncodedFrame
from streaming.recording_calls import Begin, Look, Notice, Requested, requested, told, took
from streaming.recording_files import Writing
from streaming.recording_shelf import Shelf
from streaming.recording_standing import Standing
from streaming.tracks import object_messages
from streaming.wire import FrameRef, Message, Recording, RecordingLimits, Tracks
from vision.assisting.outbox import Abilities, AssistantConfig
from vision.dealings import Command, Event
from vision.picture import Picture
from vision.types import Seconds
from vision.vocabulary import words

log = logging.getLogger(__name__)

MOST_SECONDS = 600.0
MOST_BYTES = 64 << 20
"""Of one recording. A longer or larger one ends by itself."""

KEY_FRAME_WITHIN = 10.0
"""Seconds that a recording may take to begin."""

State = Literal["off", "starting", "on", "done", "failed"]


class Recorded(Protocol):
    """What a recorder needs of its session."""

    @property
    def labels(self) -> Sequence[str]:
        """Names of classes."""
        ...

    @property
    def camera(self) -> Ingest | None:
        """Where frames come in."""
        ...

    @property
    def shift(self) -> int | None:
        """Ticks by which the session's media time is ahead of the connection's."""
        ...

    def now(self) -> Seconds:
        """Session time."""
        ...

    def anew(self, t: Seconds) -> int:
        """Sees from ``t`` on as if for the first time; gives the last id that was given."""
        ...

    def say(self, message: Message) -> None:
        """To everybody who listens."""
        ...

    def annotated(self, shown: Shown) -> Picture:
        """The picture with what was found drawn on a copy of it."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """What stands in a recording about its making."""

    session: str
    version: str
    detector: str
    vlm: str
    abilities: Abilities
    config: AssistantConfig | None


class Recorder:
    """One session's."""

    def __init__(self, session: Recorded, about: About, shelf: Shelf) -> None:
        self._session = session
        self._about = about
        self._shelf = shelf
        self._standing = Standing()
        self._state: State = "off"
        self._reason: str | None = None
        self._writing: Writing | None = None
        self._since = 0.0
        self._seconds = 0.0
        self._first: EncodedFrame | None = None
        self._began: Begin | None = None
        self._seq = 0
        self._tap: Ingest | None = None
        self._finishing: asyncio.Task[None] | None = None
        self.zip: bytes | None = None
        "The whole recording, once it is done, until it was fetched."

    @property
    def recording(self) -> bool:
        """Whether what is done now is recorded."""
        return self._state == "on"

    def start(self) -> str:
        """Begins with the next key frame; gives why it cannot, empty if it can.

        A recording that is there and was not fetched is dropped.
        """
        camera = self._session.camera
        if self._state in {"starting", "on"}:
            return ""
        if camera is None or not camera.can_tap or self._session.shift is None:
            return "There is no video yet that could be recorded: start the camera first"
        if self._finishing is not None and not self._finishing.done():
            return "The last recording is being put together: try again in a moment"
        self._drop()
        if not self._shelf.fits(self._about.session, 1):
            return "The server keeps as many recordings as it may: try again in a few minutes"
        self._state, self._since, self._reason = "starting", time.monotonic(), None
        self._writing = Writing(self._behind)
        self._tap, camera.tap = camera, self._came
        camera.ask_key()
        self.tell()
        return ""

    def stop(self, reason: str = "asked") -> None:
        """Ends it; what was recorded is made ready to be fetched."""
        if self._state not in {"starting", "on"}:
            return
        if self._tap is not None:
            self._tap.tap = None
        self._reason = reason
        self._seconds = self._elapsed()
        writing, self._writing = self._writing, None
        assert writing is not None
        if self._state == "starting":
            writing.close()
            self._shelf.free(self._about.session)
            self._state = "failed"
        else:
            self._state = "off"
            self._finishing = asyncio.create_task(self._finish(writing), name="recording")
        self._first = self._began = None
        self.tell()

    def tick(self) -> None:
        """Tells how it goes, and ends it where it has to end. Call once a second."""
        if self._state == "starting":
            if time.monotonic() - self._since > KEY_FRAME_WITHIN:
                self.stop("no-key-frame")
            elif self._tap is not None:
                self._tap.ask_key()
        if self._state != "on":
            return
        if self._elapsed() >= MOST_SECONDS:
            self.stop("long")
        elif self._size() >= MOST_BYTES:
            self.stop("full")
        elif not self._shelf.fits(self._about.session, self._size()):
            self.stop("server-full")
        else:
            self.tell()

    def close(self) -> None:
        """The session is over, and its recording with it."""
        if self._tap is not None:
            self._tap.tap = None
        if self._writing is not None:
            self._writing.close()
        if self._finishing is not None:
            self._finishing.cancel()
        self._state, self._writing = "off", None
        self._drop()

    def fetched(self) -> None:
        """The person has it: it is kept no longer."""
        self._drop()
        self._state = "off"
        self.tell()

    def message(self) -> Recording:
        """How it stands."""
        session = self._about.session
        url = f"v1/sessions/{session}/recording.zip" if self._state == "done" else None
        seconds = self._elapsed() if self._state == "on" else self._seconds
        size = len(self.zip) if self.zip is not None else self._size()
        limits = RecordingLimits(MOST_SECONDS, MOST_BYTES)
        return Recording(self._state, round(seconds, 1), size, limits, url, self._reason)

    def tell(self) -> None:
        """Says how it stands."""
        self._session.say(self.message())

    @property
    def worth_telling(self) -> bool:
        """Whether somebody who comes now has to know of it."""
        return self._state != "off"

    # what the session tells

    def ready(self, arrival: Arrival) -> None:
        """This frame is looked at next."""
        if self._state != "starting" or self._first is None or self._writing is None:
            return
        shift = self._session.shift
        if shift is None or arrival.pts < self._first.pts + shift:
            return
        given = self._session.anew(arrival.t)
        now = self._session.now()
        self._began = Begin(arrival.pts, now, given)
        self._state, self._since, self._seq = "on", time.monotonic(), 0
        self._writing.begin(self._manifest(self._first.pts + shift))
        self._writing.call(self._began)
        for event in self._standing.events():
            self._writing.call(told(event, now))
        self.tell()

    def looked(self, shown: Shown, pts: int) -> None:
        """A frame was looked at."""
        if self._began is None or self._writing is None:
            return
        self._writing.call(Look(pts))
        relative = pts - self._began.pts
        self._writing.show(lambda: self._session.annotated(shown), relative)

    def took(self, sight: Sight, newest: Sight, taken: Taken) -> None:
        """A result of the detector was taken in, and this is what came of it."""
        if self._began is None or self._writing is None:
            return
        labels = self._session.labels
        self._writing.call(took(sight.pts, newest.pts, taken.detections, labels))
        self._seq += 1
        message = tracks_of(self._seq, newest.pts, taken, labels)
        self._writing.event(message, _ms(newest.pts - self._began.pts))

    def notice(self, sight: Sight, captured: Seconds, *, text_changed: bool) -> None:
        """Attention is drawn to the frame of the newest result."""
        if self._began is not None and self._writing is not None:
            self._writing.call(Notice(sight.pts, captured, text_changed))

    def heard(self, event: Event, now: Seconds) -> None:
        """The assistant was told of an event, which it is to handle next."""
        self._standing.heard(event)
        if self._began is not None and self._writing is not None:
            self._writing.call(told(event, now))

    def commanded(self, commands: Sequence[Command]) -> None:
        """That is what the assistant wanted then."""
        if self._began is None or self._writing is None:
            return
        requests = requested(commands)
        if requests:
            self._writing.call(Requested(requests))

    def said(self, message: Message, now: Seconds) -> None:
        """The assistant said something."""
        self._standing.said(message)
        if self._began is not None and self._writing is not None:
            self._writing.event(message, round((now - self._began.now) * 1e3))

    def _manifest(self, first_pts: int) -> dict[str, Any]:
        about = self._about
        return {
            "format": 1,
            "version": about.version,
            "detector": about.detector,
            "vlm": about.vlm,
            "abilities": msgspec.to_builtins(about.abilities),
            "config": msgspec.to_builtins(about.config),
            "labels": words(self._session.labels),
            "first_pts": first_pts,
        }

    def _came(self, frame: EncodedFrame) -> None:
        """A frame of the camera, on the loop."""
        if self._writing is None or (self._first is None and not frame.key):
            return
        self._first = self._first or frame
        self._writing.camera(frame, frame.pts - self._first.pts)

    def _behind(self) -> None:
        self.stop("behind")

    def _elapsed(self) -> float:
        return time.monotonic() - self._since if self._state == "on" else 0.0

    def _size(self) -> int:
        return self._writing.size if self._writing is not None else 0

    async def _finish(self, writing: Writing) -> None:
        try:
            self.zip = await writing.finish()
            self._state = "done"
            self._shelf.fits(self._about.session, len(self.zip))
        except Exception:
            log.exception("session %s: the recording failed", self._about.session)
            self._state, self._reason = "failed", "It could not be put together"
            self._shelf.free(self._about.session)
        self.tell()

    def _drop(self) -> None:
        self.zip = None
        self._shelf.free(self._about.session)


def tracks_of(seq: int, pts: int, taken: Taken, labels: Sequence[str]) -> Tracks:
    """What a result led to, without what another run could not repeat: ages and addresses."""
    camera = (round(taken.camera[0], 4), round(taken.camera[1], 4))
    frame = FrameRef(pts=pts, age=0)
    return Tracks(seq, frame, (0, 1), camera, object_messages(taken.tracks, labels))


def _ms(ticks: int) -> int:
    return round(ticks / 90)
