import threading

import numpy as np
import pytest

from models.scripted import ScriptedDetector, Step
from vision.picture import Picture
from vision.types import Detections

PICTURE = Picture(np.zeros((6, 4), np.uint8))


def one(score):
    return Detections(
        np.zeros((1, 4), np.float32), np.array([score], np.float32), np.zeros(1, np.int32)
    )


def test_it_plays_its_steps_over_and_over():
    steps = [Step(one(0.5)), Step(), Step(one(0.9))]
    detector = ScriptedDetector(steps)
    seen = [detector.detect(PICTURE) for _ in range(5)]
    assert [each is steps[n % 3].detections for n, each in enumerate(seen)] == [True] * 5
    assert detector.calls == 5


def test_a_fault_is_raised_and_the_script_goes_on():
    detector = ScriptedDetector([Step(fault=OSError("device lost")), Step(one(0.5))])
    with pytest.raises(OSError, match="device lost"):
        detector.detect(PICTURE)
    assert len(detector.detect(PICTURE)) == 1


def test_it_waits_as_long_as_the_step_says():
    waited = []
    detector = ScriptedDetector([Step(), Step(seconds=0.25)], sleep=waited.append)
    detector.detect(PICTURE)
    detector.detect(PICTURE)
    assert waited == [0.25]


def test_two_calls_at_once_are_refused():
    begun, end = threading.Event(), threading.Event()

    def sleep(_):
        begun.set()
        end.wait(10)

    detector = ScriptedDetector([Step(seconds=1)], sleep=sleep)
    first = threading.Thread(target=detector.detect, args=(PICTURE,))
    first.start()
    assert begun.wait(10)
    with pytest.raises(RuntimeError, match="one thread at a time"):
        detector.detect(PICTURE)
    end.set()
    first.join(10)
    assert detector.calls == 1


def test_a_script_without_steps_is_refused():
    with pytest.raises(ValueError, match="at least one step"):
        ScriptedDetector([])
