"""One person's stream through the house, from decoded frames to what is said about them.

Driving contract: ``run`` until it is cancelled, for as long as the session lasts; beside it, for
each connection that the session has, one after the other, ``meet`` and ``watch(arrivals)``, which
returns when that connection's frames end; ``close`` at the end, once or more. Two coroutines share
the eye, one at a time: every frame is looked at in a worker thread and handed to egress and to the
engine; every result of the engine becomes tracks, goes out to the sinks, and is told to the
conversation. Where the client draws, every frame's tracks go out: it shows frames that are not here
yet, and boxes drawn by an old message lie behind them.
Nothing here speaks RTP or HTTP.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal, TypeVar, get_args

import av
from msgspec import UNSET

from streaming.allowance import WordAllowance
from streaming.conversation import Conversation, Faculties
from streaming.engine import Engine
from streaming.following import Following, Shown
from streaming.frames import frame_of, picture_of
from streaming.hearing import Hearing
from streaming.ingest import Arrival, Ingest
from streaming.lane import Result, Sight
from streaming.mailbox import Mailbox
from streaming.posing import Posing
from streaming.recording import Recorder
from streaming.resume_clock import MediaTime
from streaming.resume_said import Said
from streaming.session_clock import SessionClock
from streaming.sink import Sink
from streaming.stats import SessionStats
from streaming.tracks import TracksTeller
from streaming.wire import Hello, Message, Problem, Stats, encode
from vision.attention import Attention
from vision.dealings import FreezeAsked
from vision.motion import CameraMotion
from vision.overlay import draw
from vision.picture import Picture
from vision.skeleton import draw_skeletons
from vision.types import Seconds, Track
from vision.vocabulary import shared, words

log = logging.getLogger(__name__)

OverlayMode = Literal["burn-in", "client", "off"]
OVERLAY_MODES: tuple[OverlayMode, ...] = get_args(OverlayMode)

MAX_SINKS = 8
"""Listeners to one session's events; the data channel and WebSockets together."""

STATS_INTERVAL = 1.0
"""Seconds between ``stats`` messages."""

PROBLEM_INTERVAL = 5.0
"""Seconds between two ``problem`` messages of the same code."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a session tells of the server in ``hello``."""

    session: str
    detector: str
    labels: Sequence[str]
    limits: dict[str, float]
    vlm: str = "grounded"


class Session:
    """Follows what one camera sees."""

    def __init__(
        self,
        identity: Identity,
        engine: Engine,
        workers: Executor,
        overlay: OverlayMode,
        faculties: Faculties,
    ) -> None:
        self.identity = identity
        self.overlay: OverlayMode = overlay
        self.stats = SessionStats()
        self.returned: Mailbox[av.VideoFrame] = Mailbox()
        self.shown: Shown | None = None
        self.started = time.monotonic()
        self.events: list[Sink] = []
        self._labels = labels = shared(identity.labels)
        self.tracks = TracksTeller(labels)
        self.returns_video = True
        "Whether frames go back; where they do not, none is made, and the client draws."
        self.shared = False
        "Whether the person agreed that the operator sees small pictures of what they show."
        self.resume = ""
        "The token by which the person comes back to this session; never logged."
        self.cut_since = 0.0
        "Monotonic time since when the person may not have heard what was said."
        self.ended = asyncio.Event()
        self.drops_before: Callable[[], dict[str, int]] = dict
        "Tells what was dropped before a frame came here."
        self.link: Callable[[], dict[str, dict[str, int]]] = dict
        "Tells what became of packets, each way."
        self.returned_rtp: Callable[[int], int | None] = lambda _pts: None
        "Tells the RTP timestamp that a frame bears in the returned video, None while unknown."
        self._engine = engine
        self._lane = engine.subscribe()
        self._workers = workers
        self._following = Following(labels)
        self._new_words = WordAllowance(labels)
        self._posing = Posing(faculties.poses, labels, self.stats)
        self._eye_free = asyncio.Lock()
        self._attention = Attention()
        self._clock = SessionClock()
        self._media_time = MediaTime()
        self._recent = Said()
        self.camera: Ingest | None = None
        "Where the frames of this connection come in."
        self.recorder: Recorder | None = None
        self._connections = 0
        self._dropped_before: Counter[str] = Counter()
        self._newest: Sight | None = None
        self._rung = ""
        self._said: dict[str, float] = {}
        self.conversation = Conversation(
            identity.session, labels, faculties, self.say, self._clock.now
        )
        ears = faculties.ears
        self.hearing = Hearing(identity.session, ears, self.say) if ears is not None else None

    async def run(self) -> None:
        """Does, until cancelled, what needs no new frame: takes results in, reports, ages."""
        async with asyncio.TaskGroup() as tasks:
            for duty in (self._follow(), self._report(), self.conversation.run()):
                tasks.create_task(duty)

    @property
    def was_met(self) -> bool:
        """Whether it has gone on over another connection before."""
        return self._connections > 1

    def meet(self) -> Mailbox[av.VideoFrame]:
        """Begins anew with another connection; gives the slot of frames that go back over it."""
        self._dropped_before.update(self.drops_before())
        self._dropped_before["out"] += self.returned.dropped
        self.returned.close()
        self.returned = Mailbox()
        self.returns_video = True
        self.drops_before, self.link = dict, dict
        self.returned_rtp = lambda _pts: None
        self._connections += 1
        if self.was_met:
            self.conversation.take(FreezeAsked(None))  # what they look at, they say again
        return self.returned

    def cut(self) -> None:
        """The connection is over, and with it what can only be had from its beginning."""
        self.camera = None
        if self.recorder is not None:
            self.recorder.stop("connection")
        if self.hearing is not None:
            self.hearing.drop()

    def record_by(self, recorder: Recorder) -> None:
        """Whatever is done from here on, this is told of it."""
        self.recorder = self.conversation.witness = recorder

    @property
    def labels(self) -> Sequence[str]:
        """Names of classes."""
        return self._labels

    @property
    def shift(self) -> int | None:
        """Ticks by which media time is ahead of this connection's; None before its first frame."""
        return self._media_time.shift

    def now(self) -> Seconds:
        """Session time."""
        return self._clock.now()

    def anew(self, t: Seconds) -> int:
        """Sees from ``t`` on as if for the first time; gives the last id that was given.

        Call while nobody has the eye.
        """
        self._following.restart(t)
        self._attention = Attention()
        return self._following.given

    async def watch(self, arrivals: AsyncIterator[Arrival]) -> None:
        """Follows one connection's frames to their end, on from those of the one before."""
        async for arrival in self._media_time.joined(arrivals):
            await self._see(arrival)

    def close(self) -> None:
        """Ends what waits for this session's frames and results."""
        self._engine.unsubscribe(self._lane)
        self.conversation.close()
        if self.recorder is not None:
            self.recorder.close()
        if self.hearing is not None:
            self.hearing.close()
        self._posing.close()
        self._following.close()
        self.returned.close()
        self.events.clear()
        self.tracks.sink = None
        self.ended.set()

    def attach(self, sink: Sink, *, person: bool = False) -> bool:
        """Adds a listener and greets it; False when there are too many.

        The ``person`` alone learns how to come back, and on coming back what was said meanwhile.
        """
        if len(self.events) >= MAX_SINKS:
            return False
        self.events.append(sink)
        sink.send(encode(self._hello(person=person)))
        if person and self.was_met:
            for message in self._recent.since(self.cut_since, time.monotonic()):
                sink.send(encode(message))
        if self.recorder is not None and self.recorder.worth_telling:
            sink.send(encode(self.recorder.message()))
        return True

    def _hello(self, *, person: bool) -> Hello:
        who = self.identity
        return Hello(
            who.session,
            who.detector,
            who.vlm,
            words(self._labels),
            who.limits,
            pose=self._posing.name or UNSET,
            resume=(self.resume or UNSET) if person else UNSET,
            resumed=self.was_met,
        )

    def detach(self, sink: Sink) -> None:
        """Removes a listener; unknown ones are ignored."""
        if sink in self.events:
            self.events.remove(sink)

    @property
    def rung(self) -> str:
        """Which input of the detector its last result was made at; empty where it has but one."""
        return self._rung

    def follow(self, labels: Sequence[str]) -> None:
        """Follows only objects of these labels from here on, as ``Following.want`` has it.

        Raises:
            ValueError: the detector knows no such label, or can look for no more.
            TooOften: there were many new ones lately.
        """
        now = time.monotonic()
        new = self._new_words.new(labels, now)
        self._following.want(labels)
        self._new_words.take(new, now)

    def say(self, message: Message) -> None:
        """Sends one message to every listener."""
        self._recent.note(message, time.monotonic())
        text = encode(message)
        for sink in tuple(self.events):
            if not sink.send(text):
                self.stats.drops["events"] += 1

    def complain(self, code: str, detail: str) -> bool:
        """Tells the person what went wrong, the same thing not more than every few seconds.

        Answers whether it was told now.
        """
        now = time.monotonic()
        if now - self._said.get(code, -PROBLEM_INTERVAL) < PROBLEM_INTERVAL:
            return False
        self._said[code] = now
        self.say(Problem(code, detail))
        return True

    def report(self) -> Stats:
        """The ``stats`` message of this moment."""
        return Stats(
            stages=self.stats.summaries(),
            rates=self.stats.per_second(time.monotonic()),
            drops=self.dropped(),
            detector=self.identity.detector,
            degradation=self._engine.degradation,
            rung=self._rung,
            link=self.link(),
            assistant=self.conversation.counts,
        )

    def dropped(self) -> dict[str, int]:
        """What was left out since the start, by place."""
        self.stats.drops["detect"] = self._lane.dropped
        drops = Counter(self.stats.drops)
        drops["out"] = self.returned.dropped
        drops.update(self._dropped_before)
        drops.update(self.drops_before())
        return dict(drops)

    async def snapshot(self) -> Picture | None:
        """The newest frame with its tracks drawn on it, None before the first."""
        shown = self.shown
        return None if shown is None else await self._work(lambda: self.annotated(shown))

    async def _see(self, arrival: Arrival) -> None:
        self.stats.tick("in", time.monotonic())
        self.stats.stages["decode"].add(arrival.arrived - arrival.completed)
        try:
            async with self._eye_free:
                if self.recorder is not None:
                    self.recorder.ready(arrival)
                picture, frame = await self._work(lambda: self._look(arrival))
                if self.recorder is not None and self.shown is not None:
                    self.recorder.looked(self.shown, arrival.pts)
        except Exception as error:
            self._leave_out("frame", error)
            return
        self._newest = _sight(arrival, picture)
        self._lane.offer(self._newest)
        if frame is not None:
            self.returned.put(frame)
            self.stats.tick("out", time.monotonic())
        self.stats.stages["server"].add(time.monotonic() - arrival.arrived)
        shown = self.shown
        if shown is not None:
            self._posing.see(shown)
        client_draws = self.overlay != "burn-in" or not self.returns_video
        if client_draws and shown and (shown.tracks or self.tracks.something):
            self._tell(self._newest, shown.tracks, shown.camera)

    def _look(self, arrival: Arrival) -> tuple[Picture, av.VideoFrame | None]:
        """In a worker: everything that is done to every frame."""
        started = time.perf_counter()
        picture = picture_of(arrival.frame)
        self.shown = self._following.look(picture, arrival.t)
        frame = self._outgoing(self.shown, arrival.pts)
        self.stats.stages["look"].add(time.perf_counter() - started)
        return picture, frame

    def _outgoing(self, shown: Shown, pts: int) -> av.VideoFrame | None:
        if self.overlay == "client" or not self.returns_video:
            return None
        burned = self.annotated(shown) if self.overlay == "burn-in" else shown.picture.copy()
        return frame_of(burned, pts)

    def annotated(self, shown: Shown) -> Picture:
        """The picture with what was found drawn on a copy of it; from any thread."""
        picture = shown.picture.copy()
        draw_skeletons(picture, shown.tracks, self._posing.at(shown.tracks, shown.t))
        draw(picture, shown.tracks, self.identity.labels)
        return picture

    async def _follow(self) -> None:
        async for result in self._lane.results():
            self.stats.stages["detect"].add(result.seconds)
            self._rung = result.rung
            if result.detections is None:
                self.complain("detector", f"The detector failed on a frame: {result.error}")
                continue
            try:
                await self._track(result)
            except Exception as error:
                self._leave_out("result of the detector", error)

    def _leave_out(self, what: str, error: Exception) -> None:
        """Nothing that is found in one picture may end the session."""
        self.stats.drops["unusable"] += 1
        if self.complain("bad-frame", f"A {what} could not be used and was left out: {error}"):
            trace = None if isinstance(error, ValueError | av.FFmpegError) else error
            session = self.identity.session
            log.warning("session %s: unusable %s: %s", session, what, error, exc_info=trace)

    async def _track(self, result: Result) -> None:
        sight, detections = result.sight, result.detections
        assert detections is not None
        async with self._eye_free:
            newest = self._newest or sight
            taken = await self._work(lambda: self._following.take_in(sight, newest, detections))
            if self.recorder is not None:
                self.recorder.took(sight, newest, taken)
        now = time.monotonic()
        self.stats.tick("detect", now)
        self.stats.stages["detect_age"].add(now - sight.arrived)
        self._tell(newest, taken.tracks, taken.camera)
        if taken.used:
            await self._notice(sight, taken.then, taken.moved)

    async def _notice(self, sight: Sight, tracks: tuple[Track, ...], moved: CameraMotion) -> None:
        """Lets the assistant know; that comes last, since tracks are waited for."""
        changed = self.conversation.text_changed
        captured = self._clock.at(sight.t, sight.arrived)
        if self.recorder is not None:
            self.recorder.notice(sight, captured, text_changed=changed)
        attention = self._attention
        noticed = await self._work(
            lambda: attention.notice(
                sight.picture, captured, sight.pts, tracks, moved, text_changed=changed
            )
        )
        self.conversation.take(noticed)

    def _tell(self, sight: Sight, tracks: tuple[Track, ...], camera: tuple[float, float]) -> None:
        returned = self.returned_rtp(sight.pts)
        postures = self._posing.at(tracks, sight.t)
        self.stats.drops["tracks"] += self.tracks.tell(sight, tracks, camera, returned, postures)

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(STATS_INTERVAL)
            self.say(self.report())
            if self.recorder is not None:
                self.recorder.tick()

    async def _work(self, job: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._workers, job)


def _sight(arrival: Arrival, picture: Picture) -> Sight:
    return Sight(picture, arrival.t, arrival.pts, arrival.rtp, arrival.captured, arrival.arrived)
