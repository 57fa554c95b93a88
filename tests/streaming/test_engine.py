from __future__ import annotations

import asyncio
import itertools
import logging
import math
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from models.process_limits import ProcessLimits
from streaming.engine import ALONE, GATHER_LIMIT, Engine
from streaming.ladder import SECOND_LOOK_EVERY
from streaming.lane import Lane, Result, Sight
from tests.models import plugged_detector
from tests.models.plugged_detector import DIE, HANG, RAISE, SEE, SLOW, started
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


async def test_a_result_names_the_size_that_is_kept_to() -> None:
    detector = Ladder()
    async with running(detector) as engine:
        lane = engine.subscribe()
        lane.offer(sight(1))
        assert (await next_result(lane)).rung == "416"
        engine._ladder._keeper.rung = 2
        lane.offer(sight(2))
        assert (await next_result(lane)).rung == "256"
        assert engine.degradation == 2
        assert detector.used == [1, 2], "the first is the one in four at another size"


async def test_each_session_gets_its_looks_at_another_size() -> None:
    detector = Ladder()
    async with running(detector) as engine:
        lanes = [engine.subscribe() for _ in range(4)]
        for _ in range(SECOND_LOOK_EVERY):
            for lane in lanes:
                lane.offer(sight(1))
                await next_result(lane)
        turns = [detector.used[at :: len(lanes)] for at in range(len(lanes))]
        assert turns == [[1, 0, 0, 0]] * len(lanes)


async def test_a_detector_that_is_too_slow_works_on_smaller_pictures() -> None:
    detector = Ladder(slow=lambda rung: (0.25, 0.0, 0.0)[rung])
    async with running(detector) as engine:
        lane = engine.subscribe()
        async with asyncio.timeout(30):
            while engine.degradation == 0:
                lane.offer(sight(1))
                await asyncio.sleep(0.02)
        assert 0 in detector.used


async def test_a_detector_that_comes_back_with_other_sizes_is_asked_for_one_of_them() -> None:
    detector = Ladder()
    async with running(detector) as engine:
        lane = engine.subscribe()
        engine._ladder._keeper.rung = 2
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


class Together(Scripted):
    """Takes several pictures at a time, and sees their first pixel."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.batch_sizes = sizes or (1, 2, 4)
        self.batches: list[list[int]] = []
        self.memory = 99
        self.lasts: Callable[[int], float] = lambda _: 0.0

    def detect(self, picture: Picture) -> Detections:
        threading.Event().wait(self.lasts(1))
        super().detect(picture)
        return pixels(picture)

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Detections]:
        self.batches.append([int(each.i420[0, 0]) for each in pictures])
        assert self.go.wait(10)
        threading.Event().wait(self.lasts(len(pictures)))
        if len(pictures) > self.memory:
            raise MemoryError("no memory")
        if self.fail_on.intersection(self.batches[-1]):
            raise ValueError("scripted")
        return [pixels(each) for each in pictures]


def pixels(picture: Picture) -> Detections:
    box = picture.i420.reshape(-1)[:4].astype(np.float32).reshape(1, 4)
    return Detections(box, np.ones(1, np.float32), np.zeros(1, np.int32))


async def served(detector: Together, engine: Engine, numbers: Sequence[int]) -> list[Result]:
    """Results of as many new lanes, whose frames all wait when the detector gets free."""
    first, lanes = engine.subscribe(), [engine.subscribe() for _ in numbers]
    detector.go.clear()
    first.offer(sight(255))
    await asyncio.sleep(0.05)
    for lane, number in zip(lanes, numbers, strict=True):
        lane.offer(sight(number))
    detector.go.set()
    results = [await next_result(lane) for lane in lanes]
    for lane in (first, *lanes):
        engine.unsubscribe(lane)
    return results


async def test_frames_that_wait_are_detected_on_together_and_each_lane_gets_its_own() -> None:
    detector = Together()
    async with running(detector) as engine:
        results = await served(detector, engine, range(10))
        assert detector.batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
        for number, result in enumerate(results):
            assert result.sight.pts == number * 3000
            assert result.detections is not None
            assert result.detections.boxes.tolist() == [[number] * 4]
        assert engine.batches == {1: 1, 2: 1, 4: 2}
        assert engine.detections == 11


async def test_together_gives_what_one_by_one_gives() -> None:
    seen = []
    for sizes in ((1,), (1, 2, 4), (1, 2, 4, 8, 16)):
        detector = Together(*sizes)
        async with running(detector) as engine:
            results = await served(detector, engine, range(9))
        seen.append([(each.sight.pts, each.detections.boxes.tobytes()) for each in results])
    assert seen[0] == seen[1] == seen[2]


async def test_never_two_frames_of_one_lane_go_together_and_the_newest_goes() -> None:
    detector = Together()
    async with running(detector) as engine:
        one, other = engine.subscribe(), engine.subscribe()
        detector.go.clear()
        one.offer(sight(1))
        await asyncio.sleep(0.05)
        for number in range(2, 9):
            one.offer(sight(number))
        other.offer(sight(101))
        detector.go.set()
        await next_result(other)
        assert detector.batches == [[101, 8]]
        assert one.dropped == 6


async def test_of_more_lanes_than_a_run_takes_those_unserved_for_longest_go_first() -> None:
    detector = Together(1, 2)
    detector.lasts = lambda _: 0.02
    async with running(detector) as engine:
        lanes = [engine.subscribe() for _ in range(5)]
        for _ in range(60):
            for number, lane in enumerate(lanes):
                lane.offer(sight(number))
            await asyncio.sleep(0.01)
        pairs = detector.batches[1:]
        assert len(pairs) >= 5
        counts = Counter(number for pair in pairs for number in pair)
        assert max(counts.values()) - min(counts[number] for number in range(5)) <= 1
        assert all(len(set(pair)) == 2 for pair in pairs)


async def test_a_detector_of_single_pictures_gets_each_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streaming.engine.GATHER_LIMIT", 60.0)
    for detector in (Scripted(), Together(1)):
        async with running(detector) as engine:
            lanes = [engine.subscribe() for _ in range(3)]
            for turn in range(3):
                for number, lane in enumerate(lanes):
                    lane.offer(sight(10 * turn + number))
                    await next_result(lane)
        assert detector.seen == [10 * turn + number for turn in range(3) for number in range(3)]


async def test_a_session_that_is_alone_never_waits_for_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streaming.engine.GATHER_LIMIT", 60.0)
    detector = Together()
    async with running(detector) as engine:
        alone, silent = engine.subscribe(), engine.subscribe()
        for number in range(20):
            alone.offer(sight(number))
            await next_result(alone)
        assert detector.seen == list(range(20))
        assert detector.batches == []
        assert silent.dropped == 0


async def test_a_frame_waits_for_another_that_is_due_and_no_longer_than_for_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streaming.engine.GATHER_LIMIT", 60.0)
    detector = Together()
    async with running(detector) as engine:
        one, other = engine.subscribe(), engine.subscribe()
        monkeypatch.setattr(other, "expected", lambda now: now)
        one.offer(sight(1))
        await asyncio.sleep(0.1)
        assert (detector.seen, detector.batches) == ([], [])
        other.offer(sight(101))
        await next_result(one)
        await next_result(other)
        assert (detector.seen, detector.batches) == ([], [[1, 101]])


async def test_the_wait_for_another_that_does_not_come_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert GATHER_LIMIT <= 0.004
    detector = Together()
    async with running(detector) as engine:
        one, other = engine.subscribe(), engine.subscribe()
        monkeypatch.setattr(other, "expected", lambda now: now)
        await asyncio.sleep(0.05)
        waits: list[tuple[float, float]] = []
        monkeypatch.setattr(engine, "_offer", noted(engine._offer, waits))
        one.offer(sight(50))
        offered = time.monotonic()
        assert (await next_result(one)).sight.pts == 50 * 3000
        gathering = [until for _, until in waits if not math.isinf(until)]
        assert all(until <= offered + GATHER_LIMIT for until in gathering)
        assert detector.seen == [50]


async def test_a_frame_that_has_waited_for_the_detector_does_not_wait_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streaming.engine.GATHER_LIMIT", 0.05)
    detector = Together()
    async with running(detector) as engine:
        waits: list[tuple[float, float]] = []
        monkeypatch.setattr(engine, "_offer", noted(engine._offer, waits))
        one, other = engine.subscribe(), engine.subscribe()
        for number in range(10):
            other.offer(sight(number))
            await next_result(other)
        detector.go.clear()
        other.offer(sight(11))
        await asyncio.sleep(0.1)
        one.offer(sight(12))
        await asyncio.sleep(0.1)
        waits.clear()
        detector.go.set()
        assert (await next_result(one)).sight.pts == 12 * 3000
        assert all(math.isinf(until) for _, until in waits)


def noted(offer: Callable[..., Any], waits: list[tuple[float, float]]) -> Callable[..., Any]:
    """The same; when it was called, and until when it may wait, are kept."""

    def noting(*until: float) -> Any:
        waits.append((time.monotonic(), min(until)))
        return offer(*until)

    return noting


async def test_lanes_that_are_bound_in_rate_come_to_be_served_together() -> None:
    detector = Together(1, 2, 4, 8)
    async with running(detector, max_hz=20.0) as engine:
        lanes = [engine.subscribe() for _ in range(4)]
        for number in range(60):
            for each, lane in enumerate(lanes):
                lane.offer(sight(number))
                if number < 2:
                    await asyncio.sleep(0.011 * each)
            await asyncio.sleep(0.02)
        assert [len(batch) for batch in detector.batches[-5:]] == [4] * 5


async def test_of_a_batch_that_fails_only_the_lane_whose_frame_failed_hears_of_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    detector = Together()
    detector.fail_on = {2}
    async with running(detector) as engine:
        results = await served(detector, engine, range(4))
        assert [each.detections is None for each in results] == [False, False, True, False]
        assert "scripted" in results[2].error
        assert [each.error for each in results[:2]] == ["", ""]
        assert detector.seen == [255, 0, 1, 2, 3]
        assert engine.failures == 1
        assert engine.detections == 5
        await served(detector, engine, [5, 6, 7, 8])
        assert detector.batches[-1] == [5, 6, 7, 8], "it is not the number that was at fault"


async def test_a_lane_whose_frames_fail_does_not_slow_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detector = Together()
    detector.fail_on = {2}
    async with running(detector) as engine:
        first, *lanes = (engine.subscribe() for _ in range(5))

        async def round_of_all() -> list[Result]:
            detector.go.clear()
            first.offer(sight(255))
            await asyncio.sleep(0.05)
            for number, lane in enumerate(lanes):
                lane.offer(sight(number))
            detector.go.set()
            results = [await next_result(lane) for lane in lanes]
            await next_result(first)
            return results

        await round_of_all()
        assert detector.batches == [[0, 1, 2, 3]], "nobody knew"
        results = await round_of_all()
        assert sorted(itertools.chain(*detector.batches[1:])) == [0, 1, 3], "it goes alone"
        assert [each.detections is None for each in results] == [False, False, True, False]
        monkeypatch.setattr("streaming.engine.time.monotonic", later(ALONE))
        detector.fail_on = set()
        detector.batches.clear()
        await round_of_all()
        assert [sorted(each) for each in detector.batches] == [[0, 1, 2, 3]], "together again"


def later(seconds: float) -> Callable[[], float]:
    clock = time.monotonic
    return lambda: clock() + seconds


async def test_a_batch_that_failed_once_by_chance_is_not_made_smaller() -> None:
    detector = Together(1, 2, 4, 8)
    async with running(detector) as engine:
        for memory in (4, 8, 4, 8):
            detector.memory = memory
            await served(detector, engine, range(8))
        assert [len(batch) for batch in detector.batches] == [8, 8, 8, 8]


async def test_a_batch_that_is_too_large_is_made_smaller_once_and_for_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    detector = Together(1, 2, 4, 8)
    detector.memory = 4
    async with running(detector) as engine:
        for _ in range(3):
            results = await served(detector, engine, range(8))
            assert all(each.detections is not None for each in results)
        assert [len(batch) for batch in detector.batches] == [8, 8, 4, 4]
        assert engine.failures == 0
        assert "4 at a time: MemoryError: no memory" in caplog.text
        detector.batch_sizes, detector.memory = (1, 2, 4, 8, 16), 16
        await served(detector, engine, range(8))
        assert len(detector.batches[-1]) == 8, "it was loaded again, and takes more"


class TogetherOnALadder(Together):
    """The same with several input sizes."""

    rungs = ("416", "320", "256")
    rung = 0


async def busy(engine: Engine, lanes: Sequence[Lane], seconds: float) -> None:
    """So many cameras of 30 frames a second."""
    ends = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < ends:
        for lane in lanes:
            lane.offer(sight(1))
        await asyncio.sleep(1 / 30)


async def test_a_detector_that_is_fast_enough_in_batches_stays_at_its_best() -> None:
    """One by one, 8 sessions at 8 Hz would need 1.9 times the time that there is."""
    detector = TogetherOnALadder(1, 2, 4, 8)
    detector.lasts = lambda _: 0.03
    async with running(detector, max_hz=10.0) as engine:
        await busy(engine, [engine.subscribe() for _ in range(8)], 6.0)
        assert engine.degradation == 0
        assert max(engine.batches) == 8


async def test_a_detector_that_is_too_slow_even_in_batches_works_on_smaller_pictures() -> None:
    detector = TogetherOnALadder(1, 2, 4, 8)
    detector.lasts = lambda count: 0.06 * count if detector.rung == 0 else 0.0
    async with running(detector, max_hz=10.0) as engine:
        lanes = [engine.subscribe() for _ in range(8)]
        async with asyncio.timeout(30):
            while engine.degradation == 0:
                await busy(engine, lanes, 0.2)


async def test_at_the_end_it_is_told_how_many_went_together(
    caplog: pytest.LogCaptureFixture,
) -> None:
    detector = Together()
    with caplog.at_level(logging.INFO):
        async with running(detector) as engine:
            await served(detector, engine, range(8))
        assert "detected on 9 frames in 3 runs, 3.0 each" in caplog.text
        caplog.clear()
        async with running(Scripted()) as engine:
            lane = engine.subscribe()
            lane.offer(sight(1))
            await next_result(lane)
        assert "runs" not in caplog.text


@asynccontextmanager
async def apart(detect: float = 60.0, batch: int = 0) -> AsyncIterator[Engine]:
    """An engine whose detector is a process, which must not take longer than that."""
    limits = ProcessLimits(answer=detect, starved=2.0, first_pause=0.1, longest_pause=0.1)
    detector = await asyncio.to_thread(lambda: started(limits=limits, batch=batch))
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
@pytest.mark.parametrize("order", [HANG, DIE, RAISE])
async def test_a_real_detector_that_is_lost_over_a_batch_is_told_of_to_all_and_comes_back(
    order: int,
) -> None:
    async with apart(detect=1.0, batch=4) as engine:
        first, *lanes = (engine.subscribe() for _ in range(4))
        first.offer(sight(SLOW))
        await asyncio.sleep(0.1)
        for lane, number in zip(lanes, (SEE, order, SEE), strict=True):
            lane.offer(sight(number))
        async with asyncio.timeout(60):
            results = [await anext(lane.results()) for lane in lanes]
        if order == RAISE:
            assert [each.detections is None for each in results] == [False, True, False]
            assert "ordered to raise" in results[1].error
        else:
            words = {HANG: "nothing came", DIE: "ended"}
            assert all(words[order] in each.error for each in results)
        for lane in lanes:
            assert len((await sees_again(lane)).detections or ()) == 1


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
