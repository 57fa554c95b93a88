"""At which input sizes the detector looks."""

from __future__ import annotations

import pytest

from streaming.ladder import SECOND_LOOK_EVERY, Ladder, second_look
from vision.picture import Picture
from vision.types import Detections


class Sizes:
    """A detector of four sizes."""

    name = "sizes"
    labels = ("thing",)

    def __init__(self, *rungs: str) -> None:
        self.rungs = rungs
        self.rung = 0

    def detect(self, picture: Picture) -> Detections:
        raise NotImplementedError


@pytest.mark.parametrize(("rung", "other"), [(0, 1), (1, 0), (2, 0), (3, 1)])
def test_the_other_size_sees_what_the_kept_one_misses(rung: int, other: int) -> None:
    assert second_look(rung, 4) == other


def test_with_one_size_there_is_no_other() -> None:
    detector = Sizes("640")
    ladder = Ladder(detector)
    for look in range(2 * SECOND_LOOK_EVERY):
        assert ladder.set_for(detector, look) == "640"
        assert detector.rung == 0


class Bench:
    """Runs a detector that takes so long on each of its sizes, 8 times a second if it can."""

    def __init__(self, *seconds: float) -> None:
        self.seconds = seconds
        self.detector = Sizes(*(str(number) for number in range(len(seconds))))
        self.ladder = Ladder(self.detector)
        self.now, self.look = 0.0, 0

    def run(self, until: float, wanted: float = 8.0) -> int:
        """Gives the level at the end."""
        while self.now < until:
            self.ladder.set_for(self.detector, self.look)
            took = self.seconds[self.detector.rung]
            self.now += max(took, 1 / wanted)
            self.ladder.took(took, 1, [30.0], wanted, self.now)
            self.look += 1
        return self.ladder.level


def test_dear_second_looks_cost_a_level_though_the_others_are_quick_enough() -> None:
    """Level 1 alone would do, at 0.1 s; with one in four at 0.3 s it needs 0.15 of 0.125 s."""
    assert Bench(0.3, 0.1, 0.02, 0.01).run(20) >= 2


def test_cheap_second_looks_keep_a_level_that_alone_would_be_missed_by_a_little() -> None:
    """0.13 s alone are too many; with one in four at 0.05 s they are 0.11 of 0.125."""
    assert Bench(0.13, 0.05, 0.02, 0.01).run(20) == 0


def test_at_the_lowest_level_a_look_still_goes_to_a_larger_size() -> None:
    bench = Bench(2.0, 1.0, 1.0, 0.5)
    assert bench.run(60) == 3
    used = set()
    for look in range(SECOND_LOOK_EVERY):
        bench.ladder.set_for(bench.detector, look)
        used.add(bench.detector.rung)
    assert used == {3, 1}


def test_a_detector_that_comes_back_with_other_sizes_begins_anew() -> None:
    bench = Bench(0.3, 0.2, 0.02, 0.01)
    assert bench.run(20) > 0
    other = Sizes("small", "smaller")
    assert bench.ladder.set_for(other, 0) == "small"
    assert bench.ladder.level == 0
