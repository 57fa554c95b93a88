"""One stream, without any network."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import av
import pytest

from streaming.mailbox import Closed, Mailbox
from streaming.sending.encoder import LIBVPX, X264, Recipe
from streaming.sending.limits import Limits
from streaming.sending.stream import Outgoing, Stream
from streaming.stats import Latency
from tests.streaming.sending.pictures import frame


@contextmanager
def streaming(limits: Limits | None = None, recipe: Recipe = X264) -> Iterator[Stream]:
    stream = Stream(Mailbox(), recipe, lambda data: [data], limits or Limits(), Latency())
    try:
        yield stream
    finally:
        stream.close()


async def through(stream: Stream, frames: Iterable[av.VideoFrame]) -> list[Outgoing]:
    """Each frame alone, as if the network took no time."""
    sent = []
    for each in frames:
        stream.frames.put(each)
        sent.append(await stream.next())
    return sent


def bits(sent: list[Outgoing]) -> int:
    return sum(len(payload) * 8 for each in sent for payload in each.payloads)


async def test_only_the_newest_of_those_that_wait_is_encoded() -> None:
    with streaming() as stream:
        for index in range(5):
            stream.frames.put(frame(index))
        outgoing = await stream.next()
        assert outgoing.pts == 4 * 3000
        assert stream.frames.dropped == 4
        assert stream.report().frames == 1


@pytest.mark.parametrize("recipe", [X264, LIBVPX], ids=lambda recipe: recipe.name)
async def test_the_rate_is_kept_at_half_the_frame_rate_too(recipe: Recipe) -> None:
    with streaming(recipe=recipe) as stream:
        stream.feedback.rate.estimated(200_000)
        sent = await through(stream, (frame(index, step=6000) for index in range(75)))
        assert bits(sent[30:]) / 45 * 15 == pytest.approx(200_000, rel=0.25)


async def test_surplus_frames_are_counted_and_not_encoded() -> None:
    with streaming(Limits(max_fps=10)) as stream:
        first = asyncio.create_task(stream.next())
        stream.frames.put(frame(0))
        await first
        waiting = asyncio.create_task(stream.next())
        for index in range(1, 3):
            await asyncio.sleep(0)
            stream.frames.put(frame(index))
            await asyncio.sleep(0)
        assert (await waiting).pts == 2 * 3000
        assert stream.report().surplus == 1
        assert stream.report().frames == 2


async def test_a_key_frame_is_made_when_asked_for() -> None:
    with streaming() as stream:
        await through(stream, [frame(0), frame(1)])
        assert stream.report().key_frames == 1
        stream.feedback.key_frames.insist()
        await through(stream, [frame(2), frame(3)])
        assert stream.report().key_frames == 2


async def test_where_hardware_fails_the_next_frame_is_encoded_without_it() -> None:
    broken = dataclasses.replace(X264, name="no-such-encoder", fallback=X264)
    with streaming(recipe=broken) as stream:
        first = asyncio.create_task(stream.next())
        stream.frames.put(frame(0))
        while not stream.report().failed:
            await asyncio.sleep(0.01)
        stream.frames.put(frame(1))
        assert (await first).pts == 3000
        await through(stream, [frame(2)])
        counts = stream.report()
        assert (counts.failed, counts.frames, counts.key_frames) == (1, 2, 1)


async def test_frames_are_encoded_in_a_named_thread_and_never_on_the_loops() -> None:
    names = []

    def pack(data: bytes) -> list[bytes]:
        names.append(threading.current_thread().name)
        return [data]

    stream = Stream(Mailbox(), X264, pack, Limits(), Latency())
    await through(stream, [frame(0), frame(1)])
    stream.close()
    assert set(names) == {"encoder_0"}


async def test_the_end_of_the_frames_is_the_end_of_the_stream() -> None:
    with streaming() as stream:
        stream.frames.close()
        with pytest.raises(Closed):
            await stream.next()
