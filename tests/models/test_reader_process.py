"""The real reader in a process of its own: read, lost, started again, ended."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from models.reader_process import LIMITS, ReaderProcess
from vision.errors import ModelError
from vision.lettering import board
from vision.picture import Picture


@pytest.fixture(scope="module")
def reader() -> Iterator[ReaderProcess]:
    process = ReaderProcess()
    yield process
    process.close()


def sign() -> Picture:
    wall = np.full((240, 320, 3), 150, np.uint8)
    exit_sign = board(("EXIT",), 40)
    wall[60 : 60 + exit_sign.shape[0], 40 : 40 + exit_sign.shape[1]] = exit_sign
    return Picture.from_bgr(wall)


def pid(reader: ReaderProcess) -> int:
    assert reader._host.pid is not None
    return reader._host.pid


def test_it_reads_as_the_reader_does(reader: ReaderProcess) -> None:
    (line,) = reader.read(sign())
    assert line.text == "EXIT"
    assert 0.15 < min(x for x, _ in line.quad) < 0.35
    assert reader.name == "rapidocr-ppocrv6-small"


def test_a_process_that_is_killed_is_told_and_replaced(reader: ReaderProcess) -> None:
    os.kill(pid(reader), signal.SIGKILL)
    with pytest.raises(ModelError, match="ended"):
        reader.read(sign())
    with pytest.raises(ModelError, match="started again in"):
        reader.read(sign())
    time.sleep(LIMITS.first_pause)
    assert [line.text for line in reader.read(sign())] == ["EXIT"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no idle class")
def test_all_of_its_threads_give_way(reader: ReaderProcess) -> None:
    tasks = [int(task.name) for task in Path(f"/proc/{pid(reader)}/task").iterdir()]
    assert {os.sched_getscheduler(task) for task in tasks} == {os.SCHED_IDLE}


def test_one_that_does_not_answer_is_ended(reader: ReaderProcess) -> None:
    before = pid(reader)
    limits, reader._host._limits = reader._host._limits, replace(LIMITS, answer=0.5, starved=0.0)
    os.kill(before, signal.SIGSTOP)
    with pytest.raises(ModelError, match="nothing came"):
        reader.read(sign())
    reader._host._limits = limits
    assert not psutil.pid_exists(before)


def test_it_ends_with_its_owner() -> None:
    owned = ReaderProcess()
    child = psutil.Process(pid(owned))
    owned.close()
    owned.close()
    assert not child.is_running()


def test_a_reader_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(ModelError, match="nonesuch"):
        ReaderProcess("nonesuch")
