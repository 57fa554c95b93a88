import colorsys
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.overlay import (
    PREDICTED_AFTER,
    STALE_AFTER,
    colour_of,
    draw,
    letter_size,
    line_width,
)
from vision.picture import Picture
from vision.types import Seconds, Track, TrackId

LABELS = ("person", "cup")
BOX = (0.25, 0.25, 0.5, 0.5)


def track(**changes):
    made = Track(TrackId(1), 0, 0.83, BOX, (0.0, 0.0), Seconds(0.1))
    return replace(made, **changes)


def grey(width=640, height=480):
    return Picture.from_bgr(np.full((height, width, 3), 128, np.uint8))


def drawn(*tracks, picture=None, labels=LABELS):
    picture = picture or grey()
    draw(picture, tracks, labels)
    return picture


def touched(picture, like):
    return picture.planes[0] != like.planes[0]


@pytest.mark.parametrize("size", [(640, 480), (1280, 720), (320, 240), (480, 640)])
def test_the_tracks_colour_runs_along_all_four_edges(size):
    width, height = size
    y, u, v = drawn(track(), picture=grey(width, height)).planes
    colour = colour_of(1)
    middle_x, middle_y = width // 2, height // 2
    for row, column in (
        (height // 4, middle_x),
        (height * 3 // 4 - 1, middle_x),
        (middle_y, width // 4),
        (middle_y, width * 3 // 4 - 1),
    ):
        seen = (y[row, column], u[row // 2, column // 2], v[row // 2, column // 2])
        assert seen == colour


def test_the_line_lies_between_dark_hairlines_and_has_its_width():
    y = drawn(track(), picture=grey(1280, 720)).planes[0]
    column = y[180 - 3 : 180 + 8, 640].tolist()
    line = colour_of(1)[0]
    ground = grey().planes[0][0, 0]
    assert column == [ground] * 2 + [30] + [line] * 3 + [30] + [ground] * 4


def test_nothing_is_touched_away_from_the_box_and_its_label():
    before = grey()
    changed = touched(drawn(track()), before)
    changed[120 - 2 : 362, 160 - 2 : 482] = False
    label = changed[:120]
    assert label[120 - 30 :, 158:320].any()
    label[120 - 30 :, 158:320] = False
    assert not changed.any()


def test_the_inside_of_the_box_is_untouched():
    before = grey()
    assert not touched(drawn(track()), before)[126:354, 166:474].any()


def test_corners_are_round():
    before = grey()
    changed = touched(drawn(track(box=(0.25, 0.25, 0.5, 0.5))), before)
    assert not changed[359, 160]
    assert changed[359, 180]


def test_the_label_reads_in_dark_or_light_letters():
    plain = {drawn(track(id=TrackId(n))).planes[0][90:120, 170:300].max() for n in range(1, 12)}
    assert max(plain) == 235
    for number in range(1, 12):
        y = drawn(track(id=TrackId(number))).planes[0][96:118, 170:260]
        assert int(y.max()) - int(y.min()) > 90


def test_the_label_says_the_class_and_the_score():
    assert (drawn(track(label=0)).i420 != drawn(track(label=1)).i420).any()
    assert (drawn(track(score=0.83)).i420 != drawn(track(score=0.31)).i420).any()
    assert (drawn(track(label=7)).i420 == drawn(track(), labels=("object",)).i420).all()
    assert (drawn(track(label=-1)).i420 == drawn(track(), labels=("object",)).i420).all()


def test_the_label_goes_inside_where_there_is_no_room_above():
    before = grey()
    changed = touched(drawn(track(box=(0.3, 0.0, 0.4, 0.6))), before)
    assert changed[6:20, 200:260].all(axis=0).any()


def test_a_label_at_the_right_edge_is_moved_in_whole():
    y = drawn(track(box=(0.95, 0.5, 0.04, 0.2))).planes[0]
    alone = drawn(track(box=(0.3, 0.5, 0.04, 0.2))).planes[0]
    width = np.flatnonzero((alone[220:238] == colour_of(1)[0]).any(axis=0))
    moved = np.flatnonzero((y[220:238] == colour_of(1)[0]).any(axis=0))
    assert len(moved) == len(width)


def test_what_is_predicted_is_thinner_lighter_and_has_no_chip():
    before = grey()
    sure = touched(drawn(track(seen=PREDICTED_AFTER)), before)
    guess = touched(drawn(track(seen=PREDICTED_AFTER + 0.01)), before)
    assert guess[:, :].sum() < sure.sum() / 2
    assert not guess[119:122, 300:340].any()
    assert guess[118:124, 170:176].any()


def test_it_fades_and_goes():
    before = grey()
    strengths = []
    for seen in (0.36, 0.6, 0.8, 0.99):
        change = drawn(track(seen=seen)).i420.astype(int) - before.i420
        strengths.append(int(np.abs(change).sum()))
    assert strengths == sorted(strengths, reverse=True)
    assert strengths[-1] > 0
    assert len(set(strengths)) == len(strengths)
    for seen in (STALE_AFTER, 5.0):
        assert (drawn(track(seen=seen)).i420 == before.i420).all()


@pytest.mark.parametrize(
    "box",
    [
        (np.nan, 0.1, 0.1, 0.1),
        (0.1, 0.1, np.inf, 0.1),
        (0.1, -np.inf, 0.1, 0.1),
        (1.2, 0.1, 0.1, 0.1),
        (-0.3, 0.1, 0.2, 0.1),
        (0.1, 1.0, 0.2, 0.1),
        (0.1, -0.5, 0.2, 0.5),
        (0.1, 0.1, 0.0, 0.1),
        (0.1, 0.1, 0.1, -0.1),
    ],
)
def test_boxes_that_cannot_be_seen_are_passed_over(box):
    assert (drawn(track(box=box)).i420 == grey().i420).all()


def test_a_box_reaching_outside_is_closed_at_the_edge():
    y = drawn(track(box=(-0.5, 0.5, 0.8, 0.3))).planes[0]
    assert y[300, 2] == colour_of(1)[0]


def test_a_point_is_still_a_box():
    changed = touched(drawn(track(box=(0.5, 0.9, 1e-6, 1e-6))), grey())
    assert changed[425:440, 310:330].any()


def test_labels_lie_above_other_boxes():
    lower = track(id=TrackId(2), box=(0.25, 0.05, 0.5, 0.9))
    alone = drawn(track()).planes[0][96:118, 170:260]
    both = drawn(track(), lower).planes[0][96:118, 170:260]
    assert (alone == both).all()


def test_pictures_too_small_to_draw_on_are_left_alone():
    picture = grey(14, 40)
    assert (drawn(track(), picture=grey(14, 40)).i420 == picture.i420).all()
    assert touched(drawn(track(), picture=grey(16, 16)), grey(16, 16)).any()


def test_colours_are_stable_apart_and_within_the_limited_range():
    colours = [colour_of(number) for number in range(1, 60)]
    assert colours == [colour_of(number) for number in range(1, 60)]
    assert len(set(colours)) == len(colours)
    for y, u, v in colours:
        assert 16 <= y <= 235
        assert all(16 <= chroma <= 240 for chroma in (u, v))


@pytest.mark.parametrize("number", [1, 2, 7, 12345])
def test_a_colour_looks_as_specified_after_conversion(number):
    y, u, v = colour_of(number)
    i420 = np.array([[y, y], [y, y], [u, v]], np.uint8)
    blue, green, red = cv2.cvtColor(i420, cv2.COLOR_YUV2BGR_I420)[0, 0] / 255
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    off = (hue * 360 - number * 137.508) % 360
    assert min(off, 360 - off) < 3
    assert lightness == pytest.approx(0.55, abs=0.02)
    assert saturation == pytest.approx(0.75, abs=0.04)


def test_sizes_follow_the_picture_and_have_a_floor():
    assert [line_width(side) for side in (16, 240, 480, 720, 1080)] == [2, 2, 2, 3, 4]
    assert [letter_size(side) for side in (16, 240, 480, 720, 1080)] == [12, 12, 17, 26, 39]


side = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.floats(-0.5, 1.5)
tracks = st.builds(
    Track,
    st.integers(1, 10**9),
    st.integers(-2, 4),
    st.floats(allow_nan=True, allow_infinity=True),
    st.tuples(side, side, side, side),
    st.just((0.0, 0.0)),
    st.floats(0, 1.2),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(tracks, max_size=4), st.integers(1, 60), st.integers(1, 60))
def test_no_track_and_no_picture_makes_it_fail(many, half_width, half_height):
    draw(Picture(np.zeros((half_height * 3, half_width * 2), np.uint8)), many, LABELS)


boxes_inside = st.tuples(st.floats(-0.2, 1), st.floats(-0.2, 1), st.floats(0, 1), st.floats(0, 1))


@settings(max_examples=200, deadline=None)
@given(boxes_inside, st.sampled_from([0.0, 0.5, 0.9]), st.integers(8, 60), st.integers(8, 60))
def test_a_box_never_wraps_around_an_edge(box, seen, half_width, half_height):
    before = grey(half_width * 2, half_height * 2)
    after = before.copy()
    # No letters: with an empty label only the box and its empty chip are drawn.
    draw(after, [track(box=box, seen=seen)], ("",))
    rows, columns = np.nonzero(touched(after, before))
    for found, start, length, full in (
        (columns, box[0], box[2], half_width * 2),
        (rows, box[1], box[3], half_height * 2),
    ):
        if len(found):
            # A label's height and width, and what a tiny box is widened by.
            assert found.min() >= max(0, start * full) - 40
            assert found.max() <= min(1, start + length) * full + 90
