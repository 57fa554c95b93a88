from __future__ import annotations

import pytest

from streaming.sending.limits import MIN_BITRATE, Limits
from streaming.settings import Settings


def test_the_ceiling_grows_with_the_picture_up_to_the_bound() -> None:
    limits = Limits(max_bitrate=3_000_000)
    sizes = [(160, 120), (640, 480), (1280, 720)]
    small, middle, large = (limits.ceiling(*size) for size in sizes)
    assert small < middle < large == 3_000_000
    assert middle > 1_500_000, "more than aiortc allows VP8"


def test_the_bound_holds_for_small_pictures_too() -> None:
    assert Limits(max_bitrate=MIN_BITRATE).ceiling(160, 120) == MIN_BITRATE


def test_fewer_frames_need_fewer_bits() -> None:
    assert Limits(max_fps=15).ceiling(1280, 720) < Limits(max_fps=30).ceiling(1280, 720)


@pytest.mark.parametrize(
    "wrong", [{"max_bitrate": MIN_BITRATE - 1}, {"max_fps": 0}, {"codec": "av1"}]
)
def test_what_does_not_make_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)  # type: ignore[arg-type]


def test_the_settings_are_told_in_kilobits() -> None:
    assert Settings(max_bitrate=800, max_fps=15).limits == Limits(800_000, 15)
    with pytest.raises(ValueError, match="max_bitrate"):
        Settings(max_bitrate=50)
