from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.kalman import LEAST_UNSURE, SMALLEST_SIDE, BoxStates, Noise
from vision.motion import STILL, CameraMotion

NOISE = Noise()
BOX = np.array([[0.4, 0.3, 0.1, 0.2]], np.float32)
SCORE = np.array([0.8], np.float32)


def first(box: np.ndarray = BOX) -> BoxStates:
    return BoxStates.first_seen(box, np.full(len(box), 0.8, np.float32), NOISE)


def moving(speed: float, rate: float, seconds: float) -> BoxStates:
    """A state fed with a box that goes right at ``speed``, detected ``rate`` times a second."""
    states = first()
    for i in range(1, round(seconds * rate) + 1):
        seen = BOX + np.array([speed * i / rate, 0, 0, 0], np.float32)
        states = states.predicted(1 / rate, NOISE).corrected(seen, SCORE, NOISE)
    return states


def parts(states: BoxStates) -> np.ndarray:
    return np.stack(states._parts())


@given(st.floats(0.001, 1.0), st.floats(0.001, 1.0))
def test_two_steps_are_one_step(one: float, other: float) -> None:
    """Exact while the box, and so the unit of its noise, keeps its size."""
    states = moving(0.2, 10, 1.0)
    at_once = states.predicted(one + other, NOISE)
    in_two = states.predicted(one, NOISE).predicted(other, NOISE)
    assert parts(in_two) == pytest.approx(parts(at_once), rel=1e-5, abs=1e-12)


def test_no_time_changes_nothing() -> None:
    states = moving(0.2, 10, 1.0)
    assert np.array_equal(parts(states.predicted(0.0, NOISE)), parts(states))


@pytest.mark.parametrize("rate", [2, 5, 10, 30])
def test_a_speed_is_learnt_at_any_rate(rate: float) -> None:
    states = moving(0.1, rate, 3.0)
    assert states.rate[0, 0] == pytest.approx(0.1, rel=0.1)
    ahead = states.predicted(0.3, NOISE)
    assert ahead.value[0, 0] == pytest.approx(0.45 + 0.1 * 3.3, abs=0.01)


def test_sure_detections_are_followed_more_closely() -> None:
    there = BOX + np.array([0.05, 0, 0, 0], np.float32)
    ahead = first().predicted(0.1, NOISE)
    sure = ahead.corrected(there, np.array([0.9], np.float32), NOISE)
    unsure = ahead.corrected(there, np.array([0.3], np.float32), NOISE)
    assert 0.45 < unsure.value[0, 0] < sure.value[0, 0] < 0.5


def test_no_score_makes_a_detection_perfect() -> None:
    perfect = NOISE.measurement(BOX, np.array([1.0], np.float32))
    nothing = NOISE.measurement(BOX, np.array([0.0], np.float32))
    assert perfect == pytest.approx(nothing * LEAST_UNSURE**2)


def test_doubt_grows_with_time_and_shrinks_with_detections() -> None:
    states = moving(0.1, 10, 1.0)
    later = states.predicted(1.0, NOISE)
    assert (later.doubt > states.doubt).all()
    assert (later.corrected(BOX, SCORE, NOISE).doubt < later.doubt).all()


def test_camera_motion_carries_place_size_and_speed() -> None:
    states = moving(0.1, 10, 1.0)
    zoom = CameraMotion(np.array([[2.0, 0.0, -0.5], [0.0, 2.0, 0.1]]))
    moved = states.moved(zoom)
    assert moved.value[0, :2] == pytest.approx(zoom.points(states.value[:, :2])[0])
    assert moved.value[0, 2:] == pytest.approx(2 * states.value[0, 2:])
    assert moved.rate == pytest.approx(2 * states.rate)
    assert moved.value_variance == pytest.approx(4 * states.value_variance)
    assert np.array_equal(parts(states.moved(STILL)), parts(states))


@given(st.floats(-3, 3), st.floats(0.0, 60.0))
def test_predictions_stay_finite_with_positive_sides(speed: float, dt: float) -> None:
    shrinking = moving(speed, 10, 0.5)
    shrinking.rate[0, 2:] = -5.0
    ahead = shrinking.predicted(dt, NOISE)
    assert np.isfinite(parts(ahead)).all()
    assert (ahead.boxes[:, 2:] >= np.float32(SMALLEST_SIDE)).all()
    assert (ahead.value_variance > 0).all()
    assert (ahead.rate_variance > 0).all()


def test_rows_can_be_taken_replaced_and_joined() -> None:
    boxes = np.array([[0, 0, 0.1, 0.1], [0.2, 0.2, 0.1, 0.1], [0.4, 0.4, 0.1, 0.1]], np.float32)
    states = first(boxes)
    assert np.array_equal(states.take(np.array([2, 0])).boxes, states.boxes[[2, 0]])
    replaced = states.put(np.array([1]), first())
    assert np.array_equal(replaced.boxes[[0, 2]], states.boxes[[0, 2]])
    assert np.array_equal(replaced.boxes[1], first().boxes[0])
    assert states.boxes[1] == pytest.approx(boxes[1])
    assert len(states.joined(first())) == 4


def test_placing_says_what_predicting_says() -> None:
    predicted, placed = (
        moving(0.2, 10, 0.5).predicted(0.3, NOISE),
        moving(0.2, 10, 0.5).placed(0.3, NOISE),
    )
    assert placed.value == pytest.approx(predicted.value)
    assert placed.rate == pytest.approx(predicted.rate)
    assert placed.boxes == pytest.approx(predicted.boxes)


def test_a_way_that_was_seen_is_believed_and_one_that_was_not_is_predicted() -> None:
    states = moving(0.2, 10, 0.5)
    seen = states.followed(np.array([[0.05, -0.01]]), 0.1, NOISE)
    guess = states.placed(0.1, NOISE).value
    assert guess[0, 0] < seen.value[0, 0] < states.value[0, 0] + 0.05, "between the two"
    surely = states.followed(np.array([[0.05, -0.01]]), 0.1, replace(NOISE, slip=1e-4))
    assert surely.value[0, :2] == pytest.approx(states.value[0, :2] + (0.05, -0.01), abs=1e-4)
    assert states.placed(0.1, NOISE).rate[0, 0] < seen.rate[0, 0] < 0.5
    unseen = states.followed(np.full((1, 2), np.nan), 0.1, NOISE)
    assert unseen.value == pytest.approx(states.placed(0.1, NOISE).value)
    assert seen.later(0.2).value == pytest.approx(seen.value + 0.2 * seen.rate)


def test_a_way_that_took_long_to_go_counts_for_less() -> None:
    states, gone = moving(0.2, 10, 0.5), np.array([[0.4, 0.0]])
    weights = []
    for dt in (NOISE.slip_after, 2 * NOISE.slip_after, 5 * NOISE.slip_after):
        guess = states.placed(dt, NOISE).value[0, 0]
        seen = states.followed(gone, dt, NOISE).value[0, 0]
        weights.append((seen - guess) / (states.value[0, 0] + 0.4 - guess))
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] < 0.5 * weights[0]
