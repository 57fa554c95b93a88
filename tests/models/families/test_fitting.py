from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.families.fitting import IMAGENET_MEAN, IMAGENET_STD, Fitting, How

sides = st.integers(2, 300)
HOWS: tuple[How, ...] = ("stretched", "corner", "centred")


@pytest.mark.parametrize("how", HOWS)
@given(width=sides, height=sides, across=st.integers(1, 9), down=st.integers(1, 9))
def test_where_a_picture_lies_is_where_boxes_come_back_from(
    how: How, width: int, height: int, across: int, down: int
) -> None:
    picture, size = (width, height), (32 * across, 32 * down)
    fitting = Fitting(how, "rgb")
    place = fitting.place(picture, size)
    assert min(place.left, place.top) >= 0
    assert place.left + place.width <= size[0]
    assert place.top + place.height <= size[1]
    corners = np.array(
        [
            [
                place.left / size[0],
                place.top / size[1],
                (place.left + place.width) / size[0],
                (place.top + place.height) / size[1],
            ]
        ],
        np.float32,
    )
    (box,) = fitting.to_picture(corners, picture, size)
    pixels = box * np.tile(picture, 2)
    scale = min(size[0] / width, size[1] / height) if how != "stretched" else min(size) / 300
    assert pixels == pytest.approx([0, 0, width, height], abs=1.5 / scale)


def test_a_stretched_picture_fills_the_input_in_the_order_and_range_asked_for() -> None:
    bgr = np.full((4, 6, 3), (10, 20, 30), np.uint8)
    into = np.empty((3, 32, 64), np.float32)
    Fitting("stretched", "rgb", IMAGENET_MEAN, IMAGENET_STD).write(bgr, into)
    wanted = (np.array([30, 20, 10]) - IMAGENET_MEAN) / IMAGENET_STD
    assert into[:, 0, 0] == pytest.approx(wanted, abs=1e-5)
    assert np.ptp(into, axis=(1, 2)) == pytest.approx(0)


@pytest.mark.parametrize(("how", "grey_above"), [("corner", 0), ("centred", 16)])
def test_what_lies_beside_the_picture_is_grey(how: How, grey_above: int) -> None:
    bgr = np.zeros((32, 64, 3), np.uint8)
    into = np.empty((3, 64, 64), np.float32)
    Fitting(how, "bgr", std=(1.0, 1.0, 1.0)).write(bgr, into)
    rows = into[0, :, 0]
    assert (rows[:grey_above] == 114).all()
    assert (rows[grey_above : grey_above + 32] == 0).all()
    assert (rows[grey_above + 32 :] == 114).all()


def test_a_smaller_picture_is_filtered_where_the_family_was_trained_so() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::4] = 255
    sharp, smooth = (np.empty((3, 16, 16), np.float32) for _ in range(2))
    Fitting("stretched", "rgb").write(stripes, sharp)
    Fitting("stretched", "rgb", antialiased=True).write(stripes, smooth)
    assert np.ptp(sharp[0]) == pytest.approx(0)
    assert sharp.mean() == pytest.approx(0.0, abs=0.01)
    assert smooth.mean() == pytest.approx(0.25, abs=0.02)
