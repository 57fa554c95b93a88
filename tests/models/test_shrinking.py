from __future__ import annotations

import numpy as np
import pytest

from models.shrinking import shrunk
from vision.picture import Picture


def bar(width: int, height: int) -> Picture:
    """Black, with a white bar over the middle third, red below the middle."""
    bgr = np.zeros((height, width, 3), np.uint8)
    bgr[:, width // 3 : 2 * width // 3] = 255
    bgr[height // 2 :] = (0, 0, 255)
    return Picture.from_bgr(bgr)


@pytest.mark.parametrize("size", [(3840, 2160), (2160, 3840), (642, 480), (5000, 500)])
def test_it_fits_has_the_same_aspect_and_shows_the_same(size: tuple[int, int]) -> None:
    small = shrunk(bar(*size), 200_000)
    assert 0.97 * 200_000 < small.width * small.height <= 200_000
    assert small.width / small.height == pytest.approx(size[0] / size[1], rel=0.02)
    for mine, drawn in zip(small.planes, bar(small.width, small.height).planes, strict=True):
        assert np.mean(np.abs(mine.astype(int) - drawn)) < 2


def test_one_that_fits_is_left_alone() -> None:
    fits = bar(640, 480)
    assert shrunk(fits, 640 * 480) is fits
