"""Lines laid out on made-up pages, seen straight, askew and in perspective."""

import random

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.reading_order import as_page, reading_order
from vision.types import Seconds, SeenText, TextBlock

LETTER = 12
"""Pixels across a Latin letter; a Chinese one has twice as many, a line is 30 high."""


def lay(*lines, start=(0, 0), step=40):
    """Blocks under one another: (text, pixel quad)."""
    x, y = start
    return [(text, quad(x, y + step * number, width(text))) for number, text in enumerate(lines)]


def width(text):
    return sum(LETTER if letter.isascii() else 2 * LETTER for letter in text)


def quad(x, y, across, down=30):
    return np.array([(x, y), (x + across, y), (x + across, y + down), (x, y + down)], float)


def straight(points):
    return points


def askew(degrees):
    turn = cv2.getRotationMatrix2D((500, 500), degrees, 1)
    return lambda points: points @ turn[:, :2].T + turn[:, 2]


def from_the_side(points):
    corners = np.float32([(0, 0), (1000, 0), (1000, 1000), (0, 1000)])
    seen = np.float32([(0, 60), (900, 0), (900, 1000), (0, 880)])
    matrix = cv2.getPerspectiveTransform(corners, seen)
    return cv2.perspectiveTransform(points[None].astype(np.float32), matrix)[0].astype(float)


VIEWS = {
    "straight": straight,
    "7 degrees": askew(7),
    "-7 degrees": askew(-7),
    "upside down": askew(180),
    "a quarter turn": askew(90),
    "from the side": from_the_side,
}
PICTURES = {"landscape": (1600, 900), "portrait": (900, 1600)}


@pytest.fixture(params=VIEWS)
def view(request):
    return VIEWS[request.param]


@pytest.fixture(params=PICTURES)
def picture(request):
    return PICTURES[request.param]


def blocks(laid, view=straight, picture=(1600, 900)):
    """As a reader hands them over: shuffled, in fractions."""
    made = [
        TextBlock(text, tuple(map(tuple, (view(points) / picture).tolist())), 0.9)
        for text, points in laid
    ]
    random.Random(3).shuffle(made)
    return made


def texts(found):
    return [block.text for block in found]


LEFT = ("the quick brown fox that", "jumps over the lazy dog", "was never seen again by", "me.")
RIGHT = ("a second column says some", "thing else altogether, and", "it ends down here today.")


def test_lines_of_one_column_come_from_top_to_bottom(view, picture):
    laid = lay(*LEFT)
    assert texts(reading_order(blocks(laid, view, picture))) == list(LEFT)


def test_a_column_is_read_to_its_end_before_the_next(view, picture):
    laid = lay(*LEFT) + lay(*RIGHT, start=(350, 0))
    assert texts(reading_order(blocks(laid, view, picture))) == [*LEFT, *RIGHT]


def test_what_spans_both_columns_divides_them(view, picture):
    title, footer = (
        "A HEADLINE THAT REACHES OVER BOTH OF THEM",
        "a footer as wide as both of the columns",
    )
    laid = (
        lay(title)
        + lay(*LEFT, start=(0, 60))
        + lay(*RIGHT, start=(350, 60))
        + lay(footer, start=(0, 240))
    )
    found = texts(reading_order(blocks(laid, view, picture)))
    assert found == [title, *LEFT, *RIGHT, footer]


def test_columns_whose_lines_are_not_level_are_columns_too(view):
    laid = lay(*LEFT) + lay(*RIGHT, start=(350, 17))
    assert texts(reading_order(blocks(laid, view))) == [*LEFT, *RIGHT]


def test_words_on_one_line_come_from_left_to_right(view, picture):
    laid = [("mind", quad(0, 0, 48)), ("the", quad(60, 2, 36)), ("gap", quad(108, -2, 36))]
    assert as_page(blocks(laid, view, picture)) == "mind the gap"


def test_a_table_is_read_row_by_row(view, picture):
    names, prices = ("Coffee with milk", "Tea", "Hot chocolate"), ("3.50", "2.80", "4.10")
    laid = lay(*names) + lay(*prices, start=(400, 0))
    page = as_page(blocks(laid, view, picture))
    assert page.split("\n\n") == ["Coffee with milk 3.50", "Tea 2.80", "Hot chocolate 4.10"]


def test_a_gap_between_lines_begins_a_paragraph():
    laid = lay("one line and", "another.") + lay("A new thought", "ends here.", start=(0, 140))
    assert as_page(blocks(laid)) == "one line and another.\n\nA new thought ends here."


def test_a_larger_line_stands_alone():
    laid = [("NEWS", quad(0, 0, 200, 70)), *lay("and the rest", "of it", start=(0, 80))]
    assert as_page(blocks(laid)) == "NEWS\n\nand the rest of it"


def test_an_indented_line_after_a_short_one_begins_a_paragraph():
    first = lay("this paragraph is wide and", "it ends.")
    second = lay("The next is indented, so", start=(36, 80)) + lay(
        "one can tell them apart.", start=(0, 120)
    )
    page = as_page(blocks(first + second))
    assert page.split("\n\n") == [
        "this paragraph is wide and it ends.",
        "The next is indented, so one can tell them apart.",
    ]


@pytest.mark.parametrize(
    ("lines", "page"),
    [
        (("小心地滑", "请勿奔跑"), "小心地滑请勿奔跑"),
        (("Wet floor", "小心地滑"), "Wet floor 小心地滑"),
        (("inter-", "national"), "international"),
        (("Jean-", "Luc"), "Jean- Luc"),
        (("from 9 -", "to 5"), "from 9 - to 5"),
        (("-", "x"), "- x"),
    ],
)
def test_lines_are_joined_as_their_script_wants(lines, page):
    assert as_page(blocks(lay(*lines))) == page


def test_signs_far_apart_are_no_paragraph():
    laid = [("EXIT", quad(0, 0, 80)), ("PULL", quad(700, 4, 80)), ("WC", quad(400, 600, 40))]
    assert sorted(as_page(blocks(laid)).split("\n\n")) == ["EXIT", "PULL", "WC"]


def test_followed_text_is_ordered_like_text_just_read():
    seen = [
        SeenText(number, block.text, block.quad, 0.9, Seconds(0), Seconds(1))
        for number, block in enumerate(blocks(lay(*LEFT)))
    ]
    assert texts(reading_order(seen)) == list(LEFT)


def test_nothing_reads_as_nothing():
    assert reading_order([]) == ()
    assert as_page([]) == ""


fractions = st.floats(-0.5, 1.5)
anywhere = st.tuples(*[st.tuples(fractions, fractions)] * 4)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(TextBlock, st.text(min_size=1, max_size=9), anywhere, st.just(0.9)), max_size=30
    )
)
def test_whatever_is_given_comes_back_once(scattered):
    found = reading_order(scattered)
    assert sorted(map(id, found)) == sorted(map(id, scattered))
    assert all(block.text.strip() in as_page(scattered) for block in scattered)
