"""One detector for all sessions, off the loop: newest frame of each in turn, never a queue.

Driving contract: ``start`` once, then ``subscribe`` per session. A session ``offer``s every frame
to its ``Lane`` and awaits ``results()``; both sides are one-slot mailboxes. The engine takes the
waiting lane that was served longest ago, so that one busy session cannot starve another. A detector
that fails is reported on the lane that it failed on, and the engine goes on.

A detector that looks at several pictures in one run gets the newest frame of each waiting lane, and
for a moment the engine waits for lanes whose frame is due. Batches that fail are gone through one
by one.

A detector that has several input sizes is kept at the wanted rate by choosing among them.

The thread here only waits for the detector, which computes in native code or, since its Python
would hold up the media path, in a process of its own.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter, deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, runtime_checkable

from streaming.ladder import Ladder
from streaming.lane import Lane, Result, Sight
from streaming.stats import Latency
from vision.errors import OpenEyesError
from vision.picture import Picture
from vision.ports import BatchDetector, Detector
from vision.types import Detections

log = logging.getLogger(__name__)

TARGET_HZ = 8.0
"""Detections a second of one session that are aimed at."""

GATHER_LIMIT = 0.004
"""Seconds at most that a frame waits for others to be detected on in the same run."""

TOO_WIDE = 2
"""Runs of several frames on end that fail, though none of their frames does, until fewer go
together."""

ALONE = 10.0
"""Seconds for which a lane goes alone whose frame failed in a run that others' frames did not fail:
what fails once fails again, and each time the others would be gone through one by one."""

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
        self.batches: Counter[int] = Counter()
        "How often so many pictures went into one run."
        self._min_interval = 1 / max_hz if max_hz else 0.0
        self._target_hz = min(target_hz, max_hz or target_hz)
        self._ladder = Ladder(detector)
        self._sizes = _batch_sizes(detector)
        self._most = self._sizes[-1]
        self._failed_wide = 0
        self._lanes: deque[Lane] = deque()
        self._offered = asyncio.Event()
        self._thread = thread or ThreadPoolExecutor(1, "detector")
        self._task: asyncio.Task[None] | None = None
        self._logged = -math.inf

    @property
    def degradation(self) -> int:
        """How many input sizes below its best the detector works; 0 at its best."""
        return self._ladder.level

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
        self._sum_up()
        await asyncio.to_thread(self._free)

    def _sum_up(self) -> None:
        runs, pictures = self.batches.total(), sum(self.batches.elements())
        if runs < pictures:
            each = pictures / runs
            log.info("detected on %d frames in %d runs, %.1f each", pictures, runs, each)

    def _free(self) -> None:
        free(self.detector)
        self._thread.shutdown()

    async def _serve(self) -> None:
        while True:
            taken = await self._next()
            results = await self._run([sight for _, sight in taken], taken[0][0].looks)
            self._set_apart(taken, results)
            for (lane, _), result in zip(taken, results, strict=True):
                lane.deliver(result)

    def _set_apart(self, taken: Sequence[tuple[Lane, Sight]], results: Sequence[Result]) -> None:
        """Lanes whose frames fail beside others that do not go alone for a while."""
        both = zip(taken, results, strict=True)
        failed = [lane for (lane, _), result in both if result.detections is None]
        if len(failed) < len(taken):
            for lane in failed:
                lane.alone_until = time.monotonic() + ALONE

    async def _next(self) -> list[tuple[Lane, Sight]]:
        """Frames for one run; waits until there is a lane that may be served."""
        while True:
            self._offered.clear()
            due = min((lane.due() for lane in self._lanes), default=math.inf)
            if due > time.monotonic():
                await self._offer(due)
                continue
            await self._gather(due + GATHER_LIMIT)
            if taken := self._taken():
                return taken

    async def _gather(self, until: float) -> None:
        """Waits for lanes whose frame is due by then, where the same run has room for it."""
        self._adapt()
        while self._most > 1:
            self._offered.clear()
            now = time.monotonic()
            ready = sum(lane.due() <= now for lane in self._lanes)
            expected = [lane.expected(now) for lane in self._lanes if lane.due() > now]
            if now >= until or not 0 < ready < self._most or min(expected, default=until) >= until:
                return
            await self._offer(until, *(each for each in expected if each > now))

    def _taken(self) -> list[tuple[Lane, Sight]]:
        """The newest frames of the lanes that were served longest ago, as many as one run takes."""
        taken: list[tuple[Lane, Sight]] = []
        now = time.monotonic()
        for lane in tuple(self._lanes):
            alone = now < lane.alone_until
            if len(taken) >= self._most or (alone and taken):
                continue
            if (sight := lane.take(now)) is not None:
                taken.append((lane, sight))
                self._lanes.remove(lane)
                self._lanes.append(lane)
                if alone:
                    break
        return taken

    async def _offer(self, *until: float) -> None:
        """Waits for any lane's next frame, until the first of those times at most."""
        first = min(until)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if math.isinf(first) else first - time.monotonic()):
                await self._offered.wait()

    async def _run(self, sights: Sequence[Sight], look: int) -> list[Result]:
        rung, began = self._ladder.set_for(self.detector, look), time.monotonic()
        try:
            seen = await self._see([sight.picture for sight in sights])
        except Exception as failure:
            if len(sights) > 1:
                return await self._one_by_one(sights, look, failure)
            self.failures += 1
            self.detections += 1
            took = time.monotonic() - began
            return [Result(sights[0], None, self._complaint(failure), took, rung)]
        now = time.monotonic()
        self._count(now - began, len(sights))
        self._keep_rate(now, now - began, len(sights))
        if len(sights) > 1:
            self._failed_wide = 0
        both = zip(sights, seen, strict=True)
        return [Result(sight, each, "", now - began, rung) for sight, each in both]

    async def _see(self, pictures: Sequence[Picture]) -> list[Detections]:
        detector, loop = self.detector, asyncio.get_running_loop()
        if len(pictures) == 1 or not isinstance(detector, BatchDetector):
            run = loop.run_in_executor
            return [await run(self._thread, detector.detect, each) for each in pictures]
        return await loop.run_in_executor(self._thread, detector.detect_batch, pictures)

    async def _one_by_one(
        self, sights: Sequence[Sight], look: int, failure: Exception
    ) -> list[Result]:
        """What becomes of the frames of a run that failed.

        Where all fail, the detector was lost, and why is known only to the run. Where none fails,
        they were too many.
        """
        why = self._complaint(failure)
        results = [(await self._run([sight], look))[0] for sight in sights]
        failed = [result.detections is None for result in results]
        if all(failed):
            return [replace(result, error=why) for result in results]
        if not any(failed):
            self._narrow(len(sights), why)
        return results

    def _narrow(self, pictures: int, why: str) -> None:
        """A run failed, and none of its frames alone: once may be chance, twice is not."""
        self._failed_wide += 1
        if self._failed_wide >= TOO_WIDE:
            self._failed_wide = 0
            self._most = max(size for size in self._sizes if size < pictures)
            log.warning("from now on frames are detected on %d at a time: %s", self._most, why)

    def _count(self, seconds: float, pictures: int) -> None:
        self.detect.add(seconds)
        self.detections += pictures
        self.batches[pictures] += 1

    def _keep_rate(self, now: float, seconds: float, pictures: int) -> None:
        offered = [lane.offered_hz(now) for lane in self._lanes]
        room = next(size for size in self._sizes if size >= pictures)
        self._ladder.took(seconds, room, offered, self._target_hz, now)

    def _adapt(self) -> None:
        """A detector that was lost may be loaded again on another device."""
        sizes = _batch_sizes(self.detector)
        if sizes != self._sizes:
            self._sizes, self._most = sizes, sizes[-1]

    def _complaint(self, failure: Exception) -> str:
        """Logs it, but not for every frame; gives it in words."""
        ours = isinstance(failure, OpenEyesError)
        now = time.monotonic()
        if now - self._logged >= LOG_INTERVAL:
            self._logged = now
            name, trace = self.detector.name, None if ours else failure
            log.error("the detector %s failed on one frame: %s", name, failure, exc_info=trace)
        return str(failure) if ours else f"{type(failure).__name__}: {failure}"


def _batch_sizes(detector: Detector) -> tuple[int, ...]:
    return detector.batch_sizes if isinstance(detector, BatchDetector) else (1,)
