from __future__ import annotations

import av
import numpy as np
import pytest

from streaming.frames import frame_of, picture_of
from vision.picture import Picture


def noise(width: int, height: int) -> Picture:
    data = np.random.default_rng(1).integers(16, 235, (height * 3 // 2, width), np.uint8)
    return Picture(data)


@pytest.mark.parametrize("size", [(320, 240), (240, 320), (322, 242), (2, 2), (640, 362), (34, 18)])
def test_a_picture_survives_the_way_into_a_frame_and_back(size: tuple[int, int]) -> None:
    picture = noise(*size)
    frame = frame_of(picture, 4500)
    assert (frame.width, frame.height) == size
    assert frame.time == pytest.approx(0.05)
    assert np.array_equal(picture_of(frame).i420, picture.i420)


def test_a_picture_is_no_view_of_the_decoders_memory() -> None:
    frame = frame_of(noise(64, 48), 0)
    picture = picture_of(frame)
    picture.planes[0][:] = 0
    assert picture_of(frame).planes[0].any()


@pytest.mark.parametrize(("size", "pixels"), [((65, 49), "yuv420p"), ((64, 48), "rgb24")])
def test_odd_sides_and_other_formats_are_converted(size: tuple[int, int], pixels: str) -> None:
    picture = picture_of(av.VideoFrame(*size, pixels))
    assert (picture.width, picture.height) == (64, 48)


@pytest.mark.parametrize("size", [(2, 64), (64, 2)])
def test_what_no_camera_sends_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is no camera's"):
        picture_of(av.VideoFrame(*size, "yuv420p"))
