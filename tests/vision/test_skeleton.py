"""Skeletons on the picture: which lines, in which colours, and where none."""

import numpy as np
import pytest

from vision.body import JOINTS
from vision.overlay import STALE_AFTER
from vision.picture import Picture
from vision.posture import Posture
from vision.skeleton import COLOURS, DARK, draw_skeletons
from vision.types import Seconds, Track, TrackId

BOX = (0.25, 0.0, 0.5, 1.0)


def grey(width=640, height=480):
    return Picture.from_bgr(np.full((height, width, 3), 128, np.uint8))


def posture(**joints):
    """Only these joints, x, y, score, in fractions of the box."""
    told = np.zeros((17, 3), np.float32)
    for name, values in joints.items():
        told[JOINTS.index(name.replace("_", " "))] = values
    return Posture(told, Seconds(0.0))


def arms(score=0.9):
    return posture(
        left_shoulder=(0.75, 0.25, score),
        left_elbow=(0.75, 0.5, score),
        right_shoulder=(0.25, 0.25, score),
        right_elbow=(0.25, 0.5, score),
    )


def drawn(worn, *, picture=None, seen=0.0, box=BOX):
    picture = picture or grey()
    track = Track(TrackId(1), 0, 0.9, box, (0.0, 0.0), Seconds(seen))
    draw_skeletons(picture, [track], {TrackId(1): worn})
    return picture


def colour(picture, x, y):
    luma, u, v = picture.planes
    return tuple(map(int, (luma[y, x], u[y // 2, x // 2], v[y // 2, x // 2])))


def untouched(picture):
    return (picture.i420 == grey(picture.width, picture.height).i420).all()


@pytest.mark.parametrize(
    ("x", "y", "side"), [(400, 180, "left"), (240, 180, "right"), (320, 120, "middle")]
)
def test_left_right_and_middle_have_their_colours(x, y, side):
    np.testing.assert_allclose(colour(drawn(arms()), x, y), COLOURS[side], atol=12)


def test_sides_differ_in_lightness_and_in_hue():
    left, right = COLOURS["left"], COLOURS["right"]
    assert abs(left[0] - right[0]) > 30
    assert abs(left[1] - right[1]) > 100


def test_a_line_has_a_dark_edge():
    row = drawn(arms()).planes[0][180, 390:411].astype(int)
    light = int(np.argmax(row))
    assert row[light] > 160
    assert row[:light].min() <= DARK[0] + 40
    assert row[light:].min() <= DARK[0] + 40


def test_what_is_unsure_is_thin_and_broken():
    ground = int(grey().planes[0][0, 0])
    sure, unsure = (drawn(arms(score)).planes[0][130:230, 396:405] for score in (0.9, 0.4))
    blank = [(band == ground).all(axis=1).sum() for band in (sure, unsure)]
    assert blank[0] == 0
    assert blank[1] > 10
    assert (unsure > ground + 20).sum() < (sure > ground + 20).sum() / 2


@pytest.mark.parametrize(
    "worn",
    [
        arms(0.29),
        posture(left_wrist=(float("nan"), 0.5, 0.9)),
        posture(left_wrist=(1e30, 0.5, 0.9)),
        posture(left_wrist=(0.5, -1e9, 0.9), left_elbow=(-4.0, 0.5, 0.9)),
    ],
    ids=["guessed", "not a number", "infinite", "outside"],
)
def test_what_cannot_be_shown_is_not(worn):
    assert untouched(drawn(worn))


def test_a_limb_with_one_known_end_is_a_dot():
    picture = drawn(posture(left_wrist=(0.5, 0.5, 0.9)))
    changed = picture.planes[0] != grey().planes[0]
    assert changed[235:246, 315:326].any()
    changed[230:251, 310:331] = False
    assert not changed.any()


def test_a_limb_that_leaves_the_picture_is_drawn_to_its_edge():
    picture = drawn(posture(left_shoulder=(0.5, 0.5, 0.9), left_elbow=(0.5, 3.0, 0.9)))
    np.testing.assert_allclose(colour(picture, 320, 478), COLOURS["left"], atol=12)


def test_of_a_track_that_is_no_longer_drawn_nothing_is():
    assert untouched(drawn(arms(), seen=STALE_AFTER))


def test_a_track_without_posture_is_passed_over():
    picture = grey()
    track = Track(TrackId(2), 0, 0.9, BOX, (0.0, 0.0), Seconds(0.0))
    draw_skeletons(picture, [track], {TrackId(1): arms()})
    assert untouched(picture)


@pytest.mark.parametrize("size", [(8, 8), (16, 12), (32, 24), (1920, 1080)])
def test_any_picture_can_be_drawn_on(size):
    drawn(arms(), picture=grey(*size))
