import numpy as np
import pytest

from vision.boxes import DARK, PAD, Canvas, Pen, Place, draw_box
from vision.picture import Picture

GROUND = 100
COLOUR = (200, 60, 190)


def drawn(place, pen, width=64, height=48):
    picture = Picture(np.full((height * 3 // 2, width), GROUND, np.uint8))
    draw_box(Canvas.of(picture), place, pen)
    return picture


def solid(thickness=2, radius=8):
    return Pen(COLOUR, thickness, radius, radius)


def test_a_solid_box_is_the_same_from_all_four_sides():
    for plane in drawn(Place(10, 8, 54, 40), solid()).planes:
        assert (plane == plane[::-1]).all()
        assert (plane == plane[:, ::-1]).all()


@pytest.mark.parametrize("thickness", [1, 2, 3, 4])
def test_the_sides_are_crisp(thickness):
    y, u, v = drawn(Place(10, 8, 54, 40), solid(thickness)).planes
    expected = [GROUND, DARK[0], *[COLOUR[0]] * thickness, DARK[0], GROUND]
    assert y[6 : 6 + len(expected), 32].tolist() == expected
    assert (u[4, 16], v[4, 16]) == COLOUR[1:]
    assert (u[3, 16], v[3, 16]) == (GROUND, GROUND)


def test_corners_join_the_sides_without_a_gap():
    y = drawn(Place(10, 8, 54, 40), solid()).planes[0]
    along = y[8, 10 + 8 : 54 - 8]
    assert (along == COLOUR[0]).all()
    ring = [(8 + 8 - round(7 * np.sin(a)), 10 + 8 - round(7 * np.cos(a))) for a in (0.3, 0.8, 1.3)]
    assert all(abs(int(y[spot]) - GROUND) > 30 for spot in ring)


def test_outside_the_round_corner_the_picture_comes_back():
    y, u, v = drawn(Place(10, 8, 54, 40), solid()).planes
    assert (y[8, 10], y[39, 53]) == (GROUND, GROUND)
    # A trace of the grey hairline is left there, nothing of the colour.
    assert [int(u[4, 5]), int(v[4, 5])] == pytest.approx([GROUND, GROUND], abs=4)


def test_a_faint_box_is_four_corners_and_changes_less():
    place = Place(PAD, PAD, 62, 46)
    y = drawn(place, Pen(COLOUR, 1, 8, 14, 0.5)).planes[0]
    assert (y[:, 20:44] == GROUND).all()
    assert (y[20:28] == GROUND).all()
    assert y[PAD, 12] == pytest.approx((GROUND + COLOUR[0]) / 2, abs=2)


def test_a_box_in_the_corner_of_the_picture_stays_in_it():
    y, u, v = drawn(Place(PAD, PAD, 62, 46), solid()).planes
    for plane, value in zip((y, u, v), COLOUR, strict=True):
        shrink = 64 // plane.shape[1]
        assert plane[PAD // shrink, 32 // shrink] == value
        assert plane[24 // shrink, 62 // shrink - 1] == value
        assert plane[0, 0] == plane[-1, -1] == GROUND
