"""Small pictures to remember by."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from streaming.remembering.entries import MOST_THUMBNAIL
from streaming.remembering.thumbnails import thumbnail
from vision.picture import Picture


@pytest.mark.parametrize(
    ("size", "small"),
    [
        ((640, 480), (320, 240)),
        ((480, 640), (240, 320)),
        ((1920, 2), (320, 1)),
        ((64, 48), (64, 48)),
    ],
)
def test_the_longest_side_is_bounded_and_small_ones_stay(
    size: tuple[int, int], small: tuple[int, int]
) -> None:
    picture = Picture.from_bgr(np.full((size[1], size[0], 3), (40, 90, 200), np.uint8))
    jpeg = cv2.imdecode(np.frombuffer(thumbnail(picture), np.uint8), cv2.IMREAD_COLOR)
    assert jpeg is not None
    assert (jpeg.shape[1], jpeg.shape[0]) == small
    assert np.abs(jpeg.mean(axis=(0, 1)) - (40, 90, 200)).max() < 6


def test_even_noise_fits_into_the_store() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (320, 320, 3), np.uint8)
    assert len(thumbnail(Picture.from_bgr(noise))) < MOST_THUMBNAIL
