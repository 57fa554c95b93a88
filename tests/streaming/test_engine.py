from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from models.process_limits import ProcessLimits
from streaming.engine import Engine, Lane, Result, Sight
from tests.models import plugged_detector
from tests.models.plugged_detector import DIE, HANG, SEE, SLOW, started
from vision.errors import ModelError
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


@pytest.fixture(scope="module")
def plugged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Another package's detector, which does what the picture orders."""
    with plugged_detector.installed(tmp_path_factory.mktemp("plugged")):
        yield


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


async def test_the_detector_is_closed_with_the_engine() -> None:
    class Held(Scripted):
        closed = 0

        def close(self) -> None:
            self.closed += 1

    detector = Held()
    async with running(detector):
        pass
    assert detector.closed == 1


async def test_our_own_errors_speak_for_themselves() -> None:
    class Broken(Scripted):
        def detect(self, _: Picture) -> Detections:
            raise ModelError("plug the accelerator in")

    async with running(Broken()) as engine:
        lane = engine.subscribe()
        lane.offer(sight(1))
        assert (await next_result(lane)).error == "plug the accelerator in"


async def test_failures_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    detector = Scripted()
    detector.fail_on = set(range(50))
    async with running(detector) as engine:
        lane = engine.subscribe()
        with caplog.at_level(logging.ERROR):
            for number in range(50):
                lane.offer(sight(number))
                await next_result(lane)
        assert engine.failures == 50
        assert 1 <= len(caplog.records) < 10


class Ladder(Scripted):
    """Notes the size that it was asked to work at."""

    rungs = ("416", "320", "256")

    def __init__(self, slow: Callable[[int], float] = lambda _: 0.0) -> None:
        super().__init__()
        self.rung = 0
        self.used: list[int] = []
        self.slow = slow

    def detect(self, picture: Picture) -> Detections:
        self.used.append(self.rung)
        threading.Event().wait(self.slow(self.rung))
        return super().detect(picture)


async def test_a_result_names_the_size_that_was_used() -> None:
    detector = Ladder()
    async with running(detector) as engine:
        lane = engine.subscribe()
        lane.offer(sight(1))
        assert (await next_result(lane)).rung == "416"
        engine._keeper.rung = 2
        lane.offer(sight(2))
        assert (await next_result(lane)).rung == "256"
        assert engine.degradation == 2
        assert detector.used == [0, 2]


async def test_a_detector_that_is_too_slow_works_on_smaller_pictures() -> None:
    detector = Ladder(slow=lambda rung: (0.25, 0.0, 0.0)[rung])
    async with running(detector) as engine:
        lane = engine.subscribe()
        async with asyncio.timeout(30):
            while engine.degradation == 0:
                lane.offer(sight(1))
                await asyncio.sleep(0.02)
        assert detector.used[0] == 0


async def test_a_detector_that_comes_back_with_other_sizes_is_asked_for_one_of_them() -> None:
    detector = Ladder()
    async with running(detector) as engine:
        lane = engine.subscribe()
        engine._keeper.rung = 2
        lane.offer(sight(1))
        assert (await next_result(lane)).rung == "256"
        detector.rungs = ("640",)
        lane.offer(sight(2))
        assert (await next_result(lane)).rung == "640"
        assert engine.degradation == 0


async def test_a_plain_detector_has_no_sizes_to_choose_from() -> None:
    async with running(Scripted()) as engine:
        lane = engine.subscribe()
        lane.offer(sight(1))
        assert (await next_result(lane)).rung == ""
        assert engine.degradation == 0


@asynccontextmanager
async def apart(detect: float = 60.0) -> AsyncIterator[Engine]:
    """An engine whose detector is a process, which must not take longer than that."""
    limits = ProcessLimits(answer=detect, starved=2.0, first_pause=0.1, longest_pause=0.1)
    detector = await asyncio.to_thread(lambda: started(limits=limits))
    engine = Engine(detector)
    engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def sees_again(lane: Lane) -> Result:
    """Offers frames, as a camera does, until one was detected on."""
    async with asyncio.timeout(60):
        while True:
            lane.offer(sight(SEE))
            result = await anext(lane.results())
            if result.detections is not None:
                return result
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("plugged")
@pytest.mark.parametrize("order", [HANG, DIE])
async def test_a_real_detector_fails_on_one_lane_and_all_go_on(order: int) -> None:
    async with apart(detect=1.0) as engine:
        unlucky, other = engine.subscribe(), engine.subscribe()
        unlucky.offer(sight(order))
        await asyncio.sleep(0.05)
        other.offer(sight(SEE))
        async with asyncio.timeout(60):
            failed = await anext(unlucky.results())
        assert failed.detections is None
        words = {HANG: "nothing came", DIE: "ended"}
        assert words[order] in failed.error
        assert len((await sees_again(unlucky)).detections or ()) == 1
        assert len((await sees_again(other)).detections or ()) == 1


@pytest.mark.usefixtures("plugged")
async def test_the_loop_runs_while_a_real_detector_is_slow() -> None:
    async with apart() as engine:
        lane = engine.subscribe()
        lane.offer(sight(SLOW))
        turns = 0
        waiting = asyncio.create_task(anext(lane.results()))  # type: ignore[arg-type]
        while not waiting.done():
            turns += 1
            await asyncio.sleep(0)
        assert waiting.result().detections is not None
        assert turns > 10


@pytest.mark.usefixtures("plugged")
async def test_an_engine_can_be_closed_while_its_detector_hangs() -> None:
    async with apart() as engine:
        lane = engine.subscribe()
        lane.offer(sight(HANG))
        await asyncio.sleep(0.2)
        async with asyncio.timeout(30):
            await engine.close()
        assert await _drain(lane) == []


async def _drain(lane: Lane) -> list[Result]:
    return [result async for result in lane.results()]
