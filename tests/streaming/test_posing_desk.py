"""One estimator for all sessions: newest only, at a bounded rate, in turn, faults harm nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import numpy as np

from streaming.posing_desk import Order, Posed, PosingDesk
from vision.picture import Picture
from vision.types import Box, Pose, Seconds, TrackId

PICTURE = Picture(np.full((72, 64), 128, np.uint8))
PEOPLE = ((TrackId(1), (0.25, 0.25, 0.5, 0.5)),)


class Estimator:
    """Does what it is told to, and says what it was asked."""

    name = "scripted"

    def __init__(self, *steps: Callable[[], object]) -> None:
        self.asked: list[Sequence[Box]] = []
        self.closed = False
        self.poses_each = 1
        self._steps = list(steps)

    def poses(self, picture: Picture, boxes: Sequence[Box]) -> tuple[Pose, ...]:  # noqa: ARG002
        self.asked.append(boxes)
        if self._steps:
            self._steps.pop(0)()
        return tuple(Pose(np.zeros((17, 3), np.float32)) for _ in boxes) * self.poses_each

    def close(self) -> None:
        self.closed = True


@asynccontextmanager
async def desk_of(estimator: Estimator, max_hz: float = 1000.0) -> AsyncIterator[PosingDesk]:
    desk = PosingDesk(estimator, ThreadPoolExecutor(1), max_hz)
    desk.start()
    yield desk
    await desk.close()


def order(t: float, people: tuple[tuple[TrackId, Box], ...] = PEOPLE) -> Order:
    return Order(PICTURE, Seconds(t), people)


def times(heard: list[Posed]) -> list[float]:
    return [posed.order.t for posed in heard]


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


def fail(error: Exception) -> Callable[[], object]:
    def raising() -> object:
        raise error

    return raising


async def test_what_was_found_comes_back_with_its_frame() -> None:
    heard: list[Posed] = []
    async with desk_of(estimator := Estimator()) as desk:
        desk.join(heard.append).offer(order(1.0))
        await until(lambda: heard)
    assert times(heard) == [1.0]
    assert len(heard[0].poses) == 1
    assert estimator.asked == [[PEOPLE[0][1]]]
    assert estimator.closed


async def test_while_it_is_busy_only_the_newest_frame_is_kept() -> None:
    heard: list[Posed] = []
    gate = threading.Event()
    async with desk_of(estimator := Estimator(lambda: gate.wait(5))) as desk:
        seat = desk.join(heard.append)
        seat.offer(order(1.0))
        await until(lambda: estimator.asked)
        for t in (2.0, 3.0, 4.0):
            seat.offer(order(t))
        gate.set()
        await until(lambda: len(heard) == 2)
        await asyncio.sleep(0.02)
    assert times(heard) == [1.0, 4.0]


async def test_a_frame_without_people_asks_for_nothing_and_takes_back_the_one_before() -> None:
    heard: list[Posed] = []
    gate = threading.Event()
    async with desk_of(estimator := Estimator(lambda: gate.wait(5))) as desk:
        seat = desk.join(heard.append)
        seat.offer(order(0.5, people=()))
        seat.offer(order(1.0))
        await until(lambda: estimator.asked)
        seat.offer(order(2.0))
        seat.offer(order(3.0, people=()))
        gate.set()
        await until(lambda: heard)
        await asyncio.sleep(0.02)
    assert times(heard) == [1.0]


async def test_one_session_is_not_served_more_often_than_the_rate() -> None:
    heard: list[Posed] = []
    async with desk_of(Estimator(), max_hz=20.0) as desk:
        seat = desk.join(heard.append)
        began = asyncio.get_running_loop().time()
        while len(heard) < 4:
            seat.offer(order(asyncio.get_running_loop().time()))
            await asyncio.sleep(0.002)
        took = asyncio.get_running_loop().time() - began
    assert took >= 3 / 20


async def test_a_busy_session_does_not_starve_another() -> None:
    heard: list[str] = []
    async with desk_of(Estimator()) as desk:
        busy = desk.join(lambda _: heard.append("busy"))
        calm = desk.join(lambda _: heard.append("calm"))
        calm.offer(order(1.0))
        async with asyncio.timeout(5):
            while "calm" not in heard or heard.count("busy") < 3:
                busy.offer(order(1.0))
                await asyncio.sleep(0)
    assert heard.index("calm") <= 1


async def test_an_estimator_that_fails_is_counted_and_goes_on() -> None:
    heard: list[Posed] = []
    async with desk_of(Estimator(fail(MemoryError("too large")))) as desk:
        seat = desk.join(heard.append)
        seat.offer(order(1.0))
        await until(lambda: desk.failures)
        seat.offer(order(2.0))
        await until(lambda: heard)
    assert times(heard) == [2.0]
    assert desk.failures == 1


async def test_poses_of_another_number_of_people_are_not_told() -> None:
    heard: list[Posed] = []
    async with desk_of(estimator := Estimator()) as desk:
        estimator.poses_each = 2
        desk.join(heard.append).offer(order(1.0))
        await until(lambda: desk.failures)
    assert not heard


async def test_a_session_that_left_hears_nothing_more() -> None:
    heard: list[Posed] = []
    gate = threading.Event()
    async with desk_of(estimator := Estimator(lambda: gate.wait(5))) as desk:
        seat = desk.join(heard.append)
        seat.offer(order(1.0))
        await until(lambda: estimator.asked)
        seat.offer(order(2.0))
        desk.leave(seat)
        desk.leave(seat)
        gate.set()
        await asyncio.sleep(0.05)
    assert not heard
    assert len(estimator.asked) == 1


async def test_one_who_cannot_take_what_is_told_costs_nobody_else_theirs() -> None:
    def deaf(_: Posed) -> None:
        raise RuntimeError("cannot hear")

    heard: list[Posed] = []
    async with desk_of(Estimator()) as desk:
        one, other = desk.join(deaf), desk.join(heard.append)
        one.offer(order(0.1))
        await until(lambda: desk.failures == 1)
        other.offer(order(0.2))
        await until(lambda: times(heard) == [0.2])
