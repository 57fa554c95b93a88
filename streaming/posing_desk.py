"""One pose estimator for all sessions, off the loop: newest frame or nothing, at a bounded rate.

Driving contract: ``start`` once; ``join`` per session, whose seat is offered every frame with the
people in it; what was found is told on the loop. ``leave`` when a session ends, ``close`` at the
end. Who was served longest ago goes first. An estimator that fails is logged, and goes on.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from vision.errors import ModelError, OpenEyesError
from vision.picture import Picture
from vision.ports import PoseEstimator
from vision.posture import People
from vision.types import Pose, Seconds

log = logging.getLogger(__name__)

MAX_HZ = 5.0
"""Pictures a second of one session in which poses are looked for."""

LOG_INTERVAL = 10.0
"""Seconds between two lines of log about an estimator that fails."""


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """A frame in which to find poses."""

    picture: Picture
    "Read-only."
    t: Seconds
    "Capture time, media clock."
    people: People
    "Whose, as of that frame."


@dataclass(frozen=True, slots=True, eq=False)
class Posed:
    """What came of it."""

    order: Order
    poses: Sequence[Pose]
    "In the order of its people."
    seconds: float
    "How long the estimator took."


class Seat:
    """One session's place at the desk: a slot for its newest frame."""

    def __init__(self, hear: Callable[[Posed], None], wake: Callable[[], None]) -> None:
        self.hear = hear
        self.not_before = 0.0
        "Monotonic seconds from which on it may be served again."
        self._wake = wake
        self._waiting: Order | None = None

    def offer(self, order: Order) -> None:
        """Leaves a frame in place of what still waits; one without people only takes that away."""
        self._waiting = order if order.people else None
        if self._waiting is not None:
            self._wake()

    @property
    def due(self) -> float:
        """When its frame may be taken, monotonic; infinite where none waits."""
        return math.inf if self._waiting is None else self.not_before

    def take(self) -> Order | None:
        """The waiting frame."""
        order, self._waiting = self._waiting, None
        return order


class PosingDesk:
    """Takes the newest frames of all sessions to one estimator."""

    def __init__(
        self, estimator: PoseEstimator, thread: ThreadPoolExecutor, max_hz: float = MAX_HZ
    ) -> None:
        """``thread`` is where the estimator was loaded; both end with the desk."""
        self.estimator = estimator
        self.failures = 0
        self._thread, self._interval = thread, 1 / max_hz
        self._seats: list[Seat] = []
        self._offered = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._logged = -math.inf

    def start(self) -> None:
        """Begins to serve. Call on the loop."""
        self._task = asyncio.create_task(self._serve(), name="posing")

    def join(self, hear: Callable[[Posed], None]) -> Seat:
        """A seat for a new session, whose poses go to ``hear``."""
        seat = Seat(hear, self._offered.set)
        self._seats.append(seat)
        return seat

    def leave(self, seat: Seat) -> None:
        """A session is over: what it wanted is not begun, and what is under way not told."""
        with suppress(ValueError):
            self._seats.remove(seat)

    async def close(self) -> None:
        """Stops serving; ends the estimator, and with it what is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.to_thread(self.estimator.close)
        await asyncio.to_thread(self._thread.shutdown)

    async def _serve(self) -> None:
        while True:
            seat = await self._next()
            order = seat.take()
            if order is None:
                continue
            seat.not_before = time.monotonic() + self._interval
            posed = await self._run(order)
            if posed is not None and seat in self._seats:
                self._tell(seat, posed)

    def _tell(self, seat: Seat, posed: Posed) -> None:
        try:
            seat.hear(posed)
        except Exception as error:  # one session's fault is not the others'
            self._failed(error)

    async def _next(self) -> Seat:
        """The seat that may be served and was longest ago; waits until there is one."""
        while True:
            self._offered.clear()
            now = time.monotonic()
            seat = min(self._seats, key=lambda seat: seat.due, default=None)
            due = math.inf if seat is None else seat.due
            if seat is not None and due <= now:
                return seat
            with suppress(TimeoutError):
                async with asyncio.timeout(None if math.isinf(due) else due - now):
                    await self._offered.wait()

    async def _run(self, order: Order) -> Posed | None:
        loop = asyncio.get_running_loop()
        started = time.monotonic()
        try:
            poses = await loop.run_in_executor(self._thread, self._find, order)
        except Exception as error:
            self._failed(error)
            return None
        return Posed(order, poses, time.monotonic() - started)

    def _find(self, order: Order) -> Sequence[Pose]:
        boxes = [box for _, box in order.people]
        poses = self.estimator.poses(order.picture, boxes)
        if len(poses) != len(boxes):
            raise ModelError(f"{len(poses)} poses for {len(boxes)} people")
        return poses

    def _failed(self, error: Exception) -> None:
        self.failures += 1
        now = time.monotonic()
        if now - self._logged >= LOG_INTERVAL:
            self._logged = now
            trace = None if isinstance(error, OpenEyesError) else error
            name = self.estimator.name
            log.error("the pose estimator %s failed: %s", name, error, exc_info=trace)
