"""Signs followed from reading to reading; what was read is made up, its places are not."""

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision import textbook
from vision.motion import STILL, CameraMotion
from vision.textbook import TextBook, quad_box
from vision.types import TextBlock

UP = CameraMotion.shift(0, -0.2)


def line(text, x=0.3, y=0.4, width=0.3, *, height=0.06, score=0.95):
    return TextBlock(
        text, ((x, y), (x + width, y), (x + width, y + height), (x, y + height)), score
    )


EXIT, PLATFORM, SLIPPERY = line("EXIT"), line("Platform 9", y=0.6), line("小心地滑", y=0.8)


def texts(seen):
    return [each.text for each in seen]


def read(book, *readings, area=None, start=0.0):
    """Whether each reading, a second apart, was a change."""
    return [
        book.update(blocks, start + number, STILL, area) for number, blocks in enumerate(readings)
    ]


def test_what_is_read_is_present_in_reading_order():
    book = TextBook()
    assert read(book, [SLIPPERY, EXIT, PLATFORM]) == [True]
    assert texts(book.present) == ["EXIT", "Platform 9", "小心地滑"]
    assert {each.id for each in book.present} == {1, 2, 3}
    assert book.past == ()


def test_reading_the_same_again_is_no_change():
    book = TextBook()
    assert read(book, [EXIT, PLATFORM], [PLATFORM, EXIT], [EXIT, PLATFORM]) == [True, False, False]
    assert (book.present[0].first, book.present[0].last) == (0.0, 2.0)


def test_a_new_sign_is_a_change_and_gets_a_new_id():
    book = TextBook()
    assert read(book, [EXIT], [EXIT, PLATFORM]) == [True, True]
    ids = [each.id for each in book.present]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    "flicker",
    [line("EX1T", score=0.7), line("Exit"), line("EXIT.", x=0.31), line("EXIT", score=0.5)],
)
def test_flicker_is_no_change(flicker):
    book = TextBook()
    readings = [[EXIT], [EXIT], [flicker], [EXIT], [flicker], [EXIT]]
    assert read(book, *readings) == [True] + [False] * 5
    assert texts(book.present) == ["EXIT"]
    assert book.present[0].id == 1


def test_a_slip_of_letters_is_corrected_in_silence():
    book = TextBook()
    long_wrong, long_right = line("Mind the qap please"), line("Mind the gap please")
    assert read(book, [long_wrong], [long_right], [long_right]) == [True, False, False]
    assert texts(book.present) == ["Mind the gap please"]


def test_a_digit_counts_once_two_readings_agree():
    book = TextBook()
    nine, ten = line("Departs 12:09"), line("Departs 12:10")
    assert read(book, [nine], [nine], [nine], [nine], [ten], [ten]) == [True, *[False] * 4, True]
    assert texts(book.present) == ["Departs 12:10"]
    assert book.present[0].id == 1


def test_another_text_in_its_place_is_another_sign():
    book = TextBook()
    assert read(book, [line("OPEN")], [line("CLOSED")]) == [True, True]
    assert texts(book.present) == ["CLOSED"]
    assert texts(book.past) == ["OPEN"]


def test_a_doubtful_line_is_a_change_only_when_it_is_read_again():
    book = TextBook()
    doubtful = line("EXIT", score=0.6)
    assert read(book, [doubtful], [doubtful], [doubtful]) == [False, True, False]


def test_a_sign_that_is_taken_away_is_a_change_once_it_is_missed_twice():
    book = TextBook()
    assert read(book, [EXIT, PLATFORM], [PLATFORM], [PLATFORM], [PLATFORM]) == [
        True, False, True, False,
    ]  # fmt: skip
    assert texts(book.past) == ["EXIT"]
    assert book.past[0].last == 0.0


def test_what_went_last_comes_first_in_the_past():
    book = TextBook()
    read(book, [EXIT, PLATFORM], [PLATFORM], [PLATFORM], [], [])
    assert texts(book.past) == ["Platform 9", "EXIT"]


def test_a_sign_keeps_its_id_while_the_camera_moves():
    book = TextBook()
    read(book, [EXIT, line("EXIT", y=0.6)])
    lower = {each.id: each.quad for each in book.present}
    assert not book.update([line("EXIT", y=0.2), EXIT], 1.0, UP)
    after = {each.id: each.quad for each in book.present}
    assert all(math.isclose(after[i][0][1], lower[i][0][1] - 0.2) for i in lower)


def test_signs_move_with_the_camera_between_readings():
    book = TextBook()
    read(book, [EXIT])
    for _ in range(4):
        book.carry(CameraMotion.shift(0.05, 0))
    np.testing.assert_allclose(book.present[0].quad[0], (0.5, 0.4))
    assert not book.update([line("EXIT", x=0.5)], 1.0, STILL)
    assert book.present[0].id == 1


def test_a_reading_that_comes_late_is_compared_where_the_signs_were():
    book = TextBook()
    gate, other = line("Gate 24", y=0.5), line("Gate 42", y=0.7)
    read(book, [gate, other])
    before = {each.text: each.id for each in book.present}
    book.carry(UP)
    assert not book.update([gate, other], 1.0, STILL, late=UP)
    assert {each.text: each.id for each in book.present} == before
    np.testing.assert_allclose(book.present[0].quad[0], (0.3, 0.3))


def test_a_bad_reading_beside_the_good_one_does_not_stay():
    book = TextBook()
    whole, piece = line("Mind the gap"), line("gap", x=0.5, width=0.1)
    read(book, [piece], [piece], [whole, piece], [whole], [whole])
    assert texts(book.present) == ["Mind the gap"]


def test_a_sign_is_known_by_its_words_when_the_motion_was_not_told():
    book = TextBook()
    read(book, [EXIT, PLATFORM])
    before = {each.text: each.id for each in book.present}
    assert not book.update([line("EXIT", y=0.05), line("Platform 9", y=0.25)], 1.0, STILL)
    assert {each.text: each.id for each in book.present} == before


def test_a_sign_that_leaves_the_picture_is_past_and_no_change():
    book = TextBook()
    read(book, [EXIT, SLIPPERY])
    assert not book.update([line("小心地滑", y=0.2)], 1.0, CameraMotion.shift(0, -0.6))
    assert texts(book.present) == ["小心地滑"]
    assert texts(book.past) == ["EXIT"]


def test_a_sign_that_comes_back_into_view_is_the_same_sign():
    book = TextBook()
    read(book, [EXIT, SLIPPERY])
    exit_id = book.present[0].id
    book.update([line("小心地滑", y=0.2)], 1.0, CameraMotion.shift(0, -0.6))
    assert not book.update([EXIT, SLIPPERY], 2.0, CameraMotion.shift(0, 0.6))
    assert (book.present[0].id, book.present[0].first) == (exit_id, 0.0)
    assert book.past == ()


def test_a_sign_that_was_away_too_long_is_another():
    book = TextBook()
    read(book, [EXIT], [], [])
    assert book.update([EXIT], textbook.BACK_WITHIN + 1, STILL)
    assert book.present[0].id != 1
    assert texts(book.past) == ["EXIT"]


def test_the_picture_s_edge_does_not_change_what_a_sign_says():
    book = TextBook()
    whole, cut = line("Mind the gap", x=0.6), line("Mind t", x=0.85, width=0.15)
    read(book, [whole], [whole])
    assert not book.update([cut], 2.0, CameraMotion.shift(0.25, 0))
    assert not book.update([cut], 3.0, STILL)
    assert texts(book.present) == ["Mind the gap"]
    assert book.present[0].id == 1


def test_a_sign_that_comes_in_over_the_edge_is_one_sign():
    book = TextBook()
    assert not book.update([line("the gap", x=0.0, width=0.2)], 0.0, STILL)
    assert texts(book.present) == ["the gap"]
    assert book.update([line("Mind the gap", x=0.1)], 1.0, CameraMotion.shift(0.2, 0))
    assert not book.update([line("Mind the gap", x=0.1)], 2.0, STILL)
    assert texts(book.present) == ["Mind the gap"]
    assert book.present[0].id == 1


def test_a_sign_that_reaches_over_the_edge_is_news_when_it_stays_so():
    book = TextBook()
    cut = line("Mind the", x=0.8, width=0.2)
    assert read(book, [cut], [cut], [cut]) == [False, True, False]


def test_the_last_letters_of_a_line_that_is_cut_are_no_sign():
    book = TextBook()
    assert read(book, [line("ap", x=0.0, width=0.05)]) == [False]
    assert book.present == ()


def test_a_line_that_falls_into_pieces_is_still_one_sign():
    book = TextBook()
    whole = line("Mind the gap", width=0.3)
    pieces = [line("Mind", width=0.1), line("the gap", x=0.42, width=0.18)]
    assert read(book, [whole], [whole], pieces, [whole], pieces) == [True] + [False] * 4
    assert [(each.id, each.text) for each in book.present] == [(1, "Mind the gap")]


def test_signs_that_are_read_as_one_line_stay_two():
    book = TextBook()
    pieces = [line("Mind", width=0.12), line("the gap", x=0.44, width=0.16)]
    whole = [line("Mind the gap", width=0.3)]
    read(book, pieces, pieces, whole, pieces, whole)
    assert {each.id for each in book.present} == {1, 2}


def test_a_part_that_was_read_tells_of_that_part_only():
    book = TextBook()
    read(book, [EXIT, PLATFORM])
    area = (0.25, 0.55, 0.4, 0.2)
    read(book, [PLATFORM], [PLATFORM], [PLATFORM], area=area, start=1.0)
    assert texts(book.present) == ["EXIT", "Platform 9"]
    assert read(book, [], [], area=area, start=5.0) == [False, True]
    assert texts(book.present) == ["EXIT"]


def test_a_quad_has_an_upright_box():
    assert quad_box(((0.2, 0.1), (0.4, 0.2), (0.3, 0.4), (0.1, 0.3))) == pytest.approx(
        (0.1, 0.1, 0.3, 0.3)
    )


def test_lines_without_a_place_or_a_text_are_left_out():
    nowhere = TextBlock("EXIT", ((math.nan, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)), 0.9)
    book = TextBook()
    assert read(book, [nowhere, line("")]) == [False]
    assert book.present == ()


def scattered(rng, count):
    return [
        line(
            "".join(rng.choices("abcdefgh01 出口地滑", k=rng.randint(1, 400))),
            rng.uniform(-0.2, 1.2),
            rng.uniform(-0.2, 1.2),
            rng.uniform(0, 0.5),
            height=rng.uniform(0, 0.5),
            score=rng.random(),
        )
        for _ in range(count)
    ]


def test_a_flood_of_text_stays_within_bounds():
    rng = random.Random(1)
    book, used = TextBook(), set()
    for number in range(4):
        book.update(scattered(rng, 2500), float(number), STILL)
        used |= {each.id for each in book.present}
        assert len(book.present) <= textbook.MOST_PRESENT
        assert len(book.past) <= textbook.MOST_PAST
        assert all(len(each.text) <= textbook.MOST_CHARACTERS for each in book.present)
    assert len(used) > textbook.MOST_PRESENT


corners = st.tuples(*[st.tuples(st.floats(-1, 2), st.floats(-1, 2))] * 4)
wordings = st.sampled_from(["EXIT", "exit", "EX", "12", "滑", "—", "a much longer line"])
any_block = st.builds(TextBlock, wordings, corners, st.floats(0, 1))
any_motion = st.builds(CameraMotion.shift, st.floats(-1, 1), st.floats(-1, 1))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.lists(any_block, max_size=12), any_motion), max_size=8))
def test_ids_are_never_shared_whatever_is_read(readings):
    book = TextBook()
    for t, (blocks, motion) in enumerate(readings):
        book.update(blocks, float(t), motion)
        ids = [each.id for each in (*book.present, *book.past)]
        assert len(set(ids)) == len(ids)
        assert all(each.first <= each.last <= t for each in book.present)
