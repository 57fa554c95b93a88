from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.colour import NAMES, colour_of
from vision.picture import Picture

BOX = (0.25, 0.25, 0.5, 0.5)

SWATCHES = {
    "red": (200, 30, 30),
    "orange": (245, 130, 20),
    "yellow": (240, 215, 30),
    "green": (40, 140, 60),
    "blue": (30, 70, 190),
    "purple": (110, 40, 150),
    "pink": (245, 150, 180),
    "brown": (110, 65, 30),
    "black": (15, 15, 18),
    "grey": (128, 128, 128),
    "white": (245, 245, 245),
}


def scene(rgb: tuple[int, int, int], ground: tuple[int, int, int], shape: str = "disc") -> Picture:
    """An object that fills 0.25…0.75 of a 320 x 240 picture as a disc, or as a rectangle."""
    bgr = np.full((240, 320, 3), ground[::-1], np.uint8)
    if shape == "disc":
        cv2.ellipse(bgr, (160, 120), (76, 57), 0, 0, 360, rgb[::-1], -1)
    else:
        cv2.rectangle(bgr, (80, 60), (239, 179), rgb[::-1], -1)
    return Picture.from_bgr(bgr)


@pytest.mark.parametrize("ground", ["grey", "white", "green", "brown"])
@pytest.mark.parametrize("name", NAMES)
def test_names_the_object_and_not_its_ground(name: str, ground: str) -> None:
    assert colour_of(scene(SWATCHES[name], SWATCHES[ground]), BOX) == name


@pytest.mark.parametrize("name", NAMES)
def test_an_object_that_fills_its_box_is_not_taken_for_its_ground(name: str) -> None:
    assert colour_of(scene(SWATCHES[name], SWATCHES["grey"], "rectangle"), BOX) == name


@pytest.mark.parametrize("name", ["red", "yellow", "green", "blue"])
def test_noise_and_half_the_light_do_not_change_a_strong_colour(name: str) -> None:
    rng = np.random.default_rng(7)
    bgr = scene(SWATCHES[name], SWATCHES["white"]).bgr().astype(np.float64) * 0.7
    noisy = np.clip(bgr + rng.normal(0, 8, bgr.shape), 0, 255).astype(np.uint8)
    assert colour_of(Picture.from_bgr(noisy), BOX) == name


def test_nothing_is_told_in_the_dark() -> None:
    dark = scene((20, 5, 5), (10, 10, 10))
    assert colour_of(dark, BOX) == ""


def test_nothing_is_told_of_a_medley() -> None:
    rng = np.random.default_rng(3)
    patches = rng.integers(0, 256, (24, 32, 3), np.uint8)
    medley = np.asarray(cv2.resize(patches, (320, 240), interpolation=cv2.INTER_NEAREST), np.uint8)
    assert colour_of(Picture.from_bgr(medley), (0.0, 0.0, 1.0, 1.0)) == ""


@pytest.mark.parametrize(
    "box",
    [
        (1.2, 0.2, 0.3, 0.3),
        (0.5, 0.5, 0.01, 0.3),
        (0.5, 0.5, 0.0, 0.0),
        (0.5, 0.5, -0.2, 0.2),
        (float("nan"), 0.2, 0.3, 0.3),
    ],
)
def test_nothing_is_told_of_no_pixels(box: tuple[float, float, float, float]) -> None:
    assert colour_of(scene(SWATCHES["red"], SWATCHES["white"], "rectangle"), box) == ""


def test_a_box_that_reaches_outside_counts_with_its_part_in_the_picture() -> None:
    everything = Picture.from_bgr(np.full((240, 320, 3), SWATCHES["blue"][::-1], np.uint8))
    assert colour_of(everything, (-0.5, 0.3, 0.8, 1.5)) == "blue"


@given(
    st.tuples(*[st.floats(-2, 2) | st.just(float("nan"))] * 4),
    st.binary(min_size=16 * 24 * 3 // 2, max_size=16 * 24 * 3 // 2),
)
def test_answers_a_name_or_nothing_whatever_the_pixels(
    box: tuple[float, float, float, float], pixels: bytes
) -> None:
    picture = Picture(np.frombuffer(pixels, np.uint8).reshape(36, 16).copy())
    assert colour_of(picture, box) in ("", *NAMES)
