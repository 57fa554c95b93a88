from __future__ import annotations

import numpy as np
import pytest

from vision.anchors import Shifts
from vision.kalman import BoxStates, Noise
from vision.life import Life, TrackerConfig
from vision.motion import STILL, CameraMotion
from vision.outlook import NOBODY, Outlook
from vision.types import Seconds, TrackId

BOX = (0.4, 0.4, 0.2, 0.2)


def outlook(*lives: Life) -> Outlook:
    boxes = np.array([BOX] * len(lives), np.float32)
    states = BoxStates.first_seen(boxes, np.full(len(lives), 0.8, np.float32), Noise())
    return Outlook(lives, states, 1.0, TrackerConfig(noise=Noise(slip=1e-6)))


def life(*, score: float = 0.8, seen_at: float = 1.0, number: int | None = 1) -> Life:
    one = Life.begun(7, seen_at, 0, score)
    one.id = None if number is None else TrackId(number)
    one.confirmed = True
    return one


@pytest.mark.parametrize(
    ("one", "t", "shown"),
    [
        (life(), 1.0, True),
        (life(), 2.4, True),
        (life(), 2.6, False),
        (life(seen_at=0.9), 1.0, True),
        (life(seen_at=0.9), 1.4, False),
        (life(score=0.3), 1.0, True),
        (life(score=0.3), 1.5, False),
    ],
)
def test_what_is_shown_for_how_long(one: Life, t: float, *, shown: bool) -> None:
    assert bool(outlook(one).shown(t, STILL, None, None)) is shown
    assert len(outlook(one).boxes(t, STILL, None)) == shown
    assert len(outlook(one).believed(t, STILL, None, None)) == 1


def test_a_faint_single_detection_is_no_reason_to_show_it() -> None:
    one = life(score=0.3)
    one.confirmed = False
    assert outlook(one).shown(1.0, STILL, None, None) == []


def test_belief_is_told_with_the_id_of_nobody() -> None:
    (track,) = outlook(life(score=0.5, seen_at=0.8, number=None)).believed(1.0, STILL, None, None)
    assert track.id == NOBODY
    assert track.score == pytest.approx(0.5 * np.exp(-0.2 / 0.8))


def test_past_what_was_seen_a_box_goes_on_with_the_camera_and_its_own_speed() -> None:
    camera, later = CameraMotion.shift(0.01, 0.0), CameraMotion.shift(0.03, 0.0)
    shifts = Shifts(np.array([[0.03, 0.0]]), Seconds(1.1), camera)
    asked = []

    def gone(keys: list[int]) -> Shifts:
        asked.append(list(keys))
        return shifts

    (seen,) = outlook(life()).shown(1.1, camera, gone, None)
    assert seen.box == pytest.approx((0.43, *BOX[1:]), abs=1e-6)
    (beyond,) = outlook(life()).shown(1.3, later, gone, lambda points: np.full_like(points, 0.1))
    own = beyond.velocity[0] - 0.1
    assert own > 0.05
    assert beyond.box[0] == pytest.approx(BOX[0] + 0.02 + 0.03 + 0.2 * own, abs=1e-6)
    assert asked == [[7], [7]]


def test_what_is_taken_for_two_things_is_believed_to_be_either() -> None:
    one = life(score=0.6)
    one.votes = {0: 0.6, 3: 0.3}
    believed = outlook(one).believed(1.0, STILL, None, None)
    assert [(track.label, track.score) for track in believed] == [(0, 0.6), (3, 0.3)]
    assert len(outlook(one).shown(1.0, STILL, None, None)) == 1
