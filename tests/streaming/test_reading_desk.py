"""One reader for all sessions: who waits goes first, newest only, and a fault harms nobody."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from models.scripted_reader import Reading, ScriptedReader
from streaming.reading_desk import ENDED, MOST_WAITED_FOR, ReadingDesk
from vision.dealings import Event, ReadText, RequestId, TextRead
from vision.picture import Picture
from vision.prompt import Shot
from vision.types import TextBlock

PICTURE = Picture(np.full((72, 64), 128, np.uint8))
EXIT = TextBlock("EXIT", ((0, 0), (1, 0), (1, 1), (0, 1)), 0.9)


def read(request: int, *, waited_for: bool = False) -> ReadText:
    return ReadText(RequestId(request), Shot(PICTURE, (0.25, 0.25, 0.5, 0.5)), waited_for)


def desk_of(reader: ScriptedReader) -> ReadingDesk:
    desk = ReadingDesk(reader, ThreadPoolExecutor(1))
    desk.start()
    return desk


async def until(heard: list[Event], count: int) -> None:
    async with asyncio.timeout(5):
        while len(heard) < count:
            await asyncio.sleep(0.001)


async def test_what_was_read_comes_back() -> None:
    desk, heard = desk_of(ScriptedReader([Reading((EXIT,))])), []
    desk.read("s", read(1), heard.append)
    await until(heard, 1)
    assert heard == [TextRead(RequestId(1), (EXIT,))]
    await desk.close()


async def test_who_waits_goes_first_and_only_the_newest_of_a_session_is_read() -> None:
    gate = threading.Event()
    reader = ScriptedReader([Reading(seconds=1)], sleep=lambda _: gate.wait(5))
    desk, heard = desk_of(reader), []
    desk.read("a", read(1), heard.append)
    await asyncio.sleep(0.02)
    for request in (2, 3, 4):
        desk.read("a", read(request), heard.append)
    desk.read("b", read(5, waited_for=True), heard.append)
    gate.set()
    await until(heard, 5)
    whole = [event.request for event in heard if isinstance(event, TextRead) and not event.failed]
    assert whole == [1, 5, 4]
    assert desk.replaced == 2
    await desk.close()


async def test_a_reader_that_raises_is_reported_and_goes_on() -> None:
    reader = ScriptedReader([Reading(fault=MemoryError("too large")), Reading((EXIT,))])
    desk, heard = desk_of(reader), []
    desk.read("s", read(1), heard.append)
    await until(heard, 1)
    desk.read("s", read(2), heard.append)
    await until(heard, 2)
    first, second = heard
    assert isinstance(first, TextRead)
    assert "log" in first.failed
    assert "too large" not in first.failed, "what it raised is for the operator"
    assert second == TextRead(RequestId(2), (EXIT,))
    await desk.close()


async def test_a_reading_that_nobody_waits_for_any_more_is_not_begun() -> None:
    gate = threading.Event()
    reader = ScriptedReader([Reading(seconds=1)], sleep=lambda _: gate.wait(5))
    desk, heard = desk_of(reader), []
    for request in (1, 2, 3):
        desk.read("a", read(request, waited_for=True), heard.append)
        await asyncio.sleep(0.02)
    desk.read("a", read(4), heard.append)
    desk.cancel("a", RequestId(2))
    desk.cancel("a", RequestId(4))
    desk.cancel("b", RequestId(3))
    gate.set()
    await until(heard, 2)
    await asyncio.sleep(0.02)
    assert [each.request for each in heard if isinstance(each, TextRead)] == [1, 3]
    await desk.close()


async def test_there_is_a_bound_on_who_may_wait_and_leaving_frees_it() -> None:
    gate = threading.Event()
    reader = ScriptedReader([Reading(seconds=1)], sleep=lambda _: gate.wait(5))
    desk, heard = desk_of(reader), []
    desk.read("z", read(0, waited_for=True), heard.append)
    await asyncio.sleep(0.02)
    for request in range(1, MOST_WAITED_FOR + 2):
        desk.read("a", read(request, waited_for=True), heard.append)
    await until(heard, 1)
    (refused,) = heard
    assert isinstance(refused, TextRead)
    assert refused.failed
    desk.leave("a")
    gate.set()
    await until(heard, MOST_WAITED_FOR + 2)
    read_at_all = [each for each in heard if isinstance(each, TextRead) and not each.failed]
    assert [each.request for each in read_at_all] == [0], "what who has left wanted is not begun"
    await desk.close()


async def test_who_waits_for_a_picture_they_sent_is_told_that_the_session_has_ended() -> None:
    gate = threading.Event()
    reader = ScriptedReader([Reading(seconds=1)], sleep=lambda _: gate.wait(5))
    desk, heard = desk_of(reader), []
    desk.read("z", read(0, waited_for=True), heard.append)
    await asyncio.sleep(0.02)
    desk.read("a", read(1), heard.append)
    waiting = asyncio.create_task(desk.read_now("a", Shot(PICTURE)))
    await asyncio.sleep(0)
    desk.leave("a")
    async with asyncio.timeout(2):
        assert (await waiting).failed == ENDED
    assert heard == [TextRead(RequestId(1), (), ENDED)]
    gate.set()
    await desk.close()
