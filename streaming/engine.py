"""One detector for all sessions, off the loop: newest frame of each in turn, never a queue.

Driving contract: ``start`` once, then ``subscribe`` per session. A session ``offer``s every frame
to its ``Lane`` and awaits ``results()``; both sides are one-slot mailboxes. The engine takes the
waiting lane that was served longest ago, so that one busy session cannot starve another. A detector
that fails is reported on the lane that it failed on, and the engine goes on.

A detector that has several input sizes is kept at the wanted rate by choosing among them.

The thread here only waits for the detector, which computes in native code or, since its Python
would hold up the media path, in a process of its own.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from streaming.mailbox import Closed, Mailbox
from streaming.rate_keeper import RateKeeper
from streaming.stats import Latency, Rate
from vision.errors import OpenEyesError
from vision.picture import Picture
from vision.ports import Detector, LadderDetector
from vision.types import Detections, Seconds

log = logging.getLogger(__name__)

TARGET_HZ = 8.0
"""Detections a second of one session that are aimed at."""

LOG_INTERVAL = 10.0
"""Seconds between two lines of log about a detector that fails."""


@runtime_checkable
class Closable(Protocol):
    """Something that holds more than memory."""

    def close(self) -> None:
        """Frees it, once or more."""
        ...


@runtime_checkable
class Startable(Protocol):
    """Something that is made without waiting, and can be closed before it is there."""

    def start(self) -> None:
        """Waits until it is there."""
        ...


def free(detector: object) -> None:
    """Closes a detector that can be closed, which ends a detection under way. Blocks."""
    if isinstance(detector, Closable):
        detector.close()


@dataclass(frozen=True, slots=True)
class Sight:
    """One frame offered for detection."""

    picture: Picture
    "Read-only from here on."
    t: Seconds
    "Capture time, media clock."
    pts: int
    "The same, 90 kHz ticks."
    rtp: int | None
    "The sender's own RTP timestamp."
    captured: float | None
    "Unix seconds by the sender's clock, if its sender reports told."
    arrived: float
    "Monotonic seconds at which the decoded frame came."


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one sight."""

    sight: Sight
    detections: Detections | None
    "None when the detector failed."
    error: str
    "Why it failed, for people; empty when it did not."
    seconds: float
    "How long the detector took."
    rung: str = ""
    "Name of the input size that was used; empty for a detector that has but one."


class Lane:
    """One session's way to the engine and back."""

    def __init__(self, wake: Callable[[], None], min_interval: float) -> None:
        self._wake = wake
        self._waiting: Mailbox[Sight] = Mailbox()
        self._results: Mailbox[Result] = Mailbox()
        self._offers = Rate()
        self._min_interval = min_interval
        self._not_before = 0.0

    @property
    def dropped(self) -> int:
        """Frames that newer ones replaced before the detector was free."""
        return self._waiting.dropped

    def offer(self, sight: Sight) -> None:
        """Leaves the newest frame; it replaces one that still waits."""
        self._offers.add(time.monotonic())
        self._waiting.put(sight)
        self._wake()

    def offered_hz(self, now: float) -> float:
        """Frames a second that came lately."""
        return self._offers.per_second(now)

    async def results(self) -> AsyncIterator[Result]:
        """What the detector saw, newest only, until the lane is closed."""
        with suppress(Closed):
            while True:
                yield await self._results.get()

    def due(self) -> float:
        """From when on the waiting frame may be taken, monotonic; infinite where none waits."""
        return math.inf if self._waiting.empty else self._not_before

    def take(self, now: float) -> Sight | None:
        """The waiting frame, unless this lane was served too short a time ago."""
        sight = self._waiting.take() if now >= self._not_before else None
        if sight is not None:
            self._not_before = now + self._min_interval
        return sight

    def deliver(self, result: Result) -> None:
        """Hands a result to the session."""
        self._results.put(result)

    def close(self) -> None:
        """Ends ``results``; what still waits is forgotten."""
        self._waiting.close()
        self._results.close()


class Engine:
    """Runs one detector for many sessions."""

    def __init__(
        self,
        detector: Detector,
        max_hz: float = 0.0,
        thread: ThreadPoolExecutor | None = None,
        target_hz: float = TARGET_HZ,
    ) -> None:
        """The detector is the engine's from here on, which closes it with itself.

        Args:
            detector: for all sessions.
            max_hz: detections a second of each session at most; 0 means no bound.
            thread: of one worker, where the detector was loaded; shut down with the engine.
            target_hz: detections a second of each session, for which quality is given up.
        """
        self.detector = detector
        self.detect = Latency()
        self.detections = 0
        self.failures = 0
        self._min_interval = 1 / max_hz if max_hz else 0.0
        self._target_hz = min(target_hz, max_hz or target_hz)
        self._rungs = _rungs(detector)
        self._keeper = RateKeeper(max(1, len(self._rungs)))
        self._lanes: deque[Lane] = deque()
        self._offered = asyncio.Event()
        self._thread = thread or ThreadPoolExecutor(1, "detector")
        self._task: asyncio.Task[None] | None = None
        self._logged = -math.inf

    @property
    def degradation(self) -> int:
        """How many input sizes below its best the detector works; 0 at its best."""
        return self._keeper.rung

    def start(self) -> None:
        """Begins to serve. Call on the loop."""
        self._task = asyncio.create_task(self._serve(), name="engine")

    def subscribe(self) -> Lane:
        """A lane for a new session."""
        lane = Lane(self._offered.set, self._min_interval)
        self._lanes.append(lane)
        return lane

    def unsubscribe(self, lane: Lane) -> None:
        """Closes a lane; unknown lanes are ignored."""
        with suppress(ValueError):
            self._lanes.remove(lane)
        lane.close()

    async def close(self) -> None:
        """Stops serving, and frees the detector."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for lane in tuple(self._lanes):
            self.unsubscribe(lane)
        await asyncio.to_thread(self._free)

    def _free(self) -> None:
        free(self.detector)
        self._thread.shutdown()

    async def _serve(self) -> None:
        while True:
            lane, sight = await self._next()
            began = time.monotonic()
            result = await self._run(sight)
            lane.deliver(result)
            if result.detections is not None:
                self._keep_rate(time.monotonic(), began)

    def _keep_rate(self, now: float, began: float) -> None:
        before = self._keeper.rung
        wanted = sum(min(self._target_hz, lane.offered_hz(now)) for lane in self._lanes)
        after = self._keeper.detected(now - began, wanted, now)
        if after != before:
            log.info("detecting at %s after %s", self._rungs[after], self._rungs[before])

    async def _next(self) -> tuple[Lane, Sight]:
        """The longest-unserved lane's frame; waits until there is one that may be served."""
        while True:
            self._offered.clear()
            now = time.monotonic()
            for lane in tuple(self._lanes):
                sight = lane.take(now)
                if sight is not None:
                    self._lanes.remove(lane)
                    self._lanes.append(lane)
                    return lane, sight
            due = min((lane.due() for lane in self._lanes), default=math.inf)
            with suppress(TimeoutError):
                async with asyncio.timeout(None if math.isinf(due) else due - now):
                    await self._offered.wait()

    async def _run(self, sight: Sight) -> Result:
        started = time.perf_counter()
        detections, error, rung = None, "", self._set_rung()
        try:
            detections = await asyncio.get_running_loop().run_in_executor(
                self._thread, self.detector.detect, sight.picture
            )
        except Exception as failure:
            error = self._failed(failure)
        seconds = time.perf_counter() - started
        if detections is not None:
            self.detect.add(seconds)
        self.detections += 1
        return Result(sight, detections, error, seconds, rung)

    def _set_rung(self) -> str:
        """Tells the detector the input size to use; gives its name."""
        rungs = _rungs(self.detector)
        if rungs != self._rungs:  # it was lost, and loaded again on another device
            self._rungs, self._keeper = rungs, RateKeeper(max(1, len(rungs)))
        if not isinstance(self.detector, LadderDetector) or not rungs:
            return ""
        self.detector.rung = self._keeper.rung
        return rungs[self._keeper.rung]

    def _failed(self, failure: Exception) -> str:
        """Counts and logs it, but not for every frame; gives it in words."""
        self.failures += 1
        ours = isinstance(failure, OpenEyesError)
        now = time.monotonic()
        if now - self._logged >= LOG_INTERVAL:
            self._logged = now
            name, trace = self.detector.name, None if ours else failure
            log.error("the detector %s failed on one frame: %s", name, failure, exc_info=trace)
        return str(failure) if ours else f"{type(failure).__name__}: {failure}"


def _rungs(detector: Detector) -> tuple[str, ...]:
    return detector.rungs if isinstance(detector, LadderDetector) else ()
