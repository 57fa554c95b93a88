from itertools import pairwise

import numpy as np
import pytest

from vision.types import Seconds
from vision.virtual_camera import (
    WHOLE_ENOUGH,
    Motion,
    View,
    VirtualCamera,
    WorldObject,
    hold,
    pan,
    tour,
)

THING = WorldObject(1, "person", (400, 300, 120, 80))


def world(width=1600, height=900):
    """Dark, with one bright rectangle exactly where the object is."""
    bgr = np.full((height, width, 3), 20, np.uint8)
    left, top, w, h = THING.box
    bgr[top : top + h, left : left + w] = 220
    return bgr


def camera(motion, size=(640, 480), fps=30):
    return VirtualCamera(world(), [THING], motion, size=size, fps=fps)


def bright_box(frame):
    """Edges of the bright rectangle to a fraction of a pixel, from its grey rims."""
    share = (frame[..., 0].astype(float) - 20) / 200
    columns, rows = share.max(axis=0), share.max(axis=1)
    return (
        np.flatnonzero(columns > 0.5)[0],
        np.flatnonzero(rows > 0.5)[0],
        columns.sum(),
        rows.sum(),
    )


MOTIONS = {
    "hold": hold(View(450, 340, 400), shake=0.01),
    "pan": pan(View(400, 340, 420), View(520, 340, 420), speed=150, shake=0.004),
    "zoom out": hold(View(600, 400, 880)),
    "half size": hold(View(600, 400, 890)),
    "tour": tour([View(430, 330, 300), View(560, 400, 600)], rest=0.3, travel=0.8, shake=0.006),
}


@pytest.mark.parametrize("name", MOTIONS)
@pytest.mark.parametrize("size", [(640, 480), (480, 640), (320, 240)])
def test_the_true_box_is_where_the_pixels_are(name, size):
    filming = camera(MOTIONS[name], size)
    for index in range(0, filming.frames, max(1, filming.frames // 15)):
        (thing,) = filming.truth(index)
        assert thing.visible == pytest.approx(1)
        left, top, width, height = bright_box(filming.frame(index))
        scale = np.array([*size, *size])
        expected = np.array(thing.box) * scale
        assert [left, top] == pytest.approx(expected[:2], abs=1.01)
        assert [width, height] == pytest.approx(expected[2:], abs=1.01)


def test_an_object_at_the_edge_is_cut_and_marked():
    filming = camera(hold(View(400 + 240, 340, 360)))
    (thing,) = filming.truth(0)
    assert thing.visible == pytest.approx(1)
    cut = camera(hold(View(460 + 240, 340, 360))).truth(0)[0]
    assert cut.visible == pytest.approx(0.5)
    assert cut.box[0] == 0
    assert cut.box[2] == pytest.approx(60 / 480)
    assert cut.partly


def test_partly_begins_below_the_named_fraction():
    def seen(part):
        return camera(hold(View(520 - part * 120 + 240, 340, 360))).truth(0)[0].partly

    assert not seen(WHOLE_ENOUGH + 0.01)
    assert seen(WHOLE_ENOUGH - 0.01)


def test_what_is_out_of_sight_is_not_in_the_truth():
    assert camera(hold(View(1300, 340, 360))).truth(0) == ()


@pytest.mark.parametrize("name", MOTIONS)
def test_the_loop_has_no_seam(name):
    motion = MOTIONS[name]
    filming = camera(motion)
    step = motion.period / filming.frames
    views = [motion.view(Seconds(index * step)) for index in range(filming.frames)]
    jumps = [abs(b.x - a.x) + abs(b.span - a.span) for a, b in pairwise(views)]
    seam = abs(views[0].x - views[-1].x) + abs(views[0].span - views[-1].span)
    assert seam <= max(jumps) + 0.5
    assert (filming.frame(0) == filming.frame(filming.frames)).all()
    assert filming.truth(3) == filming.truth(filming.frames + 3)


def test_the_same_arguments_film_the_same():
    assert (camera(MOTIONS["tour"]).frame(17) == camera(MOTIONS["tour"]).frame(17)).all()


def test_a_pan_keeps_its_speed_between_its_turns():
    motion = pan(View(400, 340, 400), View(1200, 340, 400), speed=200)
    at = np.array([motion.view(Seconds(t)).x for t in np.arange(0, motion.period, 0.02)])
    speeds = np.abs(np.diff(at)) / 0.02
    straight = speeds[(at[:-1] > 500) & (at[:-1] < 1100)]
    assert straight.mean() == pytest.approx(200, rel=0.08)
    assert speeds.max() <= 230
    assert at.min() == pytest.approx(400, abs=1)
    assert at.max() == pytest.approx(1200, abs=1)


def test_shake_stays_within_its_amplitude_and_moves():
    motion = hold(View(800, 450, 400), shake=0.01)
    offsets = np.array([motion.view(Seconds(t)).x - 800 for t in np.arange(0, 10, 1 / 30)])
    assert 1 < np.abs(offsets).max() <= 0.01 * 400 * 1.2
    assert motion.view(Seconds(0)) == motion.view(Seconds(motion.period))


def test_the_view_never_leaves_the_world():
    filming = camera(hold(View(-500, 5000, 400)))
    assert (filming.frame(0) == 20).all()
    wide = camera(hold(View(800, 450, 99999)))
    assert wide.truth(0)[0].visible == 1


@pytest.mark.parametrize(("size", "fps"), [((641, 480), 30), ((640, 0), 30), ((640, 480), 0)])
def test_bad_numbers_are_refused(size, fps):
    with pytest.raises(ValueError, match="even"):
        camera(Motion(Seconds(1), lambda _: View(0, 0, 1)), size, fps)
