import numpy as np

from vision.lettering import board, write


def test_it_tells_where_it_has_written():
    image = np.full((100, 400, 3), 255, np.uint8)
    left, top, width, height = write(image, "Exit 出口", (20, 60), 40)
    inked = np.argwhere(image.min(axis=2) < 128)
    (first_y, first_x), (last_y, last_x) = inked.min(axis=0), inked.max(axis=0)
    assert left <= first_x <= left + 10
    assert top <= first_y <= top + 10
    assert left + width - 10 <= last_x <= left + width
    assert top + height - 10 <= last_y <= top + height


def test_chinese_letters_differ_from_one_another():
    one, other = (board((letter,), 40) for letter in "出口")
    assert one.shape != other.shape or not np.array_equal(one, other)


def test_a_board_has_room_for_its_lines():
    sign = board(("short", "a much longer line"), 30, paper=(10, 200, 10), ink=(0, 0, 0))
    edge = np.concatenate([sign[0], sign[-1], sign[:, 0], sign[:, -1]])
    assert (edge == (10, 200, 10)).all()
    assert (sign == 0).all(axis=2).any()
