import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.frame_stamp import CELLS, LEAST_WIDTH, read_stamp, stamp, strip_height


def noise(width=640, height=480, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 65535), st.sampled_from([(640, 480), (320, 240), (1280, 720), (480, 640)]))
def test_what_was_stamped_is_read(number, size):
    picture = noise(*size)
    stamp(picture, number)
    assert read_stamp(picture) == number
    assert read_stamp(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)) == number


def test_numbers_wrap_at_16_bits():
    picture = noise()
    stamp(picture, 65536 + 5)
    assert read_stamp(picture) == 5


def test_only_the_strip_is_covered():
    before = noise()
    after = before.copy()
    stamp(after, 77)
    height = strip_height(640, 480)
    assert height == 16
    assert (after[:-height] == before[:-height]).all()
    assert set(np.unique(after[-height:])) == {0, 255}


@pytest.mark.parametrize("scale", [0.5, 0.75, 1.5, 2.25])
def test_it_outlives_a_change_of_size(scale):
    picture = noise()
    stamp(picture, 40961)
    scaled = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    assert read_stamp(scaled) == 40961


def test_it_outlives_blur_noise_and_low_contrast():
    picture = noise()
    stamp(picture, 12345)
    blurred = cv2.GaussianBlur(picture, (0, 0), 3) * 0.6 + 40
    blurred += np.random.default_rng(1).normal(0, 15, picture.shape)
    assert read_stamp(np.clip(blurred, 0, 255).astype(np.uint8)) == 12345


def test_a_line_across_it_does_no_harm():
    picture = noise()
    stamp(picture, 999)
    cv2.rectangle(picture, (200, 100), (500, 476), (0, 255, 0), 3)
    assert read_stamp(picture) == 999


def test_a_picture_without_a_stamp_has_none():
    assert read_stamp(np.full((480, 640, 3), 128, np.uint8)) is None
    assert read_stamp(np.zeros((480, 640), np.uint8)) is None
    assert all(read_stamp(noise(seed=seed)) is None for seed in range(50))
    assert read_stamp(np.zeros((4, 4), np.uint8)) is None


def test_any_single_wrong_cell_is_noticed():
    picture = noise()
    stamp(picture, 31337)
    for cell in range(CELLS):
        broken = picture.copy()
        first, last = cell * 640 // CELLS, (cell + 1) * 640 // CELLS
        broken[-16:, first:last] = 255 - broken[-16:, first:last]
        assert read_stamp(broken) is None


def test_a_cell_between_black_and_white_is_not_guessed():
    picture = noise()
    stamp(picture, 31337)
    picture[-16:, 96:128] = 128
    assert read_stamp(picture) is None


def test_a_picture_with_no_room_is_refused():
    with pytest.raises(ValueError, match=str(LEAST_WIDTH)):
        stamp(noise(LEAST_WIDTH - 2, 240), 1)
