"""The square around a person: where it lies, and what is in it."""

import numpy as np
import pytest

from models.pose_square import LEAST_SIDE, MARGIN, Square, cut, joints_in_picture
from vision.picture import Picture

BLACK = (16, 128, 128)


def picture(width=320, height=240):
    """Red left of the middle and blue right of it."""
    bgr = np.zeros((height, width, 3), np.uint8)
    bgr[:, : width // 2] = (0, 0, 255)
    bgr[:, width // 2 :] = (255, 0, 0)
    return Picture.from_bgr(bgr)


def pixels(square, side=192, of=None):
    into = np.empty((side, side, 3), np.uint8)
    cut(of or picture(), square, BLACK, into)
    return into


def test_it_lies_around_the_middle_of_the_box_with_some_room():
    square = Square.around((0.25, 0.25, 0.25, 0.5), 320, 240)
    assert square.side == 120 * MARGIN
    assert abs(square.left + square.side / 2 - 120) <= 1
    assert abs(square.top + square.side / 2 - 120) <= 1


@pytest.mark.parametrize("box", [(0.3, 0.3, 0.001, 0.001), (0.11, 0.37, 0.23, 0.31)])
def test_its_sides_are_even_and_never_too_small(box):
    square = Square.around(box, 320, 240)
    assert square.side >= LEAST_SIDE
    assert [each % 2 for each in (square.left, square.top, square.side)] == [0, 0, 0]


def test_colours_are_rgb_and_in_their_places():
    seen = pixels(Square(96, 40, 128))
    np.testing.assert_allclose(seen[96, 20], (255, 0, 0), atol=3)
    np.testing.assert_allclose(seen[96, 170], (0, 0, 255), atol=3)


@pytest.mark.parametrize("side", [96, 192, 384])
def test_what_lies_outside_is_black(side):
    seen = pixels(Square(-200, -60, 400), side)
    outside = round(side * 150 / 400)
    assert (seen[:, :outside] <= 2).all()
    assert (seen[: round(side * 40 / 400)] <= 2).all()
    np.testing.assert_allclose(seen[side // 2, round(side * 220 / 400)], (255, 0, 0), atol=3)


def test_a_square_far_outside_is_all_black():
    assert (pixels(Square(5000, -9000, 100)) <= 2).all()


def test_joints_go_back_to_where_they_were_cut():
    square = Square(-40, 20, 160)
    joints = np.array([[0.25, 0.5, 0.9], [1.0, 0.0, 0.1]], np.float32)
    placed = joints_in_picture(joints, square, picture())
    np.testing.assert_allclose(
        placed, [[(80 - 40) / 320, (40 + 20) / 240, 0.9], [-40 / 320, 180 / 240, 0.1]], rtol=1e-6
    )
