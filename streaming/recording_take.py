"""One recording while it is made: from the camera's key frame on, everything that is done is noted.

Driving contract, on the loop: ``came`` with every frame of the camera, ``ready`` before each frame
is looked at; from when that has begun it, all the others as things happen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from streaming.following import Shown, Taken
from streaming.ingest import Arrival
from streaming.lane import Sight
from streaming.receiving.pieces import EncodedFrame
from streaming.recording_calls import Begin, Look, Notice, Requested, requested, told, took
from streaming.recording_files import Writing
from streaming.recording_subject import About, Recorded, tracks_of
from streaming.wire import Message
from vision.dealings import Command, Event
from vision.types import Seconds
from vision.vocabulary import words

TICKS_A_MS = 90
"""Of the media clock."""


class Take:
    """Notes what one session does."""

    def __init__(
        self,
        session: Recorded,
        about: About,
        behind: Callable[[], None],
        broken: Callable[[], None],
    ) -> None:
        """For ``behind`` and ``broken`` see ``Writing``."""
        self._session = session
        self._about = about
        self._writing = Writing(behind, broken)
        self._first: EncodedFrame | None = None
        self._began: Begin | None = None
        self._seq = 0

    @property
    def begun(self) -> bool:
        """Whether anything is noted yet."""
        return self._began is not None

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._writing.size

    async def finish(self) -> bytes:
        """The ZIP; see ``Writing.finish``."""
        return await self._writing.finish()

    def close(self) -> None:
        """Gives it up."""
        self._writing.close()

    def came(self, frame: EncodedFrame) -> None:
        """A frame of the camera; those before the first key frame are of no use."""
        if self._first is None and not frame.key:
            return
        self._first = self._first or frame
        self._writing.camera(frame, frame.pts - self._first.pts)

    def ready(self, arrival: Arrival, standing: Iterable[Event]) -> bool:
        """This frame is looked at next; answers whether the recording begins with it.

        A fresh assistant is told of what is ``standing`` first.
        """
        shift = self._session.shift
        if self._began is not None or self._first is None or shift is None:
            return False
        if arrival.pts < self._first.pts + shift:
            return False
        given, now = self._session.anew(arrival.t), self._session.now()
        self._began = Begin(arrival.pts, now, given)
        labels = words(self._session.labels)
        self._writing.begin(self._about.manifest(labels, self._first.pts + shift))
        self._writing.call(self._began)
        for event in standing:
            self._writing.call(told(event, now))
        return True

    def looked(self, shown: Shown, pts: int) -> None:
        """A frame was looked at."""
        if self._began is not None:
            self._writing.call(Look(pts))
            self._writing.show(lambda: self._session.annotated(shown), pts - self._began.pts)

    def took(self, sight: Sight, newest: Sight, taken: Taken) -> None:
        """A result of the detector was taken in, and this is what came of it."""
        if self._began is None:
            return
        labels = self._session.labels
        self._writing.call(took(sight.pts, newest.pts, taken.detections, labels))
        self._seq += 1
        message = tracks_of(self._seq, newest.pts, taken, labels)
        self._writing.event(message, round((newest.pts - self._began.pts) / TICKS_A_MS))

    def notice(self, sight: Sight, captured: Seconds, *, text_changed: bool) -> None:
        """Attention is drawn to the frame of the newest result."""
        if self._began is not None:
            self._writing.call(Notice(sight.pts, captured, text_changed))

    def heard(self, event: Event, now: Seconds) -> None:
        """The assistant is told of an event."""
        if self._began is not None:
            self._writing.call(told(event, now))

    def commanded(self, commands: Sequence[Command]) -> None:
        """That is what the assistant wanted then."""
        requests = requested(commands)
        if self._began is not None and requests:
            self._writing.call(Requested(requests))

    def said(self, message: Message, now: Seconds) -> None:
        """The assistant said something."""
        if self._began is not None:
            self._writing.event(message, round((now - self._began.now) * 1e3))
