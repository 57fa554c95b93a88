import numpy as np
import pytest

from models.pixels import PLANES, InputWriter
from vision.picture import Picture

BORDER = (117, 121, 132)


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


def written(picture, width, height):
    planes = np.full((PLANES, height // 2 + 1, width // 2 + 1), 7, np.uint8)
    InputWriter(planes, BORDER).write(picture)
    return planes


@pytest.mark.parametrize("source", [(640, 480), (416, 416), (90, 160), (1280, 720), (2, 2)])
def test_it_writes_what_a_slow_reference_does(source):
    given = picture(*source)
    planes = written(given, 128, 96)[:, 1:, 1:].astype(float)
    y, u, v = (plane.astype(float) for plane in given.planes)
    luma = resized(y, 128, 96)
    phases = [luma[row::2, column::2] for row in (0, 1) for column in (0, 1)]
    expected = np.stack([*phases, resized(u, 64, 48), resized(v, 64, 48)])
    assert np.abs(planes - expected).max() < 1.5
    assert np.abs(planes - expected).mean() < 0.5


def test_a_picture_of_the_inputs_size_is_only_rearranged():
    given = picture(64, 32)
    planes = written(given, 64, 32)[:, 1:, 1:]
    for number, (row, column) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        np.testing.assert_array_equal(planes[number], given.planes[0][row::2, column::2])
    np.testing.assert_array_equal(planes[4:], np.stack(given.planes[1:]))


def test_the_border_outlives_every_picture():
    planes = np.zeros((PLANES, 17, 17), np.uint8)
    writer = InputWriter(planes, BORDER)
    for size in ((32, 32), (320, 240)):
        writer.write(picture(*size))
        for plane, level in zip(planes, (117, 117, 117, 117, 121, 132), strict=True):
            assert (plane[0] == level).all()
            assert (plane[:, 0] == level).all()


def test_nothing_is_left_of_the_picture_before():
    planes = np.zeros((PLANES, 33, 33), np.uint8)
    writer = InputWriter(planes, BORDER)
    writer.write(picture(320, 240))
    writer.write(picture(160, 90))
    np.testing.assert_array_equal(planes, written(picture(160, 90), 64, 64))


def test_the_picture_is_not_touched():
    before = picture(320, 240)
    given = before.copy()
    written(given, 64, 64)
    np.testing.assert_array_equal(given.i420, before.i420)
