import threading

import numpy as np
import pytest

from models.scripted_reader import Reading, ScriptedReader
from vision.picture import Picture
from vision.types import TextBlock

PICTURE = Picture(np.zeros((6, 4), np.uint8))
EXIT = TextBlock("EXIT", ((0.1, 0.1), (0.3, 0.1), (0.3, 0.2), (0.1, 0.2)), 0.9)


def test_it_plays_its_script_over_and_over():
    reader = ScriptedReader([Reading((EXIT,)), Reading()])
    assert [reader.read(PICTURE) for _ in range(3)] == [(EXIT,), (), (EXIT,)]
    assert reader.calls == 3


def test_it_raises_what_the_script_says():
    reader = ScriptedReader([Reading(fault=OSError("broken")), Reading((EXIT,))])
    with pytest.raises(OSError, match="broken"):
        reader.read(PICTURE)
    assert reader.read(PICTURE) == (EXIT,)


def test_it_takes_the_time_that_the_script_says():
    waits = []
    ScriptedReader([Reading(seconds=1.5)], sleep=waits.append).read(PICTURE)
    assert waits == [1.5]


def test_two_calls_at_once_are_refused():
    begun, finish = threading.Event(), threading.Event()

    def sleep(seconds):
        begun.set()
        finish.wait()

    reader = ScriptedReader([Reading(seconds=1)], sleep)
    first = threading.Thread(target=reader.read, args=[PICTURE])
    first.start()
    begun.wait()
    with pytest.raises(RuntimeError, match="one thread"):
        reader.read(PICTURE)
    finish.set()
    first.join()


def test_a_script_needs_a_reading():
    with pytest.raises(ValueError, match="at least one"):
        ScriptedReader([])
