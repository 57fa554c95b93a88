from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np

from streaming.engine import Engine, Lane, Result, Sight
from vision.picture import Picture
from vision.types import Detections, Seconds


class Scripted:
    """A detector that notes which pictures it saw, and waits or fails on demand."""

    name = "scripted"
    labels = ("thing",)

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.go = threading.Event()
        self.go.set()
        self.fail_on: set[int] = set()

    def detect(self, picture: Picture) -> Detections:
        assert self.go.wait(10)
        number = int(picture.i420[0, 0])
        self.seen.append(number)
        if number in self.fail_on:
            raise ValueError("scripted")
        return Detections.empty()


def sight(number: int) -> Sight:
    picture = Picture(np.full((24, 16), number, np.uint8))
    return Sight(picture, Seconds(number / 30), number * 3000, None, None, 0.0)


@asynccontextmanager
async def running(detector: Scripted, max_hz: float = 0.0) -> AsyncIterator[Engine]:
    engine = Engine(detector, max_hz)
    engine.start()
    try:
        yield engine
    finally:
        detector.go.set()
        await engine.close()


async def next_result(lane: Lane) -> Result:
    async with asyncio.timeout(5):
        return await anext(lane.results())


async def test_only_the_newest_frame_waits_for_a_busy_detector() -> None:
    detector = Scripted()
    async with running(detector) as engine:
        lane = engine.subscribe()
        detector.go.clear()
        lane.offer(sight(1))
        await asyncio.sleep(0.05)
        for number in range(2, 30):
            lane.offer(sight(number))
        detector.go.set()
        await next_result(lane)
        result = await next_result(lane)
        assert result.sight.pts == 29 * 3000
        assert detector.seen == [1, 29]
        assert lane.dropped == 27


async def test_lanes_take_turns_however_busy_one_is() -> None:
    detector = Scripted()
    async with running(detector) as engine:
        busy, calm = engine.subscribe(), engine.subscribe()
        detector.go.clear()
        busy.offer(sight(1))
        await asyncio.sleep(0.05)
        busy.offer(sight(2))
        calm.offer(sight(101))
        detector.go.set()
        await next_result(calm)
        assert detector.seen[:2] == [1, 101]


async def test_a_failing_detector_is_reported_and_the_engine_goes_on() -> None:
    detector = Scripted()
    detector.fail_on = {1}
    async with running(detector) as engine:
        lane = engine.subscribe()
        lane.offer(sight(1))
        failed = await next_result(lane)
        assert failed.detections is None
        assert "scripted" in failed.error
        lane.offer(sight(2))
        assert (await next_result(lane)).detections is not None
        assert engine.failures == 1


async def test_a_lane_is_not_served_more_often_than_the_bound() -> None:
    detector = Scripted()
    async with running(detector, max_hz=4.0) as engine:
        lane = engine.subscribe()
        for number in range(20):
            lane.offer(sight(number))
            await asyncio.sleep(0.02)
        assert 1 <= len(detector.seen) <= 3
        await asyncio.sleep(0.3)
        assert detector.seen[-1] == 19, "the newest frame is served when its time has come"


async def test_a_closed_lane_ends_its_results_and_is_served_no_more() -> None:
    detector = Scripted()
    async with running(detector) as engine:
        lane = engine.subscribe()
        reading = asyncio.create_task(_drain(lane))
        await asyncio.sleep(0)
        engine.unsubscribe(lane)
        engine.unsubscribe(lane)
        lane.offer(sight(1))
        async with asyncio.timeout(5):
            assert await reading == []
        assert detector.seen == []


async def _drain(lane: Lane) -> list[Result]:
    return [result async for result in lane.results()]
