from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.vision.textures import texture
from vision.picture import Picture
from vision.sharpness import sharpness

Grey = NDArray[np.uint8]


def pictured(grey: Grey) -> Picture:
    return Picture.from_bgr(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8))


@pytest.fixture(scope="module")
def scene() -> Grey:
    return texture(640, 480, 1)


def test_more_blur_is_less_sharp(scene: Grey) -> None:
    widths = (1, 3, 7, 15, 31)
    found = [sharpness(pictured(np.asarray(cv2.blur(scene, (n, n)), np.uint8))) for n in widths]
    assert found == sorted(found, reverse=True)
    assert found[0] > 1.5 * found[3]


@pytest.mark.parametrize("kernel", [(15, 1), (1, 15)])
def test_blur_along_one_direction_counts(scene: Grey, kernel: tuple[int, int]) -> None:
    smeared = np.asarray(cv2.blur(scene, kernel), np.uint8)
    assert sharpness(pictured(smeared)) < 0.8 * sharpness(pictured(scene))


@pytest.mark.parametrize(("gain", "offset"), [(0.4, 20), (0.7, 60), (0.8, 0)])
def test_light_and_contrast_do_not_count(scene: Grey, gain: float, offset: int) -> None:
    other = (scene * gain + offset).astype(np.uint8)
    assert sharpness(pictured(other)) == pytest.approx(sharpness(pictured(scene)), abs=0.02)


def test_size_hardly_counts(scene: Grey) -> None:
    large = np.asarray(cv2.resize(scene, (1920, 1440), interpolation=cv2.INTER_CUBIC), np.uint8)
    assert sharpness(pictured(large)) == pytest.approx(sharpness(pictured(scene)), abs=0.05)


def test_upright_pictures_are_measured_too(scene: Grey) -> None:
    turned = np.ascontiguousarray(scene.T)
    blurred = np.asarray(cv2.blur(turned, (15, 15)), np.uint8)
    assert sharpness(pictured(blurred)) < 0.8 * sharpness(pictured(turned))


@pytest.mark.parametrize("size", [(2, 2), (640, 8), (8, 640), (640, 480)])
def test_nothing_to_see_is_not_sharp(size: tuple[int, int]) -> None:
    assert sharpness(pictured(np.full(size[::-1], 90, np.uint8))) == 0.0
