from __future__ import annotations

import asyncio

import pytest

from streaming.mailbox import Closed, Mailbox


async def test_the_newest_replaces_what_waits_and_is_counted() -> None:
    box: Mailbox[int] = Mailbox()
    for number in range(1, 6):
        box.put(number)
    assert await box.get() == 5
    assert box.dropped == 4
    assert box.empty


async def test_a_waiting_consumer_gets_the_next_item() -> None:
    box: Mailbox[str] = Mailbox()
    getting = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    box.put("now")
    assert await getting == "now"
    assert box.dropped == 0


async def test_closing_turns_the_consumer_away_and_ignores_what_comes() -> None:
    box: Mailbox[int] = Mailbox()
    getting = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    box.close()
    box.put(1)
    with pytest.raises(Closed):
        await getting
    with pytest.raises(Closed):
        await box.get()
    assert box.empty
