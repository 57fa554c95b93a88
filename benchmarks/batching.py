"""What several pictures in one run cost, beside one at a time, on any device.

Each size of a batch runs in turn, round after round, so that a busy machine disturbs all alike.
Told are the median and the 95th percentile of a run and of one picture of it, pictures a second,
and whether each picture's detections are those that it gets alone.

    PYTHONPATH=.:benchmarks python benchmarks/batching.py [--device auto] [--threads N]
        [--sizes 1,4,16,32] [--rounds 30] [--detector NAME] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from models import batching, devices, registry
from models.half import disagreement
from streaming.sample import sample_camera, sample_picture
from vision.picture import Picture

WARM_UP = 3
SIZES = (1, 4, 16, 32)
PICTURE_SIZE = (640, 480)

Times: TypeAlias = dict[int, list[float]]
"""Seconds of each run, by how many pictures it had."""


def sample(count: int) -> list[Picture]:
    """So many different pictures of the built-in sample."""
    camera = sample_camera(PICTURE_SIZE)
    frames = np.linspace(0, camera.frames, count, endpoint=False).astype(int)
    return [sample_picture(camera, int(frame)) for frame in frames]


def in_turn(
    detector: batching.Widening, pictures: Sequence[Picture], sizes: Sequence[int], rounds: int
) -> Times:
    """Times of runs of each size; the first rounds are left out."""
    times: Times = {size: [] for size in sizes}
    for number in range(WARM_UP + rounds):
        for size in sizes:
            began = time.perf_counter()
            detector.detect_batch(pictures[:size])
            if number >= WARM_UP:
                times[size].append(time.perf_counter() - began)
    return times


def alike(detector: batching.Widening, pictures: Sequence[Picture]) -> str:
    """Whether pictures together show what each shows alone: to the bit, nearly, or not."""
    exact, worst = True, ""
    for picture, found in zip(pictures, detector.detect_batch(pictures), strict=True):
        alone = detector.detect(picture)
        parts = ("boxes", "scores", "classes")
        exact &= all(getattr(alone, x).tobytes() == getattr(found, x).tobytes() for x in parts)
        worst = worst or (disagreement(alone, found) if (alone.scores >= 0.3).any() else "")
    return "to the bit" if exact else worst or "as far as anyone could see"


def rows(times: Mapping[int, Sequence[float]]) -> list[dict[str, float]]:
    """Milliseconds and pictures a second, a row for each size."""
    table = []
    for size, seconds in times.items():
        p50, p95 = (float(value) * 1e3 for value in np.percentile(np.array(seconds), (50, 95)))
        table.append(
            {
                "pictures": size,
                "run p50, ms": round(p50, 2),
                "run p95, ms": round(p95, 2),
                "picture p50, ms": round(p50 / size, 2),
                "picture p95, ms": round(p95 / size, 2),
                "pictures a second": round(size / p50 * 1e3, 1),
            }
        )
    return table


def shown(table: Sequence[Mapping[str, float]]) -> str:
    """The rows, for people."""
    names = list(table[0])
    lines = ["".join(f"{name:>20}" for name in names)]
    lines += ["".join(f"{row[name]:>20}" for name in names) for row in table]
    return "\n".join(lines)


def measured(asked: argparse.Namespace) -> dict[str, Any]:
    """All results of one detector on one device."""
    detector = registry.create(asked.detector, device=asked.device, threads=asked.threads)
    if not isinstance(detector, batching.Widening):
        raise SystemExit(f"{asked.detector} takes one picture at a time")
    detector.take_up_to(max(asked.sizes))
    pictures = sample(max(asked.sizes))
    return {
        "detector": detector.name,
        "runtime": str(detector.runtime),
        "together as alone": alike(detector, pictures),
        "rows": rows(in_turn(detector, pictures, asked.sizes, asked.rounds)),
    }


def _sizes(text: str) -> tuple[int, ...]:
    sizes = tuple(int(each) for each in text.split(","))
    if not set(sizes) <= set(batching.SIZES):
        raise argparse.ArgumentTypeError(f"choose from {', '.join(map(str, batching.SIZES))}")
    return sizes


def main() -> None:
    """Prints a table, and writes it where that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--detector", default="nanodet-g-416")
    parser.add_argument("--device", default="auto", choices=devices.DEVICES)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--sizes", type=_sizes, default=SIZES)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    results = measured(asked)
    print(f"{results['detector']} on {results['runtime']}, pictures of {PICTURE_SIZE}")
    print(f"each picture is seen as alone {results['together as alone']}")
    print(shown(results["rows"]))
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
