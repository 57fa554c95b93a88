import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.resampling import resized

RNG = np.random.default_rng(3)
SIDES = st.integers(1, 40)


@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 255))
def test_a_flat_picture_stays_flat_whatever_the_sizes(old, across, new, wide, level):
    flat = np.full((old, across, 3), level, np.uint8)
    assert np.array_equal(resized(flat, new, wide), np.full((new, wide, 3), level, np.uint8))


def test_the_same_size_is_the_same_picture():
    noise = RNG.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    assert np.array_equal(resized(noise, 20, 30), noise)


def test_a_fine_pattern_is_averaged_away_when_it_shrinks():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resized(stripes, 8, 8)[1:-1, 1:-1]
    assert np.abs(small.astype(int) - 127).max() <= 3


def test_an_edge_overshoots_but_stays_within_a_byte():
    edge = np.zeros((4, 8, 3), np.uint8)
    edge[:, 4:] = 255
    wide = resized(edge, 4, 64)[0, :, 0]
    assert (wide.min(), wide.max()) == (0, 255)
    half = resized(edge // 2 + 40, 4, 64)[0, :, 0]
    assert half.min() < 40
    assert half.max() > 167


@pytest.mark.parametrize("axis", [0, 1])
def test_both_axes_are_treated_alike(axis):
    line = RNG.integers(0, 256, (1, 37, 3), dtype=np.uint8).repeat(2, axis=0)
    across = resized(line, 2, 11)
    down = resized(np.ascontiguousarray(line.transpose(1, 0, 2)), 11, 2)
    assert np.array_equal(across, down.transpose(1, 0, 2))
    assert across.shape[axis] == (2, 11)[axis]
