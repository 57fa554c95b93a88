"""The response of an endpoint as pieces of text, and how long to wait for each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import TypeVar, cast

import anyio
import httpx

from models.endpoint_answer import Answer
from models.endpoint_trouble import Failed, Quote, Trouble
from models.endpoint_wire import read_whole
from models.sse import EventParser, TooLong

LINGER = 0.25
"""Seconds given to a stream whose answer is complete, so that its connection stays usable."""

LONGEST_TAIL = 64
"""Chunks read in that time."""

EVENTS, JSON = "text/event-stream", "application/json"

T = TypeVar("T")


class Patience:
    """A span of time in which something must happen, on the event loop's clock."""

    def __init__(self, seconds: float) -> None:
        self.renew(seconds)

    def renew(self, seconds: float) -> None:
        """Begins again, from now."""
        self._seconds = seconds
        self._until = anyio.current_time() + seconds

    async def wait(self, awaited: Awaitable[T]) -> T:
        """What ``awaited`` gives, if it comes in the time that is left.

        Raises:
            Failed: it does not; it is cancelled then.
        """
        try:
            with anyio.fail_after(self._until - anyio.current_time()):
                return await awaited
        except TimeoutError:
            silent = f"the language model said nothing for {self._seconds:g} seconds"
            raise Failed(Trouble(silent)) from None


async def texts(
    response: httpx.Response, answer: Answer, quote: Quote
) -> AsyncGenerator[str, None]:
    """The texts that ``answer`` reads from a response, none empty, until it wants no more.

    Raises:
        Failed: the response is of another kind, breaks off, or holds a line that is too long.
        NoAnswer: as ``Answer`` does.
    """
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    packed = response.headers.get("content-encoding", "identity")
    if kind not in (EVENTS, JSON) or packed != "identity":
        what = quote(kind if packed == "identity" else f"{kind}, {packed}") or "nothing known"
        raise Failed(Trouble(f"the language model gave an answer of another kind ({what})"))
    try:
        if kind == JSON:
            if text := answer.read_whole(await read_whole(response)):
                yield text
            return
        async with aclosing(_streamed(response, answer)) as found:
            async for text in found:
                yield text
    except TooLong:
        raise Failed(Trouble("the language model's server sent a line without end")) from None
    except httpx.TransportError:
        raise Failed(Trouble("the language model's answer broke off")) from None


async def _streamed(response: httpx.Response, answer: Answer) -> AsyncGenerator[str, None]:
    parser = EventParser()
    # It is typed as an iterator, but is a generator, which must not be left to the collector.
    raw = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
    async with aclosing(raw) as chunks:
        async for chunk in chunks:
            for event in parser.feed(chunk):
                if text := answer.read(event):
                    yield text
                if answer.done:
                    break
            if answer.done:
                break
        if answer.complete:
            await _let_end(chunks)


async def _let_end(chunks: AsyncGenerator[bytes, None]) -> None:
    """Reads on until the stream's end if that comes soon: the connection can serve again then."""
    with anyio.move_on_after(LINGER):
        for _ in range(LONGEST_TAIL):
            if await anext(chunks, None) is None:
                return
