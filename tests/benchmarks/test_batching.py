from __future__ import annotations

import argparse

import numpy as np
import pytest

from benchmarks import batching
from models.scripted import ScriptedBatches
from vision.picture import Picture
from vision.types import Detections


def some(count: int) -> list[Picture]:
    return [Picture(np.full((24, 16), number, np.uint8)) for number in range(count)]


def test_every_size_runs_in_every_round_and_the_first_rounds_are_left_out() -> None:
    detector = ScriptedBatches((1, 2, 4))
    times = batching.in_turn(detector, some(4), (1, 4), 5)
    assert detector.batches == [1, 4] * (batching.WARM_UP + 5)
    assert {size: len(each) for size, each in times.items()} == {1: 5, 4: 5}


def test_a_run_is_shared_by_its_pictures() -> None:
    one, four = batching.rows({1: [0.010] * 9, 4: [0.016] * 9})
    assert (one["run p50, ms"], one["picture p50, ms"], one["pictures a second"]) == (10, 10, 100)
    assert (four["run p95, ms"], four["picture p95, ms"]) == (16, 4)
    assert four["pictures a second"] == 250
    assert batching.shown([one, four]).count("\n") == 2


class Shifting(ScriptedBatches):
    """Sees things elsewhere when it looks at several pictures."""

    shift = 0.0

    def detect_batch(self, pictures):  # type: ignore[no-untyped-def]
        return [
            Detections(each.boxes + np.float32(self.shift), each.scores, each.classes)
            for each in super().detect_batch(pictures)
        ]


@pytest.mark.parametrize(
    ("shift", "said"),
    [(0.0, "to the bit"), (1e-3, "as far as anyone could see"), (5.0, "misses 1, and sees 1")],
)
def test_it_is_said_whether_pictures_are_seen_as_alone(shift: float, said: str) -> None:
    detector = Shifting((1, 2, 4))
    detector.shift = shift
    assert said in batching.alike(detector, some(4)[1:])


def test_sizes_are_those_that_there_are() -> None:
    assert batching._sizes("1,32") == (1, 32)
    with pytest.raises(argparse.ArgumentTypeError, match="choose from 1, 2, 4"):
        batching._sizes("3")
