"""What asking a language model through ``models.endpoint`` costs, over the same request sent bare.

A scripted endpoint answers at once, from a process of its own. In turns, the same question is sent
through ``Endpoint``, from a picture of 640×480 to the first piece of text, and bare: the body is
ready, and the clock stops at the first bytes of the answer. Both keep their connection warm. The
difference is ours: scaling, JPEG, base64, JSON, the changes of thread, and reading the stream.

Run: PYTHONPATH=. python benchmarks/first_token.py [--rounds 300]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import cv2
import httpx
import numpy as np

from models.endpoint import Endpoint
from models.endpoint_config import EndpointConfig
from models.endpoint_request import question
from models.scripted_endpoint import DONE, Act, ScriptedEndpoint, piece
from vision.picture import Picture
from vision.prompt import Prompt, Shot

GOAL = 15.0
"""Milliseconds more than the bare request, median."""

WARM_UP = 20
"""Rounds that do not count."""

START_LIMIT = 30.0
"""Seconds until the server must be there."""

PHOTOGRAPH = Path(__file__).parent.parent / "tests" / "data" / "coffee.jpg"

ANSWER = Act((piece("A "), piece("cup."), piece(None, "stop"), DONE))


@dataclass(frozen=True)
class Timings:
    """Milliseconds, one a round."""

    bare: list[float] = field(default_factory=list)
    "The bare request."
    through: list[float] = field(default_factory=list)
    "The same through ``Endpoint``."
    preparing: list[float] = field(default_factory=list)
    "The part of ``through`` until the request is ready, in a worker thread."


async def main() -> int:
    options = _options()
    asked, warm_up, timings = prompt(), Timings(), Timings()
    with scripted_process() as url:
        config = EndpointConfig(url, "scripted")
        prepared = question(asked, config.image_side, config.jpeg_quality)
        plain = prepared.body("scripted", "max_tokens", None)
        endpoint = Endpoint(config)
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            for done in range(WARM_UP + options.rounds):
                counted = timings if done >= WARM_UP else warm_up
                await ask_through(endpoint, asked, counted)
                await ask_bare(client, url, plain, counted)
        await endpoint.aclose()
    print(f"{len(plain) / 1024:.0f} KiB a request, {options.rounds} rounds")
    return report(timings)


async def ask_through(endpoint: Endpoint, asked: Prompt, timings: Timings) -> None:
    """Asks as the server does: the costly part in a worker, the rest on the loop."""
    begun = time.perf_counter()
    pieces = await asyncio.to_thread(endpoint.reply, asked)
    timings.preparing.append(since(begun))
    await anext(pieces)
    timings.through.append(since(begun))
    async for _ in pieces:
        pass


async def ask_bare(client: httpx.AsyncClient, url: str, body: bytes, timings: Timings) -> None:
    """Sends a body that is ready; the first bytes of the answer hold its first piece."""
    begun = time.perf_counter()
    headers = {"Content-Type": "application/json"}
    path = f"{url}/v1/chat/completions"
    async with client.stream("POST", path, content=body, headers=headers) as response:
        chunks = response.aiter_raw()
        await anext(chunks)
        timings.bare.append(since(begun))
        async for _ in chunks:
            pass


def report(timings: Timings) -> int:
    for name in ("bare", "through", "preparing"):
        values = getattr(timings, name)
        print(f"{name:10} p50 {statistics.median(values):6.2f} ms   p95 {p95(values):6.2f} ms")
    ours = [a - b for a, b in zip(timings.through, timings.bare, strict=True)]
    median = statistics.median(timings.through) - statistics.median(timings.bare)
    print(f"overhead   p50 {median:6.2f} ms   p95 {p95(ours):6.2f} ms   (goal: p50 ≤ {GOAL:g} ms)")
    return 0 if median <= GOAL else 1


def since(begun: float) -> float:
    """Milliseconds."""
    return (time.perf_counter() - begun) * 1000


def p95(values: Sequence[float]) -> float:
    return float(np.percentile(values, 95))


def prompt() -> Prompt:
    """One photograph of 640×480, and a question."""
    bgr = cv2.imread(str(PHOTOGRAPH))
    assert bgr is not None, PHOTOGRAPH
    picture = Picture.from_bgr(np.asarray(cv2.resize(bgr, (640, 480)), np.uint8))
    return Prompt("Answer in one short sentence.", "What is on the table?", (Shot(picture),))


def at_once() -> ScriptedEndpoint:
    """One that answers as soon as it is asked."""
    return ScriptedEndpoint([ANSWER])


@contextmanager
def scripted_process(make: Callable[[], ScriptedEndpoint] = at_once) -> Iterator[str]:
    """The scripted endpoint that ``make`` makes, in a process of its own; gives its address."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(theirs, make))
    process.start()
    theirs.close()
    try:
        if not ours.poll(START_LIMIT):
            raise RuntimeError("the scripted endpoint did not start")
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def _serve(pipe: Connection, make: Callable[[], ScriptedEndpoint]) -> None:
    server = make()
    pipe.send(server.url)
    server.serve()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=300)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
