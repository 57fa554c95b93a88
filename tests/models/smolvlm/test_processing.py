"""Tiles against those of transformers' image processor: see tools/make_smolvlm_goldens.py."""

from dataclasses import replace

import numpy as np
import pytest

from models.smolvlm.processing import MOST_A_SIDE, in_tiles, whole
from tests.models.smolvlm.toys import DATA, TILE, parts, pixels

REAL_TILE = 512
SMALL = parts().settings
REAL = replace(SMALL, tile=REAL_TILE)


def cases():
    large = pixels().repeat(5, axis=0).repeat(5, axis=1)
    tall = np.ascontiguousarray(large[:, 300:737])
    return {
        "fast_small": whole(pixels(), REAL),
        "fast_large": whole(large, REAL),
        "fast_tall": whole(tall, REAL),
        "detailed_small": in_tiles(pixels(), REAL, 2 * REAL_TILE),
        "detailed_tall": in_tiles(tall, REAL, 2 * REAL_TILE),
        "detailed_one_tile": in_tiles(pixels(), REAL, REAL_TILE),
    }


def test_tiles_are_those_of_transformers_to_the_last_bit():
    made = cases()
    with np.load(DATA / "pixels.npz") as golden:
        assert set(golden.files) == set(made)
        for name, tiles in made.items():
            sample = np.rint((tiles.pixels[..., ::17, ::13] + 1) * 127.5).astype(np.uint8)
            assert np.array_equal(sample, golden[name]), name


def test_a_single_tile_has_no_grid():
    tiles = whole(pixels(), SMALL)
    assert tiles.pixels.shape == (1, 3, TILE, TILE)
    assert (tiles.rows, tiles.columns) == (0, 0)


def test_the_grid_goes_row_by_row_and_ends_with_the_whole():
    quarters = np.zeros((128, 128, 3), np.uint8)
    quarters[:64, 64:, 0], quarters[64:, :64, 1], quarters[64:, 64:, 2] = 255, 255, 255
    tiles = in_tiles(quarters, SMALL, 2 * TILE)
    assert (tiles.rows, tiles.columns, len(tiles.pixels)) == (2, 2, 5)
    means = tiles.pixels[:4].mean(axis=(2, 3)) > 0.9
    assert means.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]]  # RGB of BGR
    assert tiles.pixels[4].min() < -0.9 < 0.9 < tiles.pixels[4].max()


@pytest.mark.parametrize(("height", "width", "grid"), [(90, 4, (2, 1)), (4, 90, (1, 2))])
def test_a_strip_of_a_picture_still_fills_whole_tiles(height, width, grid):
    tiles = in_tiles(np.zeros((height, width, 3), np.uint8), SMALL, 2 * TILE)
    assert (tiles.rows, tiles.columns) == grid


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
def test_the_smallest_pictures_become_a_tile(size):
    assert whole(np.zeros((*size, 3), np.uint8), SMALL).pixels.shape == (1, 3, TILE, TILE)


@pytest.mark.parametrize("longest", [0, (MOST_A_SIDE + 1) * TILE])
def test_sizes_that_the_model_has_no_marks_for_are_refused(longest):
    with pytest.raises(ValueError, match="pixels"):
        in_tiles(pixels(), SMALL, longest)
