"""A blocking model on the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing

import pytest

from models.scripted_vlm import Reply, ScriptedLocalModel
from streaming.offloop import OffLoop
from vision.errors import NoAnswer
from vision.prompt import Prompt

PROMPT = Prompt("", "?")


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(1, "model")
    yield pool
    pool.shutdown()


async def test_pieces_stream_while_the_loop_goes_on(thread: ThreadPoolExecutor) -> None:
    model = OffLoop(ScriptedLocalModel([Reply(("a", "b"), 0.05, 0.05)]), thread)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    assert [piece async for piece in model.reply(PROMPT)] == ["a", "b"]
    counting.cancel()
    assert turns > 20


async def test_closing_cancels_after_the_step_under_way(thread: ThreadPoolExecutor) -> None:
    gate = threading.Event()
    local = ScriptedLocalModel([Reply(("a",), 1), Reply(("b",), 1)], sleep=lambda _: gate.wait(5))
    model = OffLoop(local, thread)
    task = asyncio.create_task(anext(model.reply(PROMPT)))  # type: ignore[arg-type]
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    async with aclosing(model.reply(PROMPT)) as again:
        assert await anext(again) == "b", "the thread is free again"
    assert local.cancelled >= 1


async def test_a_fault_is_no_answer(thread: ThreadPoolExecutor) -> None:
    model = OffLoop(ScriptedLocalModel([Reply(("a",), fault=NoAnswer("too long"))]), thread)
    pieces = []
    with pytest.raises(NoAnswer, match="too long"):
        async for piece in model.reply(PROMPT):
            pieces += [piece]
    assert pieces == ["a"]
