"""Records one session, when the person asks for it and until they end it; all of it in memory.

Driving contract, on the loop: ``start`` and ``stop`` as the person says; the session tells of all
that it does (``ready``, ``looked``, ``took``, ``notice``, ``heard``, ``commanded``, ``said``), be a
recording made or not; ``tick`` once a second; ``close`` at the end. A recording begins with a key
frame of the camera, and the eye begins anew with it: nothing of what was seen before the person
asked is in it, and whoever plays it back sees the same as was seen then.

Both videos are written by a thread; what waits for it is bounded. A camera's frame that finds no
room ends the recording, since all after it would be worthless; annotated ones are left out.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from streaming.following import Shown, Taken
from streaming.ingest import Arrival, Ingest
from streaming.lane import Sight
from streaming.recording_shelf import Shelf
from streaming.recording_standing import Standing
from streaming.recording_subject import About, Recorded
from streaming.recording_take import Take
from streaming.wire import Message, Recording, RecordingLimits
from vision.dealings import Command, Event
from vision.types import Seconds

log = logging.getLogger(__name__)

MOST_SECONDS = 600.0
MOST_BYTES = 64 << 20
"""Of one recording. A longer or larger one ends by itself."""

KEY_FRAME_WITHIN = 10.0
"""Seconds that a recording may take to begin."""

T = TypeVar("T")

State = Literal["off", "starting", "on", "done", "failed"]


class Recorder:
    """One session's."""

    def __init__(self, session: Recorded, about: About, shelf: Shelf) -> None:
        self._session = session
        self._about = about
        self._shelf = shelf
        self._standing = Standing()
        self._state: State = "off"
        self._reason: str | None = None
        self._take: Take | None = None
        self._since = self._seconds = 0.0
        self._camera: Ingest | None = None
        self._finishing: asyncio.Task[None] | None = None
        self.zip: bytes | None = None
        "The whole recording, once it is done, until it is dropped. Nobody else may hold it."
        self.turn = 0
        "Changes with every download and every recording: one that began before is over."

    @property
    def worth_telling(self) -> bool:
        """Whether somebody who comes now has to know of it."""
        return self._state != "off"

    def start(self) -> str:
        """Begins with the next key frame; gives why it cannot, empty if it can.

        A recording that is there is dropped.
        """
        camera = self._session.camera
        if self._take is not None:
            return ""
        if camera is None or not camera.can_tap or self._session.shift is None:
            return "There is no video yet that could be recorded: start the camera first"
        if self._finishing is not None and not self._finishing.done():
            return "The last recording is being put together: try again in a moment"
        self._drop()
        if not self._shelf.fits(self._about.session, 1):
            return "The server keeps as many recordings as it may: try again in a few minutes"
        self._state, self._since, self._reason = "starting", time.monotonic(), None
        self._take = Take(self._session, self._about, *self._ends())
        self._camera, camera.tap = camera, self._take.came
        camera.ask_key()
        self.tell()
        return ""

    def stop(self, reason: str = "asked") -> None:
        """Ends it; what was recorded is made ready to be fetched."""
        take = self._leave()
        if take is None:
            return
        self._reason, self._seconds = reason, self._elapsed()
        if take.begun:
            self._state = "off"
            self._finishing = asyncio.create_task(self._finish(take), name="recording")
        else:
            take.close()
            self._drop()
            self._state = "failed"
        self.tell()

    def tick(self) -> None:
        """Tells how it goes, and ends it where it has to end. Call once a second."""
        if self._state == "starting" and self._camera is not None:
            self._camera.ask_key()
        ended = self._why_ended()
        if ended:
            self.stop(ended)
        elif self._state == "on":
            self.tell()

    def close(self) -> None:
        """The session is over, and its recording with it."""
        take = self._leave()
        if take is not None:
            take.close()
        if self._finishing is not None:
            self._finishing.cancel()
        self._state = "off"
        self._drop()

    def drop(self) -> None:
        """The person has the recording that is done, or does not want it: it is kept no longer."""
        if self._state != "done":
            return
        self._drop()
        self._state, self._reason = "off", None
        self.tell()

    def fetching(self) -> int:
        """A download begins, and takes the place of any other; gives its turn."""
        self.turn += 1
        return self.turn

    def message(self) -> Recording:
        """How it stands."""
        done = self._state == "done"
        url = f"v1/sessions/{self._about.session}/recording.zip" if done else None
        seconds = self._elapsed() if self._state == "on" else self._seconds
        limits = RecordingLimits(MOST_SECONDS, MOST_BYTES)
        return Recording(self._state, round(seconds, 1), self._size(), limits, url, self._reason)

    def tell(self) -> None:
        """Says how it stands."""
        self._session.say(self.message())

    def ready(self, arrival: Arrival) -> None:
        """This frame is looked at next. Call while nobody has the eye."""
        if self._note(lambda take: take.ready(arrival, self._standing.events())):
            self._state, self._since = "on", time.monotonic()
            self.tell()

    def looked(self, shown: Shown, pts: int) -> None:
        """A frame was looked at."""
        self._note(lambda take: take.looked(shown, pts))

    def took(self, sight: Sight, newest: Sight, taken: Taken) -> None:
        """A result of the detector was taken in, and this is what came of it."""
        self._note(lambda take: take.took(sight, newest, taken))

    def notice(self, sight: Sight, captured: Seconds, *, text_changed: bool) -> None:
        """Attention is drawn to the frame of the newest result."""
        self._note(lambda take: take.notice(sight, captured, text_changed=text_changed))

    def heard(self, event: Event, now: Seconds) -> None:
        """The assistant is told of an event, which it is to handle next."""
        self._standing.heard(event)
        self._note(lambda take: take.heard(event, now))

    def commanded(self, commands: Sequence[Command]) -> None:
        """That is what the assistant wanted then."""
        self._note(lambda take: take.commanded(commands))

    def said(self, message: Message, now: Seconds) -> None:
        """The assistant said something."""
        self._standing.said(message)
        self._note(lambda take: take.said(message, now))

    def _ends(self) -> tuple[Callable[[], None], Callable[[], None]]:
        return lambda: self.stop("behind"), lambda: self.stop("broken")

    def _note(self, note: Callable[[Take], T]) -> T | None:
        """What cannot be noted ends the recording, and nothing else."""
        if self._take is None:
            return None
        try:
            return note(self._take)
        except Exception:
            log.exception("session %s: the recording broke", self._about.session)
            self.stop("broken")
            return None

    def _leave(self) -> Take | None:
        """From here on nothing is noted any more."""
        if self._camera is not None:
            self._camera.tap = None
            self._camera = None
        take, self._take = self._take, None
        return take

    def _why_ended(self) -> str:
        if self._state == "starting":
            late = time.monotonic() - self._since > KEY_FRAME_WITHIN
            return "no-key-frame" if late else ""
        if self._state != "on":
            return ""
        if self._elapsed() >= MOST_SECONDS:
            return "long"
        if self._size() >= MOST_BYTES:
            return "full"
        return "" if self._shelf.fits(self._about.session, self._size()) else "server-full"

    def _elapsed(self) -> float:
        return time.monotonic() - self._since if self._state == "on" else 0.0

    def _size(self) -> int:
        if self.zip is not None:
            return len(self.zip)
        return self._take.size if self._take is not None else 0

    async def _finish(self, take: Take) -> None:
        try:
            self.zip = await take.finish()
            self._shelf.fits(self._about.session, len(self.zip))
            self._state = "done"
        except Exception:
            log.exception("session %s: the recording failed", self._about.session)
            self._drop()
            self._state, self._reason = "failed", "The recording could not be put together"
        self.tell()

    def _drop(self) -> None:
        self.zip = None
        self.turn += 1
        self._shelf.free(self._about.session)
