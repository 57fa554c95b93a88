from __future__ import annotations

import numpy as np
import pytest

from tests.vision.textures import Grey, similarity, texture, view
from vision.anchors import FOLLOWED_FOR, MOST_BOXES, MOST_STEPS, PICTURES, Anchors
from vision.motion import STILL, CameraMotion, MotionPath
from vision.types import Boxes, Seconds

SIZE = (160, 120)
RATE = 30
WALL = texture(320, 240, seed=5)
THING = texture(48, 56, seed=11)
START = (30, 30)
STEP = 2
"Pixels of the small picture that the thing goes to the right in each."


def at(frame: float) -> Seconds:
    return Seconds(frame / RATE)


def scene(frame: int, camera: CameraMotion = STILL) -> Grey:
    """A thing that walks before a wall; the camera's motion moves both."""
    whole = WALL.copy()
    left = 80 + START[0] + STEP * frame
    whole[60 + START[1] : 60 + START[1] + 56, left : left + 48] = THING
    return view(whole, SIZE, camera)


def box(frame: int) -> Boxes:
    return np.array([[(START[0] + STEP * frame) / 160, START[1] / 120, 48 / 160, 56 / 120]], "f")


def looked(anchors: Anchors, frames: range, speed: float = 0.0) -> MotionPath:
    """Shows pictures; all content moves by ``speed`` pixels from one to the next."""
    path = MotionPath()
    for frame in frames:
        path.add(at(frame), similarity(SIZE, (speed if frame else 0.0, 0.0)))
        anchors.look(scene(frame, similarity(SIZE, (speed * frame, 0.0))), at(frame))
    return path


def gone(anchors: Anchors, keys: list[int], first: float, last: float) -> np.ndarray:
    shifts = anchors.shifts(keys, at(first), at(last), STILL)
    assert shifts is not None
    assert shifts.until == at(last)
    return shifts.by * SIZE


@pytest.mark.parametrize("late", [0, 3, 6])
def test_a_box_goes_where_what_is_in_it_goes(late: int) -> None:
    anchors = Anchors()
    path = looked(anchors, range(1 + late))
    anchors.cast([7], box(0), at(0), path)
    for frame in range(1 + late, 9):
        anchors.look(scene(frame), at(frame))
    assert gone(anchors, [7], 0, 8) == pytest.approx(np.array([[8 * STEP, 0.0]]), abs=0.4)
    assert gone(anchors, [7], 6, 7) == pytest.approx(np.array([[STEP, 0.0]]), abs=0.2)
    assert gone(anchors, [7], 6.5, 8) == pytest.approx(np.array([[1.5 * STEP, 0.0]]), abs=0.3)


def test_a_leap_begins_where_the_camera_has_gone() -> None:
    """Five pixels a picture would be too far to find without knowing."""
    anchors = Anchors()
    path = looked(anchors, range(6), speed=-5.0)
    anchors.cast([1], box(0), at(0), path)
    shifts = anchors.shifts([1], at(0), at(5), path.between(at(0), at(5)))
    assert shifts is not None
    assert shifts.by * SIZE == pytest.approx(np.array([[5 * (STEP - 5), 0.0]]), abs=0.4)
    centre = np.array([[0.3, 0.5]])
    assert shifts.own(centre) * SIZE == pytest.approx(np.array([[5 * STEP, 0.0]]), abs=0.4)


def test_what_is_not_held_is_not_known() -> None:
    anchors = Anchors()
    assert anchors.shifts([1], at(0), at(1), STILL) is None, "nothing was looked at"
    path = looked(anchors, range(3))
    blank = np.array([[0.9, 0.9, 0.001, 0.001]], np.float32)
    anchors.cast([3, 4], np.vstack([box(1), blank]), at(1), path)
    found = gone(anchors, [5, 3, 4], 1, 2)
    assert np.isnan(found[[0, 2]]).all(), "a key that was not cast, and a box too small to hold"
    assert np.isfinite(found[1]).all()
    assert anchors.shifts([3], at(0), at(2), STILL) is None, "before it was cast"
    assert anchors.shifts([3], at(1), at(3), STILL) is None, "after the newest picture"
    anchors = Anchors()
    looked(anchors, range(3))
    anchors.cast([3], box(1), at(0.5), path)
    assert anchors.shifts([3], at(1), at(2), STILL) is None, "cast in a picture never seen"
    assert anchors.until(at(1), at(2)) is None


def test_what_was_cast_before_a_result_that_is_too_late_stays() -> None:
    anchors = Anchors()
    path = looked(anchors, range(3))
    anchors.cast([3], box(0), at(0), path)
    anchors.cast([3], box(1), at(0.5), path)
    assert gone(anchors, [3], 0.5, 2) == pytest.approx(np.array([[1.5 * STEP, 0.0]]), abs=0.2)
    anchors.cast([], box(1)[:0], at(1), path)
    assert anchors.until(at(1), at(2)) is None, "a result without boxes is none too late"


def test_points_that_are_lost_tell_nothing() -> None:
    anchors = Anchors()
    path = looked(anchors, range(2))
    anchors.cast([1], box(1), at(1), path)
    anchors.look(np.full((120, 160), 90, np.uint8), at(2))
    anchors.look(scene(3), at(3))
    shifts = anchors.shifts([1], at(1), at(3), STILL)
    assert shifts is not None
    moved = shifts.by * SIZE
    assert np.isnan(moved).all() or np.abs(moved).max() < 12


def test_another_size_of_picture_begins_anew() -> None:
    anchors = Anchors()
    path = looked(anchors, range(2))
    anchors.cast([1], box(0), at(0), path)
    anchors.look(np.ascontiguousarray(scene(2)[:, :90]), at(2))
    assert anchors.shifts([1], at(0), at(2), STILL) is None


def test_what_is_kept_is_bounded() -> None:
    anchors = Anchors()
    path = looked(anchors, range(2))
    many = np.repeat(box(1), MOST_BOXES + 9, axis=0)
    anchors.cast(list(range(len(many))), many, at(1), path)
    assert np.isnan(gone(_shown(anchors, 2), [MOST_BOXES], 1, 2)).all()
    for frame in range(3, MOST_STEPS + 9):
        anchors.look(scene(3), Seconds(at(2) + frame / 1e4))
    assert len(anchors._greys) == PICTURES
    assert anchors._held is not None
    assert len(anchors._held.way) == len(anchors._held.times) == MOST_STEPS + 1


def test_without_results_boxes_are_followed_for_a_while_and_that_stays_known() -> None:
    anchors = Anchors()
    path = looked(anchors, range(1))
    anchors.cast([1], box(0), at(0), path)
    last = int(FOLLOWED_FOR * RATE)
    for frame in range(1, last + 9):
        anchors.look(scene(frame), at(frame))
    assert anchors.until(at(0), at(last + 8)) == at(last)
    assert anchors.until(at(0), at(7)) == at(7)
    assert anchors.until(at(last), at(last + 8)) is None, "nothing was followed from there on"
    assert gone(anchors, [1], 0, last) == pytest.approx(np.array([[last * STEP, 0.0]]), abs=0.6)


def _shown(anchors: Anchors, frame: int) -> Anchors:
    anchors.look(scene(frame), at(frame))
    return anchors
