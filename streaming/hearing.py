"""Hears one person: sound in, what they said out.

Driving contract: ``listen`` as the person says; ``take`` with every frame of sound; ``drop`` when
the connection breaks; ``close`` at the session's end. All on the loop: the network that tells
speech from noise runs in a thread, the recogniser elsewhere. Nothing is kept: sound that no
utterance is made of is dropped, and an utterance when it has been turned into text.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import av

from streaming.hearing_ends import Utterance, Utterances
from streaming.hearing_samples import Sound
from streaming.wire import Heard, HeardError
from vision.errors import NoAnswer
from vision.speech import Recogniser, Samples, VoiceDetectorMaker
from vision.types import Language

log = logging.getLogger(__name__)

Mode = Literal["off", "push", "free"]
"""``push``: until the person ends it; ``free``: silence ends what is said, and it goes on."""

MOST_UNDER_WAY = 2
"""Utterances of one person that are being turned into text; one more is refused."""

GAP = 1.0
"""Seconds without any sound, after which what was being said has ended."""

WITHIN = 30.0
"""Seconds that an utterance may take to become text, waiting for its turn included."""

LONGEST_TEXT = 1000
"""Characters of what was heard; more is no question, but a recogniser that repeats itself."""


@dataclass(frozen=True, slots=True)
class Ears:
    """What a server hears with; one for all its sessions."""

    recogniser: Recogniser
    detectors: VoiceDetectorMaker
    workers: Executor
    "Where speech is told from noise."
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    "As many as the recogniser takes at a time."


class Hearing:
    """One person's ear."""

    def __init__(self, session: str, ears: Ears, say: Callable[[Heard], None]) -> None:
        self._session = session
        self._ears = ears
        self._say = say
        self._mode: Mode = "off"
        self._language: Language = "en"
        self._sound = Sound()
        self._detector = ears.detectors.make()
        self._utterances = Utterances(by_silence=False)
        self._came = asyncio.Event()
        self._said = 0
        self._under_way: set[asyncio.Task[None]] = set()
        self._judging: asyncio.Task[None] | None = None
        self._ending = False
        self._got = False
        self._closed = False

    def listen(self, mode: Mode, language: Language | None = None) -> None:
        """Begins to listen, or stops; a push that ends is answered, even if it is with nothing.

        After ``close`` it does nothing.
        """
        self._language = language or self._language
        if mode == self._mode or self._closed:
            return
        before, self._mode = self._mode, mode
        if self._judging is None:
            self._judging = asyncio.create_task(self._judge(), name="hearing")
        if before == "push" and mode == "free":
            self._utterances.by_silence = True  # a tap: what was begun goes on
        elif before == "push":
            self._ending = True  # what has come is still judged
            self._came.set()
        elif not self._ending:
            self._begin()

    def take(self, frame: av.AudioFrame) -> None:
        """Hears a frame, if it is to listen."""
        if self._mode == "off":
            return
        with suppress(av.FFmpegError, ValueError):
            self._sound.take(frame)
        if self._sound.has_window:
            self._came.set()

    def drop(self) -> None:
        """Listens no more, and forgets what was being said: the rest of it does not come."""
        self._mode, self._ending = "off", False
        self._begin()

    def close(self) -> None:
        """Ends what is under way; once or more."""
        self._mode, self._closed = "off", True
        self._sound.forget()
        for task in (*self._under_way, *filter(None, [self._judging])):
            task.cancel()

    async def _judge(self) -> None:
        """Judges what comes, until cancelled."""
        while True:
            try:
                await self._judge_next()
            except Exception:
                log.exception("session %s: speech could not be told from noise", self._session)
                self._judged_nothing()
                await asyncio.sleep(GAP)  # what fails always is not to be told all the time

    async def _judge_next(self) -> None:
        try:
            async with asyncio.timeout(GAP):
                await self._came.wait()
        except TimeoutError:
            self._fell_silent()
            return
        self._came.clear()
        await self._judge_all()
        if self._ending:
            self._end_push()

    def _judged_nothing(self) -> None:
        """Begins anew after a fault, which is told for what was being said."""
        self._ending = False
        if not self._utterances.speaking:
            self._said += 1
        self._say(Heard(id=self._id, final=True, error="away"))
        self._begin()

    async def _judge_all(self) -> None:
        windows, now = list(self._sound.windows()), time.monotonic()
        if not windows:
            return
        utterances, loop = self._utterances, asyncio.get_running_loop()
        judged = await loop.run_in_executor(self._ears.workers, self._judged, windows)
        if utterances is not self._utterances:
            return  # it was begun anew meanwhile
        for window, probability in judged:
            was_speaking = utterances.speaking
            utterance = utterances.take(window, probability, now)
            if not was_speaking and utterances.speaking:
                self._begun()
            if utterance is not None:
                self._understand(utterance)

    def _judged(self, windows: Sequence[Samples]) -> list[tuple[Samples, float]]:
        """In a worker."""
        return [(window, self._detector.probability(window)) for window in windows]

    def _begin(self) -> None:
        self._sound.forget()
        self._detector.forget()
        self._got = False
        self._utterances = Utterances(by_silence=self._mode == "free")

    def _begun(self) -> None:
        """The person is heard to speak: what speaks to them had better stop."""
        self._said += 1
        self._say(Heard(id=self._id))

    def _end_push(self) -> None:
        self._ending = False
        utterance = self._utterances.finish()
        if utterance is not None:
            self._understand(utterance)
        elif not self._got:
            self._said += 1
            self._say(Heard(id=self._id, final=True, error="nothing-said"))
        self._begin()

    def _fell_silent(self) -> None:
        utterance = self._utterances.finish() if self._mode == "free" else None
        if utterance is not None:
            self._understand(utterance)

    @property
    def _id(self) -> str:
        return f"heard-{self._said}"

    def _understand(self, utterance: Utterance) -> None:
        name, self._got = self._id, True
        if len(self._under_way) >= MOST_UNDER_WAY:
            self._say(Heard(id=name, final=True, error="busy"))
            return
        task = asyncio.create_task(self._tell(name, utterance), name="transcribe")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _tell(self, name: str, utterance: Utterance) -> None:
        try:
            text = await self._text(utterance)
        except (NoAnswer, TimeoutError) as error:
            detail = getattr(error, "public", "") or "no text came in time"
            why = str(error) or detail
            log.warning("session %s: speech was not understood: %s", self._session, why)
            self._say(Heard(id=name, final=True, error="away", detail=detail))
        except Exception:
            log.exception("session %s: the recogniser failed", self._session)
            self._say(Heard(id=name, final=True, error="away"))
        else:
            taken = round((time.monotonic() - utterance.ended) * 1e3)
            missed: HeardError | None = None if text else "not-understood"
            self._say(Heard(id=name, text=text, final=True, ms=taken, error=missed))

    async def _text(self, utterance: Utterance) -> str:
        async with asyncio.timeout(WITHIN), self._ears.turns:
            text = await self._ears.recogniser.transcribe(utterance.samples, self._language)
        return " ".join(text.split())[:LONGEST_TEXT]
