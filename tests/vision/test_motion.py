from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.textures import Grey, picture, similarity, texture, view
from vision.motion import (
    EXTRAPOLATION_LIMIT,
    HISTORY_PICTURES,
    MOST_AHEAD,
    STILL,
    CameraMotion,
    MotionEstimator,
    MotionPath,
)
from vision.types import Seconds

SIZE = (640, 480)
WORLD = texture(1280, 960, seed=3)
THING = texture(400, 300, seed=9)
CORNERS = np.array([[0, 0], [1, 0], [0, 1], [1, 1], [0.5, 0.5]], np.float64)

motions = st.builds(
    lambda x, y, zoom, turn: similarity(SIZE, (x, y), zoom=zoom, turn=turn),
    st.floats(-200, 200),
    st.floats(-200, 200),
    st.floats(0.7, 1.4),
    st.floats(-0.5, 0.5),
)


def apart(one: CameraMotion, other: CameraMotion) -> float:
    """The farthest that the two put a corner or the middle apart, fractions of the picture."""
    return float(np.abs(one.points(CORNERS) - other.points(CORNERS)).max())


def grey(world: Grey, motion: CameraMotion = STILL) -> Grey:
    return picture(view(world, SIZE, motion)).grey(160)


def measured(before: Grey, after: Grey) -> CameraMotion:
    estimator = MotionEstimator()
    assert estimator.update(before) is STILL
    return estimator.update(after)


@given(motions, motions)
def test_a_motion_then_its_inverse_is_none(one: CameraMotion, other: CameraMotion) -> None:
    assert apart(one.then(other).then(other.inverse()), one) < 1e-9


@given(motions)
def test_boxes_follow_their_centres_and_scale(motion: CameraMotion) -> None:
    boxes = np.array([[0.1, 0.2, 0.2, 0.4]], np.float32)
    moved = motion.boxes(boxes)
    centre = motion.points(np.array([[0.2, 0.4]]))
    assert moved[:, :2] + moved[:, 2:] / 2 == pytest.approx(centre, abs=1e-6)
    assert moved[0, 2:] == pytest.approx(boxes[0, 2:] * motion.scale, rel=1e-5)


@pytest.mark.parametrize("matrix", [np.eye(3), np.full((2, 3), np.nan)])
def test_what_is_no_affine_motion_is_refused(matrix: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite 2 by 3"):
        CameraMotion(matrix)


@pytest.mark.parametrize(
    "true",
    [
        similarity(SIZE, (0, 0)),
        similarity(SIZE, (13.3, -4.7)),
        similarity(SIZE, (-40, 25)),
        similarity(SIZE, (5, 3), zoom=1.05),
        similarity(SIZE, (-8, 6), zoom=0.96, turn=0.04),
    ],
)
def test_known_motions_are_recovered(true: CameraMotion) -> None:
    assert apart(measured(grey(WORLD), grey(WORLD, true)), true) < 0.0015


@pytest.mark.parametrize("own", [(18, -11), (-25, 6), (3, 30), (4, 3)])
def test_things_that_move_by_themselves_are_outvoted(own: tuple[int, int]) -> None:
    """A thing of stronger texture covers 30 % of the picture and goes its own way."""
    true = similarity(SIZE, (10, 5), zoom=1.01)
    before, after = view(WORLD, SIZE, STILL).copy(), view(WORLD, SIZE, true).copy()
    before[60:360, 120:427] = THING[:, :307]
    after[60 + own[1] : 360 + own[1], 120 + own[0] : 427 + own[0]] = THING[:, :307]
    found = measured(picture(before).grey(160), picture(after).grey(160))
    assert apart(found, true) < 0.003


def test_the_foreground_may_cover_most_of_the_picture() -> None:
    true = similarity(SIZE, (6, 0))
    before, after = grey(WORLD).copy(), grey(WORLD, true).copy()
    busy = view(texture(800, 600, seed=5), SIZE, STILL)[:480:4, :448:4]
    before[:, :112] = busy
    after[:, :112] = np.roll(busy, 5, axis=0)
    foreground = np.array([[0.0, 0.0, 0.7, 1.0]], np.float32)
    estimator = MotionEstimator()
    estimator.update(before)
    assert apart(estimator.update(after, foreground), true) < 0.003


def test_it_holds_still_where_it_cannot_tell() -> None:
    flat = np.full((120, 160), 90, np.uint8)
    speckled = np.random.default_rng(1).integers(88, 93, (120, 160)).astype(np.uint8)
    assert measured(flat, flat) is STILL
    assert measured(flat, speckled) is STILL
    assert measured(grey(WORLD), grey(texture(1280, 960, seed=77))) is STILL
    assert measured(grey(WORLD), grey(WORLD)[:, :100].copy()) is STILL


def test_pictures_too_small_for_a_corner_are_still() -> None:
    assert measured(np.zeros((4, 5), np.uint8), np.zeros((4, 5), np.uint8)) is STILL


def test_a_foreground_that_is_everything_falls_back_to_all_there_is() -> None:
    true = similarity(SIZE, (10, 0))
    estimator = MotionEstimator()
    estimator.update(grey(WORLD))
    everything = np.array([[0, 0, 1, 1]], np.float32)
    assert apart(estimator.update(grey(WORLD, true), everything), true) < 0.0015


def test_the_same_pictures_give_the_same_motions() -> None:
    pictures = [grey(WORLD, similarity(SIZE, (7.0 * i, 3.0 * i), turn=i / 99)) for i in range(5)]
    one, other = MotionEstimator(), MotionEstimator()
    for seen in pictures:
        assert np.array_equal(one.update(seen).matrix, other.update(seen).matrix)


def steady_path(rate: float, seconds: float, speed: tuple[float, float]) -> MotionPath:
    path = MotionPath()
    for i in range(round(seconds * rate) + 1):
        path.add(Seconds(i / rate), CameraMotion.shift(speed[0] / rate, speed[1] / rate))
    return path


@pytest.mark.parametrize("rate", [10, 30])
def test_a_steady_pan_is_known_at_and_between_pictures(rate: float) -> None:
    path = steady_path(rate, 1.0, (0.6, -0.2))
    assert path.velocity() == pytest.approx((0.6, -0.2))
    motion = path.between(Seconds(0.215), Seconds(0.777))
    assert apart(motion, CameraMotion.shift(0.6 * 0.562, -0.2 * 0.562)) < 1e-9
    assert apart(path.between(Seconds(0.777), Seconds(0.215)), motion.inverse()) < 1e-9


def test_past_the_newest_it_goes_on_for_a_bounded_time() -> None:
    path = steady_path(30, 1.0, (0.6, 0.0))
    ahead = path.between(Seconds(1.0), Seconds(1.1))
    assert apart(ahead, CameraMotion.shift(0.06, 0.0)) < 1e-9
    far = path.between(Seconds(1.0), Seconds(99.0))
    assert apart(far, CameraMotion.shift(0.6 * EXTRAPOLATION_LIMIT, 0.0)) < 1e-9


def test_before_anything_is_known_nothing_moves() -> None:
    path = MotionPath()
    assert path.velocity() == (0.0, 0.0)
    assert apart(path.between(Seconds(0), Seconds(5)), STILL) == 0
    path.add(Seconds(1), CameraMotion.shift(0.5, 0))
    assert path.velocity() == (0.0, 0.0)
    assert apart(path.between(Seconds(0), Seconds(5)), STILL) == 0


def test_a_zoom_moves_points_away_from_the_middle_only() -> None:
    path = MotionPath()
    for i in range(11):
        path.add(Seconds(i / 10), similarity((100, 100), (0, 0), zoom=1.02))
    middle, edge = path.velocities(np.array([[0.5, 0.5], [1.0, 0.5]]))
    assert middle == pytest.approx([0, 0], abs=1e-9)
    assert edge[0] == pytest.approx(0.1, rel=0.05)


def test_history_is_bounded_and_stays_exact() -> None:
    path = MotionPath()
    step = similarity(SIZE, (1.0, 0.5), zoom=1.01, turn=0.01)
    last = HISTORY_PICTURES + 300
    for i in range(last + 1):
        path.add(Seconds(i), step)
    assert len(path._times) == len(path._to_newest) == HISTORY_PICTURES
    three = step.then(step).then(step)
    assert apart(path.between(Seconds(last - 3), Seconds(last)), three) < 1e-9
    forgotten = path.between(Seconds(0), Seconds(last - HISTORY_PICTURES + 1))
    assert apart(forgotten, STILL) < 1e-9


def test_pictures_out_of_order_are_refused() -> None:
    path = steady_path(10, 1.0, (0, 0))
    with pytest.raises(ValueError, match="in order"):
        path.add(Seconds(1.0), STILL)


def test_zoom_is_never_extrapolated_to_nothing() -> None:
    """At this speed the picture would be a mirror of itself by then."""
    path, shrinking = MotionPath(), CameraMotion(np.array([[0.8, 0, 0.1], [0, 0.8, 0.1]]))
    for index in range(6):
        path.add(Seconds(index / 30), shrinking)
    scales = [path.between(Seconds(5 / 30), Seconds(5 / 30 + ahead)).scale for ahead in (0.1, 0.25)]
    assert scales == [pytest.approx(1 - MOST_AHEAD)] * 2


def test_a_slow_zoom_is_extrapolated_as_it_is() -> None:
    path, growing = MotionPath(), CameraMotion(np.array([[1.01, 0, 0], [0, 1.01, 0]]))
    for index in range(6):
        path.add(Seconds(index / 30), growing)
    ahead = path.between(Seconds(5 / 30), Seconds(5 / 30 + 0.1))
    assert ahead.scale == pytest.approx(1.03, abs=0.002)
