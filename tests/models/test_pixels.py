import numpy as np
import pytest

from models.pixels import InputWriter
from vision.picture import Picture

MEAN, STD = (103.53, 116.28, 123.675), (57.375, 57.12, 58.395)


def picture(width, height):
    """Smooth waves in each plane, so that neighbours are alike."""
    rows = [
        128 + 90 * np.sin(np.linspace(0, turns, width * height * 3 // 2)) for turns in (60.0, 300.0)
    ]
    mixed = (rows[0] + rows[1]) / 2
    return Picture(mixed.astype(np.uint8).reshape(height * 3 // 2, width))


def resized(plane, width, height):
    """Bilinear interpolation with half-pixel centres, one axis after the other."""
    for axis, side in ((0, height), (1, width)):
        before = plane.shape[axis]
        at = np.clip((np.arange(side) + 0.5) * before / side - 0.5, 0, before - 1)
        low = np.minimum(at.astype(int), before - 2)
        weight = (at - low).reshape((-1, 1) if axis == 0 else (1, -1))
        below, above = plane.take(low, axis), plane.take(low + 1, axis)
        plane = below * (1 - weight) + above * weight
    return plane


def reference(picture, width, height):
    """Resize, BT.601 limited range to BGR, normalise; all in 64-bit floats."""
    y, u, v = (plane.astype(float) for plane in picture.planes)
    y = 1.164 * (resized(y, width, height) - 16)
    u, v = (
        np.kron(resized(p, width // 2, height // 2), np.ones((2, 2))) - 128 for p in (u, v)
    )  # fmt: skip
    bgr = np.stack([y + 2.018 * u, y - 0.391 * u - 0.813 * v, y + 1.596 * v])
    shape = (3, 1, 1)
    return (np.clip(bgr, 0, 255) - np.reshape(MEAN, shape)) / np.reshape(STD, shape)


@pytest.mark.parametrize("source", [(640, 480), (416, 416), (90, 160), (1280, 720), (2, 2)])
def test_it_writes_what_a_slow_reference_does(source):
    written = np.full((3, 96, 128), np.nan, np.float32)
    InputWriter((128, 96), MEAN, STD).write(picture(*source), written)
    # Each of resizing and converting rounds to whole levels; chroma counts twice.
    levels = np.abs(written - reference(picture(*source), 128, 96)) * np.reshape(STD, (3, 1, 1))
    assert levels.max() < 4
    assert levels.mean() < 0.8


def test_channels_come_in_the_order_blue_green_red():
    bgr = np.zeros((20, 20, 3), np.uint8)
    bgr[:] = (250, 20, 120)
    written = np.zeros((3, 8, 8), np.float32)
    InputWriter((8, 8), (0, 0, 0), (1, 1, 1)).write(Picture.from_bgr(bgr), written)
    np.testing.assert_allclose(written.mean(axis=(1, 2)), (250, 20, 120), atol=3)


def test_nothing_is_left_of_the_picture_before():
    writer = InputWriter((64, 64), MEAN, STD)
    again, once = np.zeros((2, 3, 64, 64), np.float32)
    writer.write(picture(320, 240), again)
    writer.write(picture(160, 90), again)
    InputWriter((64, 64), MEAN, STD).write(picture(160, 90), once)
    np.testing.assert_array_equal(again, once)


def test_the_picture_is_not_touched():
    before = picture(320, 240)
    given = before.copy()
    InputWriter((64, 64), MEAN, STD).write(given, np.zeros((3, 64, 64), np.float32))
    np.testing.assert_array_equal(given.i420, before.i420)
