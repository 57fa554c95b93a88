"""An hour with memory on: does the process stay as it is, and does a search stay quick?

    python benchmarks/hour.py [--minutes 60] [--folder DIR] [--in-process]

The sample is looked at again and again through the whole assistant, ten pictures a second, with its
truth as the detector, so that an hour of media time takes some minutes; a question about the past
comes every twenty seconds. Read are the resident size of the process, every minute from when it
has warmed up, and the times of searches during the last ten minutes. Then the store is filled to
its limits and searched again.
"""

from __future__ import annotations

import argparse
import itertools
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from models import coco
from models.scripted import ScriptedDetector, Step
from streaming.frames import MEDIA_CLOCK
from streaming.rehearsal import Cue, Props, Rehearsal
from streaming.remembering.database import FILE
from streaming.remembering.entries import Note, Search
from streaming.remembering.limits import MOST_ENTRIES
from streaming.remembering.store import MemoryStore
from streaming.replay import see
from streaming.sample import sample_camera, sample_picture
from streaming.videofile import VideoFrame
from vision.dealings import Asked
from vision.picture import Picture
from vision.recollection import Kind, Memory
from vision.types import Detections, Seconds
from vision.virtual_camera import TrueObject, VirtualCamera

FPS = 10
SIZE = (480, 360)
WARM_UP = 10
"""Minutes of media time before the first reading: pools, caches and the scene's own bounds fill."""
LAST = 10
"""Minutes at the end in which searches are timed."""
ASK_EVERY = 20.0
QUESTIONS = (
    "Where did I leave my cup?",
    "When did you last see a person?",
    "你最后一次看到杯子是什么时候？",
    "What did the sign say?",
    "Did you see a dog?",
)
SEARCHES = (
    Search(""),
    Search("cup"),
    Search("person", kinds=("object",)),
    Search("red cup on the table", any_word=True),
    Search("where did I leave my keys?", any_word=True, kinds=("object", "text")),
    Search("手机"),
    Search("杯"),
    Search("我的手机在哪里", any_word=True),
    Search("the", limit=100),
    Search("zebra crossing"),
)
MOST_GROWTH = 0.05
MOST_MS = 50.0
LENGTHS: dict[Kind, int] = {"object": 2, "text": 8, "caption": 15, "alert": 6}
"""Words of a memory."""
WORDS = (
    *("the", "red", "blue", "green", "black", "cup", "bottle", "person", "chair", "table", "keys"),
    *("phone", "book", "dog", "cat", "door", "exit", "sign", "left", "right", "near", "window"),
    *("手机", "出口", "红色", "杯子", "钥匙", "安全", "桌子", "椅子", "请勿", "吸烟", "电梯"),
)


@dataclass
class Readings:
    """What was measured."""

    sizes: list[float] = field(default_factory=list)
    "Resident MiB, once a minute after the warm-up."
    searches: list[tuple[float, float]] = field(default_factory=list)
    "Milliseconds of each search, and of the processor in it."


def pictures(camera: VirtualCamera, seconds: float) -> Iterator[VideoFrame]:
    """The sample's pictures, made once, over and over."""
    round_ = [sample_picture(camera, index) for index in range(camera.frames)]
    for index in range(round(seconds * FPS)):
        t = index / FPS
        picture: Picture = round_[index % len(round_)]
        yield VideoFrame(index, Seconds(t), round(t * MEDIA_CLOCK), picture)


def truth(camera: VirtualCamera) -> ScriptedDetector:
    """A detector that knows."""
    return ScriptedDetector(
        [Step(_detections(camera.truth(index))) for index in range(camera.frames)]
    )


def _detections(there: tuple[TrueObject, ...]) -> Detections:
    seen = [thing for thing in there if thing.visible >= 0.5]
    return Detections(
        np.array([thing.box for thing in seen], np.float32).reshape(-1, 4),
        np.full(len(seen), 0.9, np.float32),
        np.array([coco.LABELS.index(thing.label) for thing in seen], np.int32),
    )


def replay_hour(store: MemoryStore, minutes: int, readings: Readings) -> Rehearsal:
    """The driver: everything that is seen goes through the assistant into the store."""
    camera = sample_camera(SIZE, FPS)
    detector = truth(camera)
    moments = np.arange(ASK_EVERY, minutes * 60, ASK_EVERY)
    cues = [
        Cue(Seconds(float(at)), Asked(f"ask-{number}", QUESTIONS[number % len(QUESTIONS)]))
        for number, at in enumerate(moments)
    ]
    rehearsal = Rehearsal(detector.labels, cues, Props(store, captions=True))
    searches = itertools.cycle(SEARCHES)
    for seen in see(pictures(camera, minutes * 60), detector):
        rehearsal.take(seen)
        minute, tick = divmod(seen.frame.index + 1, 60 * FPS)
        if minute >= minutes - LAST and tick % FPS == 0:
            readings.searches.append(timed(store, next(searches)))
        if tick == 0 and minute >= min(WARM_UP, minutes // 2):
            readings.sizes.append(resident())
    return rehearsal


def timed(store: MemoryStore, search: Search) -> tuple[float, float]:
    """Milliseconds of one search, and of the processor in it: more where others have it, too."""
    began, busy = time.perf_counter(), time.thread_time()
    store.search(search)
    return (time.perf_counter() - began) * 1e3, (time.thread_time() - busy) * 1e3


def resident() -> float:
    """MiB."""
    return float(psutil.Process().memory_info().rss) / 2**20


def fill(store: MemoryStore) -> None:
    """Up to the limits of the store: as many memories as it takes, and as many pictures."""
    chance = random.Random(1)
    now = time.time()
    for number in range(0, MOST_ENTRIES + 500, 100):
        store.write([_note(chance, number + each, now) for each in range(100)])


def _note(chance: random.Random, number: int, now: float) -> Note:
    kind = chance.choice(tuple(LENGTHS))
    length = LENGTHS[kind]
    text = "the " + " ".join(chance.choice(WORDS) for _ in range(length))
    memory = Memory(kind, f"fill:{number}", text, Seconds(0), Seconds(0), (0.1, 0.2, 0.3, 0.4))
    return Note(f"s{number % 7}", memory, now, now, chance.randbytes(12_000))


def report(name: str, times: list[tuple[float, float]]) -> bool:
    """Prints a line of the table; whether every search was quick enough."""
    figures = [(*np.percentile(kind, (50, 95)), max(kind)) for kind in zip(*times, strict=True)]
    cells = [" / ".join(f"{figure:.1f}" for figure in each) for each in figures]
    print(f"| {name} | {len(times)} | {cells[0]} | {cells[1]} |", flush=True)
    return bool(figures[0][2] <= MOST_MS)


def main() -> int:
    options = _options()
    readings = Readings()
    with ExitStack() as stack:
        folder = None
        if not options.in_process:
            folder = options.folder or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = MemoryStore.open(folder)
        stack.callback(store.close)
        began = time.perf_counter()
        rehearsal = replay_hour(store, options.minutes, readings)
        print(f"{options.minutes} min of media time in {time.perf_counter() - began:.0f} s")
        print(f"assistant: {rehearsal.counts}")
        flat = _flat(readings.sizes)
        _size(store, folder)
        print("| searches | n | p50 / p95 / max ms | of the processor |\n|---|---|---|---|")
        quick = report(f"last {LAST} min", readings.searches)
        if options.fill:
            fill(store)
            times = [timed(store, search) for search in SEARCHES * 30]
            quick &= report("store filled to its limits", times)
            _size(store, folder)
        assert not store.problem
    return 0 if flat and quick else 1


def _flat(sizes: list[float]) -> bool:
    growth = sizes[-1] / sizes[0] - 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"RSS {sizes[0]:.1f} MiB warm, {sizes[-1]:.1f} MiB at the end: {growth:+.1%}")
    print(f"every 5 min: {' '.join(f'{size:.0f}' for size in sizes[::5])}; peak {peak:.0f} MiB")
    return growth <= MOST_GROWTH


def _size(store: MemoryStore, folder: Path | None) -> None:
    size = f"{(folder / FILE).stat().st_size / 2**20:.1f} MiB on disk" if folder else "in process"
    found = len(store.search(Search(limit=1000)))
    print(f"store: {size}, {found if found < 1000 else '1000 or more'} memories, {store.counts}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="An hour with memory on.")
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--folder", type=Path, help="keep the memory here (default: temporary)")
    parser.add_argument("--in-process", action="store_true", help="as without --memory")
    parser.add_argument("--no-fill", dest="fill", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
