"""A lane on a clock that is made up."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from streaming.lane import Lane, Sight
from vision.picture import Picture
from vision.types import Seconds

SIGHT = Sight(Picture(np.zeros((24, 16), np.uint8)), Seconds(0), 0, None, None, 0.0)


class Camera:
    """Offers ten frames a second; the lane may be served so often."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, min_interval: float = 0.0) -> None:
        self.now = 100.0
        monkeypatch.setattr("streaming.lane.time", SimpleNamespace(monotonic=lambda: self.now))
        self.lane = Lane(lambda: None, min_interval)

    def films(self, frames: int) -> None:
        for _ in range(frames):
            self.now += 0.1
            self.lane.offer(SIGHT)


async def test_a_frame_that_waits_is_due_from_when_it_could_first_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = Camera(monkeypatch, min_interval=0.5)
    assert math.isinf(camera.lane.due())
    camera.films(3)
    assert camera.lane.due() == pytest.approx(100.1), "newer ones took its place, not its turn"
    assert camera.lane.take(camera.now) is SIGHT
    assert math.isinf(camera.lane.due())
    camera.films(1)
    assert camera.lane.due() == pytest.approx(100.8)
    assert camera.lane.expected(camera.now) == camera.lane.due()
    assert camera.lane.take(camera.now) is None


async def test_the_next_frame_is_expected_when_the_camera_usually_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = Camera(monkeypatch)
    camera.films(40)
    camera.lane.take(camera.now)
    assert camera.lane.expected(camera.now) == pytest.approx(104.1, abs=0.01)
    assert camera.lane.expected(camera.now + 0.15) == pytest.approx(104.1, abs=0.01)


async def test_one_that_is_overdue_by_far_is_not_expected_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = Camera(monkeypatch)
    assert math.isinf(camera.lane.expected(camera.now)), "nothing is known of it yet"
    camera.films(40)
    camera.lane.take(camera.now)
    assert math.isinf(camera.lane.expected(camera.now + 0.25))
    assert math.isinf(camera.lane.expected(camera.now + 60))


async def test_it_is_not_expected_before_the_lane_may_be_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    camera = Camera(monkeypatch, min_interval=0.3)
    camera.films(40)
    camera.lane.take(camera.now)
    assert camera.lane.expected(camera.now) == pytest.approx(104.3)
