from __future__ import annotations

import logging

import numpy as np
import pytest

from models import batching
from models.devices import Device
from models.scripted import ScriptedBatches, ScriptedDetector, Step
from vision.errors import ConfigError
from vision.picture import Picture

BLANK = Picture(np.zeros((96, 64), np.uint8))


@pytest.mark.parametrize(
    ("asked", "device", "most"),
    [
        (0, "cpu", 1),
        (0, "openvino", 1),
        (0, "cuda", 16),
        (0, "tensorrt", 16),
        (1, "cuda", 1),
        (4, "cpu", 4),
        (5, "cuda", 4),
        (32, "cpu", 32),
    ],
)
def test_a_processor_takes_one_picture_unless_asked_otherwise(
    asked: int, device: Device, most: int
) -> None:
    assert batching.most(asked, device) == most


@pytest.mark.parametrize("asked", [-1, 33])
def test_what_cannot_be_is_refused_with_what_can(asked: int) -> None:
    with pytest.raises(ConfigError, match="choose 1 to 32, or 0"):
        batching.most(asked, "cuda")


def test_sizes_double() -> None:
    assert batching.up_to(1) == (1,)
    assert batching.up_to(8) == (1, 2, 4, 8)
    with pytest.raises(ConfigError, match="not 6"):
        batching.up_to(6)


def test_the_smallest_size_that_holds_them_is_taken() -> None:
    sizes = batching.up_to(8)
    assert [batching.fitting(sizes, count) for count in (1, 2, 3, 5, 8, 9)] == [1, 2, 4, 8, 8, 8]


def test_a_detector_is_widened_and_tried_at_each_size() -> None:
    detector = ScriptedBatches()
    batching.widen(detector, 4, "cpu", BLANK)
    assert detector.batch_sizes == (1, 2, 4)
    assert detector.batches == [2, 4]


def test_it_takes_no_more_than_worked(caplog: pytest.LogCaptureFixture) -> None:
    detector = ScriptedBatches(memory=5)
    with caplog.at_level(logging.WARNING):
        batching.widen(detector, 32, "cuda", BLANK)
    assert detector.batch_sizes == (1, 2, 4)
    assert "4 at a time, not 8: no memory" in caplog.text


def test_one_whose_network_takes_fewer_is_tried_with_no_more() -> None:
    class Narrow(ScriptedBatches):
        def take_up_to(self, pictures: int) -> None:
            super().take_up_to(min(pictures, 2))

    detector = Narrow()
    batching.widen(detector, 16, "cuda", BLANK)
    assert detector.batches == [2]


def test_one_that_takes_one_picture_is_left_alone() -> None:
    detector = ScriptedDetector([Step()])
    batching.widen(detector, 32, "cuda", BLANK)
    assert detector.calls == 0
    wide = ScriptedBatches()
    batching.widen(wide, 0, "cpu", BLANK)
    assert wide.batches == []
