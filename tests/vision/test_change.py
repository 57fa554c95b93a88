from __future__ import annotations

import numpy as np
import pytest

from tests.vision.glimpses import Image, coloured, with_patch
from tests.vision.textures import similarity, texture, view
from vision.change import Comparison, KeyView
from vision.motion import STILL, CameraMotion
from vision.picture import Picture
from vision.types import Box

SIZE = (320, 240)
PATCH: Box = (0.4, 0.3, 0.25, 0.4)


@pytest.fixture(scope="module")
def world() -> Image:
    soft = texture(640, 480, 2).astype(np.float32) * 0.3 + 80
    return soft.astype(np.uint8)


def key_view(bgr: Image) -> KeyView:
    picture = Picture.from_bgr(bgr)
    return KeyView(picture, picture.grey(96))


def compare(key: KeyView, bgr: Image, motion: CameraMotion = STILL) -> Comparison:
    picture = Picture.from_bgr(bgr)
    return key.compare(picture, picture.grey(96), motion)


def scene(world: Image, motion: CameraMotion = STILL) -> Image:
    return coloured(view(world, SIZE, motion))


def test_the_same_again_is_no_change(world: Image) -> None:
    found = compare(key_view(scene(world)), scene(world))
    assert not found.changed.any()
    assert found.shared.all()
    assert found.light == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("gain", [0.6, 1.0, 1.4])
def test_what_came_is_found_in_any_light(world: Image, gain: float) -> None:
    here = scene(world)
    after = (with_patch(here, PATCH, (20, 20, 20)) * gain).clip(0, 255).astype(np.uint8)
    found = compare(key_view(here), after)
    assert found.changed_in(PATCH) > 0.8
    assert found.changed_in((0.0, 0.0, 0.3, 1.0)) < 0.02
    assert found.changed.mean() == pytest.approx(0.1, abs=0.03)


def test_light_is_measured_in_stops(world: Image) -> None:
    here = scene(world)
    found = compare(key_view(here), (here * 0.6).astype(np.uint8))
    assert not found.changed.any()
    assert found.light == pytest.approx(np.log2(0.6), abs=0.15)


def test_a_colour_of_the_same_grey_is_seen() -> None:
    plain = np.full((240, 320, 3), 120, np.uint8)
    reddish = (60, 104, 174)
    found = compare(key_view(plain), with_patch(plain, PATCH, reddish))
    assert found.changed_in(PATCH) > 0.6
    assert found.changed.mean() < 0.15


@pytest.mark.parametrize("shift", [(40.0, 0.0), (-64.0, 24.0)])
def test_the_camera_s_motion_is_taken_out(world: Image, shift: tuple[float, float]) -> None:
    motion = similarity(SIZE, shift)
    found = compare(key_view(scene(world)), scene(world, motion), motion)
    gone = 1 - (1 - abs(shift[0]) / SIZE[0]) * (1 - abs(shift[1]) / SIZE[1])
    assert found.novelty == pytest.approx(gone, abs=0.04)
    assert found.changed.mean() < 0.01


def test_without_it_a_pan_is_a_change(world: Image) -> None:
    found = compare(key_view(scene(world)), scene(world, similarity(SIZE, (40.0, 0.0))))
    assert found.changed.mean() > 0.03


def test_small_errors_of_the_motion_do_not_add_up(world: Image) -> None:
    key = key_view(scene(world))
    wrong = similarity(SIZE, (0.4, 0.0))
    for _ in range(60):
        found = compare(key, scene(world), wrong)
    assert found.changed.mean() < 0.01
    assert abs(found.motion.matrix[0, 2]) * SIZE[0] < 3.0


def test_blur_is_no_change() -> None:
    sharp = coloured(texture(320, 240, 3))
    soft = np.asarray(sharp, np.float32)
    smeared = sum(np.roll(soft, n, axis=1) for n in range(-2, 3)) / 5
    found = compare(key_view(sharp), np.asarray(smeared, np.uint8))
    assert found.changed[:, 4:-4].mean() < 0.01


@pytest.mark.parametrize("size", [(240, 160), (480, 320), (2, 2)])
def test_another_format_shares_nothing(world: Image, size: tuple[int, int]) -> None:
    found = compare(key_view(scene(world)), np.zeros((*size, 3), np.uint8))
    assert found.novelty == 1.0
    assert found.changed_in((0.0, 0.0, 1.0, 1.0)) == 0.0


def test_a_view_that_was_left_shares_nothing(world: Image) -> None:
    found = compare(key_view(scene(world)), scene(world), CameraMotion.shift(1.5, 0.0))
    assert found.novelty == 1.0
    assert not found.changed.any()


@pytest.mark.parametrize("box", [(-0.5, 0.2, 0.3, 0.3), (1.2, 0.0, 0.5, 0.5), (0.5, 0.5, 0.0, 0.0)])
def test_boxes_outside_the_picture_are_allowed(world: Image, box: Box) -> None:
    found = compare(key_view(scene(world)), scene(world))
    assert found.changed_in(box) == 0.0
    assert 0.0 <= found.shared_in(box) <= 1.0
