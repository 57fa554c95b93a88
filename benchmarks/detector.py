"""What the default detector costs, and how well it sees.

    PYTHONPATH=.:benchmarks python benchmarks/detector.py [--source DIR] [--mot DIR ...]
        [--rounds N] [--short] [--json FILE]

Compares the shipped networks, on each rung of the ladder and for two shapes of picture, with the
plain conversion of the same source, on one thread and on two, in turn, so that a busy machine
disturbs all alike; then times what stands around the network, on one thread; then, for each folder
of a MOTChallenge sequence (a video, gt.txt, seqinfo.ini), gives the average precision of persons
at IoU 0.5, through the adapter as it is used: as filmed, and with four frames in one picture.

``--short`` takes one thread and pictures of 4:3, and of the sequences the shipped ladder, as
filmed, beside the input that the plain conversion takes. The file is written anew with each result,
so that a run that is cut off leaves what it had.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import truediv
from pathlib import Path
from typing import Any, TypeAlias

import cv2
import numpy as np

from benchmarks import detector_precision as seeing
from models import nanodet, weights
from models.pixels import InputWriter
from models.session import Network, open_network
from models.suppression import suppress
from tools import convert_nanodet, human_models, onnx_program
from vision.picture import Picture

NAME = "nanodet-g-416"
FILES = {"8 bits": NAME + weights.QUANTISED, "real numbers": NAME}
PLAIN = "plain conversion"
WARM_UP = 3
PICTURE_SIZES = {"4:3": (640, 480), "16:9": (1280, 720)}
SHORT_SIZES = {"4:3": PICTURE_SIZES["4:3"]}
FETCHING = {"npm_config_fetch_retries": "0", "npm_config_fetch_timeout": "15000"}
"""npm would try for minutes; without the plain conversion there is still something to measure."""

Times: TypeAlias = tuple[float, float]
"""Milliseconds on the wall, and of all processors together."""
Results: TypeAlias = dict[str, list[Times]]
Rows: TypeAlias = list[dict[str, Any]]
"""Of a table: figures by the names of columns."""


def plain_conversion(source: Path | None) -> bytes | None:
    """The plain conversion, None where its source cannot be fetched.

    Checks on the way that the source makes the shipped network.
    """
    try:
        return _converted(source)
    except (OSError, subprocess.SubprocessError) as error:
        print(f"nothing to compare with, since the source is not to be had: {error}")
        return None


def _converted(source: Path | None) -> bytes:
    with human_models.source(convert_nanodet.SHA256, source) as json_file:
        plain = onnx_program.model(convert_nanodet.plain(json_file))
        again = onnx_program.model(convert_nanodet.optimised(json_file), halve=True)
    same = onnx_program.to_bytes(again) == weights.load(weights.manifest(NAME))
    print(f"the shipped file is what the script makes: {'yes' if same else 'NO'}")
    return onnx_program.to_bytes(plain)


def ladder(
    plain: bytes | None, threads: int, rounds: int, shapes: Mapping[str, tuple[int, int]]
) -> Rows:
    """Time of one run, by network, rung and shape of picture, and how often faster than plain."""
    jobs: dict[str, Callable[[], object]] = {}
    if plain is not None:
        unoptimised = open_network(plain, device="cpu", threads=threads)
        noise = np.random.default_rng(0).normal(size=(1, 3, 416, 416)).astype(np.float32)
        unoptimised.inputs["image"][:] = noise
        jobs[PLAIN] = unoptimised.run
    for title, file in FILES.items():
        first = opened(file, threads)
        for aspect, picture_size in shapes.items():
            for rung in nanodet.RUNGS:
                size = nanodet.input_size(blank(picture_size), rung)
                network = first.reshaped(nanodet.shapes(size))
                jobs[f"{title}, {aspect}, {size[0]}x{size[1]}"] = network.run
    return report(f"network, threads: {threads}", in_turn(jobs, rounds))


def opened(file: str, threads: int) -> Network:
    """A shipped network, ready for pictures of the first size."""
    model = weights.load(weights.manifest(file))
    begun = time.perf_counter()
    shapes = nanodet.shapes(nanodet.FIRST_SIZE)
    network = open_network(model, device="cpu", threads=threads, shapes=shapes)
    print(f"{file} loads in {1000 * (time.perf_counter() - begun):.0f} ms")
    return network


def blank(size: tuple[int, int]) -> Picture:
    """A grey picture."""
    return Picture(np.full((size[1] * 3 // 2, size[0]), 128, np.uint8))


def surrounding_times(picture: Picture, rounds: int) -> Rows:
    """Time of what happens before and after the network on the first rung, on one thread."""
    cv2.setNumThreads(1)
    described = weights.manifest(NAME)
    size = nanodet.input_size(picture, nanodet.RUNGS[0])
    network = opened(FILES["8 bits"], 1).reshaped(nanodet.shapes(size))
    writer = InputWriter(network.inputs["planes"][0], described.border)
    decoder = nanodet.Decoder(size)
    writer.write(picture)
    heads = network.run()["heads"][0]
    found = decoder.decode(heads, nanodet.SCORE_THRESHOLD)
    jobs: dict[str, Callable[[], object]] = {
        "before: resize, arrange": lambda: writer.write(picture),
        "after: decode": lambda: decoder.decode(heads, nanodet.SCORE_THRESHOLD),
        f"after: suppress {len(found)} candidates": lambda: suppress(
            found, nanodet.NMS_IOU, nanodet.MAX_DETECTIONS
        ),
        "a new size: buffers and grids": lambda: new_size(network, size, described.border),
    }
    results = in_turn(jobs, 10 * rounds)
    rows = report(f"around it, {picture.width}x{picture.height}", results)
    together = sum(row["median, ms"] for row in rows[:3])
    print(f"{'before and after together':<44}{together:>8.2f}")
    return rows


def new_size(network: Network, size: tuple[int, int], border: tuple[int, int, int]) -> object:
    """What the first picture of a size waits for, besides a slower first run."""
    furnished = network.reshaped(nanodet.shapes(size))
    return InputWriter(furnished.inputs["planes"][0], border), nanodet.Decoder(size)


def report(title: str, results: Results) -> Rows:
    """Prints medians of the wall time and of the processors' time, and that against plain."""
    print(f"\n{title + ', ms':<44}{'median':>8}{'best':>8}{'cpu':>8}{'faster':>8}")
    plain = [cpu for _, cpu in results.get(PLAIN, [])]
    rows = []
    for job, times in results.items():
        walls, processors = zip(*times, strict=True)
        figures = {"median, ms": statistics.median(walls), "best, ms": min(walls)}
        figures["processor, ms"] = statistics.median(processors)
        if plain:
            # Round by round: a neighbour's load disturbs all of one round alike.
            figures["times as fast"] = statistics.median(map(truediv, plain, processors))
        print(f"{job:<44}" + "".join(f"{figure:>8.2f}" for figure in figures.values()))
        rows.append({"": job, **figures})
    return rows


def in_turn(jobs: dict[str, Callable[[], object]], rounds: int) -> Results:
    """Times of each run; each round runs every job once."""
    times: Results = {title: [] for title in jobs}
    for number in range(WARM_UP + rounds):
        for title, job in jobs.items():
            wall, processor = time.perf_counter(), time.process_time()
            job()
            spent = (time.perf_counter() - wall, time.process_time() - processor)
            if number >= WARM_UP:
                times[title].append((1000 * spent[0], 1000 * spent[1]))
    return times


def precisions(folders: Sequence[Path], *, short: bool) -> Iterator[Rows]:
    """AP50 of persons by network, rung and sequence, as filmed and half as large, row by row."""
    sequences = {folder.name: seeing.labelled(folder) for folder in folders}
    if not short:
        sequences |= {f"{name}, halved": seeing.halved(it) for name, it in sequences.items()}
    print("\nAP50 of persons: " + "; ".join(sequences))
    for title, file in FILES.items():
        detector = nanodet.NanoDet(weights.manifest(NAME), opened(file, 1))
        ships = file.endswith(weights.QUANTISED)
        for number, rung in enumerate(detector.rungs if ships or not short else ()):
            detector.rung = number
            yield [_scored(f"{title}, {rung}", detector.detect, sequences)]
    detector.rung = 0
    square = f"{title}, made square: {seeing.SQUARE}x{seeing.SQUARE}"
    yield [_scored(square, seeing.distorting(detector.detect), sequences)]


def _scored(
    title: str, detect: seeing.Detect, sequences: Mapping[str, seeing.Truth]
) -> dict[str, Any]:
    scores = {name: seeing.precision(detect, truth) for name, truth in sequences.items()}
    print(f"{title:<44}" + "".join(f"{score:>9.4f}" for score in scores.values()), flush=True)
    return {"": title, **scores}


def example(sequences: Sequence[Path]) -> Picture:
    """A frame to time with: of the first sequence, or a test picture, 640 by 480."""
    if sequences:
        return next(seeing.pictures(sequences[0]))
    test_picture = Path(__file__).parents[1] / "tests" / "data" / "astronaut.jpg"
    bgr = cv2.imread(str(test_picture))
    if bgr is None:
        raise SystemExit(f"{test_picture} cannot be read")
    return Picture.from_bgr(np.asarray(cv2.resize(bgr, PICTURE_SIZES["4:3"]), np.uint8))


def measured(asked: argparse.Namespace) -> Iterator[tuple[str, Rows]]:
    """Tables by name, each as a whole or in portions."""
    plain = plain_conversion(asked.source)
    shapes = SHORT_SIZES if asked.short else PICTURE_SIZES
    for threads in (1,) if asked.short else (1, 2):
        name = f"one_run_with_{threads}_{'thread' if threads == 1 else 'threads'}"
        yield name, ladder(plain, threads, asked.rounds, shapes)
    yield "around_the_network", surrounding_times(example(asked.mot), asked.rounds)
    for rows in precisions(asked.mot, short=asked.short) if asked.mot else ():
        yield "average_precision_of_persons", rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, help="folder with nanodet.json and nanodet.bin")
    parser.add_argument("--mot", type=Path, nargs="*", default=[], help="folders of sequences")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--short", action="store_true", help="the part that is done in a minute")
    parser.add_argument("--json", type=Path, help="file for the figures")
    asked = parser.parse_args()
    os.environ.update(FETCHING)
    found: dict[str, Rows] = {}
    for name, rows in measured(asked):
        found.setdefault(name, []).extend(rows)
        if asked.json:
            asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
