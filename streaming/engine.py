"""One detector for all sessions, off the loop: newest frame of each in turn, never a queue.

Driving contract: ``start`` once, then ``subscribe`` per session. A session ``offer``s every frame
to its ``Lane`` and awaits ``results()``; both sides are one-slot mailboxes. The engine takes the
waiting lane that was served longest ago, so that one busy session cannot starve another. A detector
that fails is reported on the lane that it failed on, and the engine goes on.

The detector's thread gives way to the media path, which must never wait for it.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from streaming.mailbox import Closed, Mailbox
from streaming.stats import Latency
from vision.picture import Picture
from vision.ports import Detector
from vision.types import Detections, Seconds

log = logging.getLogger(__name__)

DETECTOR_NICENESS = 15
"""Of the detector's thread, where the system has no idle class."""


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


class Lane:
    """One session's way to the engine and back."""

    def __init__(self, wake: Callable[[], None], min_interval: float) -> None:
        self._wake = wake
        self._waiting: Mailbox[Sight] = Mailbox()
        self._results: Mailbox[Result] = Mailbox()
        self._min_interval = min_interval
        self._not_before = 0.0

    @property
    def dropped(self) -> int:
        """Frames that newer ones replaced before the detector was free."""
        return self._waiting.dropped

    def offer(self, sight: Sight) -> None:
        """Leaves the newest frame; it replaces one that still waits."""
        self._waiting.put(sight)
        self._wake()

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
    ) -> None:
        """``max_hz`` bounds the detections a second of each session; 0 means no bound.

        ``thread`` is where the detector was loaded; the engine shuts it down with itself.
        """
        self.detector = detector
        self.detect = Latency()
        self.detections = 0
        self.failures = 0
        self._min_interval = 1 / max_hz if max_hz else 0.0
        self._lanes: deque[Lane] = deque()
        self._offered = asyncio.Event()
        self._thread = thread or detector_thread()
        self._task: asyncio.Task[None] | None = None

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
        """Stops serving and waits for the detection under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for lane in tuple(self._lanes):
            self.unsubscribe(lane)
        await asyncio.to_thread(self._thread.shutdown)

    async def _serve(self) -> None:
        while True:
            lane, sight = await self._next()
            lane.deliver(await self._run(sight))

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
        detections, error = None, ""
        try:
            detections = await asyncio.get_running_loop().run_in_executor(
                self._thread, self.detector.detect, sight.picture
            )
        except Exception as failure:
            self.failures += 1
            error = f"{type(failure).__name__}: {failure}"
            log.exception("the detector %s failed on one frame", self.detector.name)
        seconds = time.perf_counter() - started
        self.detect.add(seconds)
        self.detections += 1
        return Result(sight, detections, error, seconds)


def detector_thread(name: str = "detector") -> ThreadPoolExecutor:
    """The one thread in which a model is loaded and run; it gives way to the media path."""
    return ThreadPoolExecutor(1, name, initializer=_yield_to_media)


def _yield_to_media() -> None:
    """Lets every frame on its way through go before detections.

    Threads that an inference runtime starts from here inherit this. On Linux a thread of the idle
    class is preempted the moment a frame's thread wakes; of a nice one the scheduler first lets a
    slice of some milliseconds run out, at each of a frame's ten or so changes of thread.
    """
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), DETECTOR_NICENESS)
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
