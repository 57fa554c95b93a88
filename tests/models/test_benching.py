from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.benching import ASKED_FOR, Row, bench, table
from models.coco_folder import open_folder
from models.registry import RunningDetector
from models.scripted import ScriptedDetector, Step
from models.timing import FEWEST_RUNS, WARM_UP_RUNS, timed
from tests.models.plugged_detector import PluggedAsked
from tests.models.test_coco_folder import detections, made
from vision.errors import WeightsMissing
from vision.picture import Picture

PICTURE = Picture.from_bgr(np.zeros((48, 64, 3), np.uint8))


def test_a_detector_is_timed_after_it_has_warmed_up() -> None:
    clock = iter(range(100))
    detector = ScriptedDetector([Step()])
    speed = timed(detector, [PICTURE], 5.0, lambda: float(next(clock)))
    assert (speed.p50, speed.p95, speed.runs, speed.hz) == (1.0, 1.0, 5, 1.0)
    assert detector.calls == WARM_UP_RUNS + 5


def test_a_slow_one_is_run_a_few_times_all_the_same() -> None:
    clock = iter(range(0, 1000, 9))
    speed = timed(ScriptedDetector([Step()]), [PICTURE], 0.1, lambda: float(next(clock)))
    assert speed.runs == FEWEST_RUNS


def test_speed_and_score_are_told(tmp_path: Path) -> None:
    folder = open_folder(made(tmp_path, [[(3, [4, 4, 20, 30])], [(3, [4, 4, 20, 30])]]))
    right, missed = Step(detections((0, [4, 4, 20, 30], 0.9))), Step()

    class Counting(ScriptedDetector):
        """Sees what is there in one of two pictures, however often it was timed before."""

        def detect(self, picture: Picture):
            timing = (picture.width, picture.height) == (32, 32)
            return missed.detections if timing else super().detect(picture)

    small = Picture.from_bgr(np.zeros((32, 32, 3), np.uint8))
    row = bench("told", lambda _: Counting([right, missed]), [small], folder, seconds=0.01)
    assert (row.name, row.problem, row.pictures) == ("told", "", 2)
    assert row.ap == pytest.approx(50.5, abs=0.1)
    assert row.unknown == ()
    assert row.p50 is not None


def test_one_that_does_not_run_has_a_row_that_says_why() -> None:
    def load(name: str) -> RunningDetector:
        raise WeightsMissing("it was not pulled")

    row = bench("absent", load, [PICTURE])
    assert row == Row("absent", problem="it was not pulled")
    assert "absent                    it was not pulled" in table([row], lambda _: None)


def test_the_table_has_what_the_authors_report_beside_what_was_measured() -> None:
    row = Row("yolox-s", "cpu, 1 thread", 0.5, 250.0, 300.0, 39.9, 58.0, 10)
    head, line = table([row], {"yolox-s": 40.5}.get).splitlines()
    assert head.split() == [
        "name",
        "p50",
        "ms",
        "p95",
        "ms",
        "a",
        "second",
        "AP",
        "AP",
        "here",
        "on",
    ]
    assert line.split()[:6] == ["yolox-s", "250.0", "300.0", "4.0", "40.5", "39.9"]


def test_one_that_is_asked_is_asked_for_something() -> None:
    asked = PluggedAsked("cpu", 1)
    assert bench("asked", lambda _: asked, [PICTURE], seconds=0.01).problem == ""
    assert asked.labels == ASKED_FOR


def test_an_error_that_is_none_of_ours_costs_only_its_own_row() -> None:
    detector = ScriptedDetector([Step(fault=RuntimeError("out of memory"))])
    assert bench("faulty", lambda _: detector, [PICTURE]).problem == "out of memory"


def test_how_much_was_left_out_is_told() -> None:
    row = Row("told", "cpu", 0.1, 0.0, 0.0, None, None, 12, ("zebra", "cow"))
    assert "-  cpu; 12 pictures, without 2 categories" in table([row], lambda _: None)
