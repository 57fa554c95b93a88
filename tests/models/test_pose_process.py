"""The real estimator in a process of its own: found, lost, started again, ended."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from models import movenet
from models.pose_process import LIMITS, PoseProcess, _poses
from models.pose_worker import Found
from models.worker_child import Lost
from vision.errors import ModelError
from vision.picture import Picture

BOX = (0.026, 0.029, 0.69, 0.965)
ASTRONAUT = Picture.from_bgr(
    cv2.imread(str(Path(__file__).parents[1] / "data" / "astronaut.jpg"))  # type: ignore[arg-type]
)


@pytest.fixture(scope="module")
def estimator() -> Iterator[PoseProcess]:
    process = PoseProcess()
    yield process
    process.close()


def pid(estimator: PoseProcess) -> int:
    assert estimator._host.pid is not None
    return estimator._host.pid


def test_it_finds_what_the_estimator_does(estimator: PoseProcess) -> None:
    boxes = [BOX, (0.3, 0.1, 0.3, 0.4)]
    here, there = movenet.create().poses(ASTRONAUT, boxes), estimator.poses(ASTRONAUT, boxes)
    assert len(there) == 2
    for mine, theirs in zip(here, there, strict=True):
        np.testing.assert_array_equal(mine.joints, theirs.joints)
    assert estimator.name == "movenet-lightning-192"


def test_without_people_it_is_not_asked(estimator: PoseProcess) -> None:
    assert estimator.poses(ASTRONAUT, []) == ()


def test_a_box_that_is_none_is_told_and_the_process_goes_on(estimator: PoseProcess) -> None:
    before = pid(estimator)
    with pytest.raises(ModelError, match="no box to look for a person in"):
        estimator.poses(ASTRONAUT, [(0.0, 0.0, 0.0, 0.0)])
    assert len(estimator.poses(ASTRONAUT, [BOX])) == 1
    assert pid(estimator) == before


def test_a_process_that_is_killed_is_told_and_replaced(estimator: PoseProcess) -> None:
    os.kill(pid(estimator), signal.SIGKILL)
    with pytest.raises(ModelError, match="ended"):
        estimator.poses(ASTRONAUT, [BOX])
    with pytest.raises(ModelError, match="started again in"):
        estimator.poses(ASTRONAUT, [BOX])
    time.sleep(LIMITS.first_pause)
    assert len(estimator.poses(ASTRONAUT, [BOX])) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no idle class")
def test_all_of_its_threads_give_way(estimator: PoseProcess) -> None:
    tasks = [int(task.name) for task in Path(f"/proc/{pid(estimator)}/task").iterdir()]
    assert {os.sched_getscheduler(task) for task in tasks} == {os.SCHED_IDLE}


def test_one_that_does_not_answer_is_ended(estimator: PoseProcess) -> None:
    before = pid(estimator)
    limits = estimator._host._limits
    estimator._host._limits = replace(LIMITS, answer=0.5, starved=0.0)
    os.kill(before, signal.SIGSTOP)
    with pytest.raises(ModelError, match="nothing came"):
        estimator.poses(ASTRONAUT, [BOX])
    estimator._host._limits = limits
    assert not psutil.pid_exists(before)


def test_it_ends_with_its_owner() -> None:
    owned = PoseProcess()
    child = psutil.Process(pid(owned))
    owned.close()
    owned.close()
    assert not child.is_running()


@pytest.mark.parametrize("size", [0, 17 * 3 * 4 - 1, 17 * 3 * 4 * 2])
def test_a_reply_of_another_size_makes_no_sense(size: int) -> None:
    with pytest.raises(Lost, match=f"{size} bytes for 1 people"):
        _poses(Found(bytes(size)), 1)
