"""What the routes work on: one engine, all sessions, and the figures of the process."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
from aiortc import RTCIceServer

from streaming.admin.gate import AdminGate
from streaming.admin.sampling import Sampler
from streaming.admin.troubles import Troubles
from streaming.conversation import Faculties
from streaming.engine import Engine, Startable, free
from streaming.looplag import LoopLag
from streaming.once import Once
from streaming.page_files import PageFiles
from streaming.peer import Peer
from streaming.process import settle
from streaming.recording import Recorder
from streaming.recording_shelf import Shelf
from streaming.recording_subject import About
from streaming.security import Gate
from streaming.session import OVERLAY_MODES, Identity, OverlayMode, Session
from streaming.sessions import Sessions
from streaming.settings import MAX_HEIGHT, MAX_WIDTH, Settings
from streaming.understanding import Loaders, understanding
from streaming.version import VERSION
from vision.assistant import Assistant
from vision.assisting.outbox import Abilities
from vision.attention import Attention
from vision.dealings import Asked, ReadText, TextRead, WatchAsked
from vision.errors import ModelError, OpenEyesError
from vision.motion import STILL
from vision.overlay import draw
from vision.picture import Picture
from vision.ports import Detector
from vision.types import LANGUAGES, Seconds, TextBlock, Track, TrackId
from vision.vocabulary import Vocabulary

GROUNDED = "grounded"
"""Where answers come from without a language model."""

log = logging.getLogger(__name__)

CORES = os.cpu_count() or 1

MIN_WORKERS = 2
"""Threads that look at frames; one a core, but never fewer than this."""

MIN_CODEC_THREADS = 4
"""Threads of the loop's own executor, in which an aiortc that is not known encodes; two a core."""


class Server:
    """One process's worth of Open Eyes. ``running()`` brackets its life."""

    def __init__(  # noqa: PLR0913 - what a server is made of
        self,
        settings: Settings,
        loaders: Loaders,
        gate: Gate,
        page: Path,
        make_sample: Callable[[], bytes],
        *,
        admin: AdminGate | None = None,
    ) -> None:
        """``loaders`` and ``make_sample`` block; they are called in threads."""
        self.settings = settings
        self.gate = gate
        self.admin = admin or AdminGate(None, paired=gate.needs_token)
        self.page = PageFiles(page)
        self.sample = Once(make_sample)
        self.engine: Engine | None = None
        self.failure: OpenEyesError | None = None
        self.on_failure: Callable[[], None] = lambda: None
        self.loop_lag = LoopLag()
        self.started = time.monotonic()
        self.troubles = Troubles()
        self.sampler = Sampler(self)
        self.sessions = Sessions(settings.max_sessions, self._make_session, self._make_peer)
        self.shelf = Shelf()
        self.faculties: Faculties | None = None
        self._loaders = loaders
        self._stack = AsyncExitStack()
        self._detector: Detector | None = None
        self._ending = False
        self._detector_thread = ThreadPoolExecutor(1, "detector")
        self._workers = ThreadPoolExecutor(max(MIN_WORKERS, CORES), "look")

    @property
    def limits(self) -> dict[str, float]:
        """What a client is held to."""
        return {
            "max_sessions": self.settings.max_sessions,
            "max_width": MAX_WIDTH,
            "max_height": MAX_HEIGHT,
            "max_fps": self.settings.max_fps,
            "max_bitrate": self.settings.max_bitrate,
        }

    def describe(self) -> dict[str, object]:
        """What the page needs to know before it offers."""
        return {
            "version": VERSION,
            "detector": self._detector.name if self._detector else "",
            "vlm": self.vlm,
            "features": {
                "overlays": list(OVERLAY_MODES),
                "languages": list(LANGUAGES),
                "text": self.faculties is not None and self.faculties.reader is not None,
                "words": isinstance(self._detector and self._detector.labels, Vocabulary),
                "hears": self._hears,
                "speaks": self._speaks,
                "share": self.admin.usable,
            },
            "limits": self.limits,
            "ice_servers": [{"urls": [url]} for url in self.settings.ice_servers],
        }

    @property
    def vlm(self) -> str:
        """Name of the language model that sees, or ``grounded``."""
        return (self.faculties.abilities.model if self.faculties else "") or GROUNDED

    @property
    def _hears(self) -> str:
        """Name of what recognises speech; empty where nothing does."""
        ears = self.faculties.ears if self.faculties else None
        return ears.recogniser.name if ears else ""

    @property
    def _speaks(self) -> str:
        """Name of the server's voice; empty where it has none."""
        voice = self.faculties.voice if self.faculties else None
        return voice.voice.name if voice else ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Loads the model behind the scenes, serves, and frees everything at the end."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(max(MIN_CODEC_THREADS, 2 * CORES), "codec"))
        tasks = [
            asyncio.create_task(self._load(), name="load"),
            asyncio.create_task(self.sessions.watch(), name="watch"),
            asyncio.create_task(self.loop_lag.measure(), name="looplag"),
            asyncio.create_task(self.sampler.run(), name="sampler"),
        ]
        self.troubles.start()
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.sessions.close()
            if self.engine is not None:
                await self.engine.close()
            else:
                await asyncio.to_thread(self._free_detector)
            await self._stack.aclose()
            await asyncio.to_thread(self._workers.shutdown)
            self.troubles.stop()

    async def _load(self) -> None:
        thread, settings = self._detector_thread, self.settings
        loop = asyncio.get_running_loop()
        try:
            loading = loop.run_in_executor(thread, self._warm_detector)
            opening = self._stack.enter_async_context(
                understanding(self._loaders, settings, self._workers)
            )
            detector, self.faculties = await asyncio.gather(loading, opening)
        except Exception as error:
            self._fail(error)
            return
        self.engine = Engine(detector, settings.max_detect_hz, thread, settings.target_detect_hz)
        self.engine.start()
        settle()
        log.info("ready: detector %s", detector.name)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, OpenEyesError):
            log.error("loading failed", exc_info=error)
            error = ModelError(
                f"{self.settings.detector} or what belongs to it does not run: {error}"
            )
        self.failure = error
        log.error("cannot serve: %s", error)
        self.on_failure()

    def _warm_detector(self) -> Detector:
        """Loads, and runs everything once, so that the first person does not wait for it."""
        self._detector = detector = self._loaders.detector()
        if self._ending:
            raise ModelError("the server ends")
        if isinstance(detector, Startable):
            detector.start()
        picture = Picture.from_bgr(np.zeros((64, 64, 3), np.uint8))
        detector.detect(picture)
        whole = Track(TrackId(1), 0, 1.0, (0.0, 0.0, 1.0, 1.0), (0.0, 0.0), Seconds(0))
        labels = tuple(detector.labels) or ("thing",)  # nobody has asked for anything yet
        draw(picture, [whole], labels)
        _warm_assistant(labels, picture, whole)
        return detector

    def _free_detector(self) -> None:
        """One that no engine has taken over: it is still being loaded, or was in vain.

        It is closed at first, which ends the loading, and again should it come only now.
        """
        self._ending = True
        free(self._detector)
        self._detector_thread.shutdown(cancel_futures=True)
        free(self._detector)

    def _make_session(self, session_id: str, overlay: OverlayMode) -> Session:
        assert self.engine is not None
        assert self.faculties is not None
        detector = self.engine.detector
        identity = Identity(session_id, detector.name, detector.labels, self.limits, self.vlm)
        session = Session(identity, self.engine, self._workers, overlay, self.faculties)
        able, config = self.faculties.abilities, self.faculties.config
        about = About(session_id, VERSION, detector.name, self.vlm, able, config)
        session.record_by(Recorder(session, about, self.shelf))
        return session

    def _make_peer(self, session: Session, ended: Callable[[], object]) -> Peer:
        servers = [RTCIceServer(urls=url) for url in self.settings.ice_servers]
        return Peer(session, servers, ended, self.settings.limits)


def _warm_assistant(labels: tuple[str, ...], picture: Picture, track: Track) -> None:
    """Builds the tables of both languages, which takes tens of milliseconds the first time."""
    assistant, attention = Assistant(labels, Abilities(reader=True)), Attention()
    start = Seconds(0)
    noticed = attention.notice(picture, start, 0, (track,), STILL, text_changed=False)
    sign = TextBlock("EXIT", ((0.1, 0.1), (0.4, 0.1), (0.4, 0.2), (0.1, 0.2)), 1.0)
    for command in assistant.handle(noticed, start):
        if isinstance(command, ReadText):
            assistant.handle(TextRead(command.request, (sign,)), start)
    for text in ("How many people are there?", "有几个人？"):
        assistant.handle(Asked(text, text), start)
        assistant.handle(WatchAsked(text, text), start)
