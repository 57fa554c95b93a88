"""Real encoders, and real decoders behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange, Colorspace

from streaming.frames import picture_of
from streaming.sending.encoder import (
    LIBVPX,
    NVENC,
    X264,
    Encoded,
    Recipe,
    VideoEncoder,
    opens,
    recipe_for,
    threads_for,
)
from streaming.sending.limits import Limits
from tests.streaming.sending.pictures import SIZE, decoder, frame, picture, psnr

BOTH = pytest.mark.parametrize("recipe", [X264, LIBVPX], ids=lambda recipe: recipe.name)
CEILING = Limits().ceiling(*SIZE)
CODECS = {X264: "H264", LIBVPX: "VP8"}


def encode(
    recipe: Recipe, rates: Iterable[int], key: Callable[[int], bool] = lambda _: False
) -> list[Encoded]:
    """The sample at a rate per frame."""
    encoder = VideoEncoder(recipe, 30)
    return [
        encoder.encode(frame(index), rate, CEILING, key=key(index))
        for index, rate in enumerate(rates)
    ]


def kbps(encoded: list[Encoded]) -> float:
    return sum(len(each.data) for each in encoded) * 8 * 30 / len(encoded) / 1000


@BOTH
def test_every_frame_comes_out_at_once_and_looks_like_what_went_in(recipe: Recipe) -> None:
    decoding, quality = decoder(CODECS[recipe]), []
    for index, each in enumerate(encode(recipe, [400_000] * 30)):
        (shown,) = decoding.decode(av.Packet(each.data))
        quality.append(psnr(picture(index), picture_of(shown)))
    assert np.mean(quality) > 33
    assert min(quality) > 30


@BOTH
def test_the_rate_is_kept(recipe: Recipe) -> None:
    assert kbps(encode(recipe, [400_000] * 60)[15:]) == pytest.approx(400, rel=0.2)


@BOTH
def test_key_frames_come_first_and_when_asked_for_and_never_else(recipe: Recipe) -> None:
    encoded = encode(recipe, [400_000] * 60, key=lambda index: index in {20, 41})
    assert [index for index, each in enumerate(encoded) if each.key] == [0, 20, 41]


@BOTH
def test_a_key_frame_is_decoded_without_what_came_before(recipe: Recipe) -> None:
    encoded = encode(recipe, [400_000] * 12, key=lambda index: index == 10)
    decoding = decoder(CODECS[recipe])
    shown = [decoding.decode(av.Packet(each.data))[0] for each in encoded[10:]]
    assert psnr(picture(11), picture_of(shown[1])) > 30


def test_x264_takes_new_rates_as_it_runs_both_ways_and_needs_no_key_frame() -> None:
    rates = [400_000] * 30 + [150_000] * 30 + [450_000] * 30
    encoded = encode(X264, rates)
    assert [each.key for each in encoded] == [True] + [False] * 89
    assert kbps(encoded[15:30]) > 1.6 * kbps(encoded[45:60])
    assert kbps(encoded[75:90]) > 1.6 * kbps(encoded[45:60])


def test_libvpx_begins_anew_for_a_new_rate() -> None:
    encoded = encode(LIBVPX, [400_000] * 20 + [150_000] * 40)
    assert [index for index, each in enumerate(encoded) if each.key] == [0, 20]
    assert kbps(encoded[30:]) == pytest.approx(150, rel=0.35)


def test_key_frames_of_h264_are_bounded_however_low_the_rate() -> None:
    encoded = encode(X264, [120_000] * 30, key=lambda index: index in {10, 20})
    assert max(len(each.data) for each in encoded) * 8 <= 0.15 * CEILING


@BOTH
def test_a_new_size_begins_with_a_key_frame_of_that_size(recipe: Recipe) -> None:
    encoder, decoding = VideoEncoder(recipe, 30), decoder(CODECS[recipe])
    for index, size in enumerate([(320, 240), (240, 320), (64, 48), (2, 2), (320, 240)]):
        encoded = encoder.encode(frame(index, size), 300_000, CEILING, key=False)
        assert encoded.key
        (shown,) = decoding.decode(av.Packet(encoded.data))
        assert (shown.width, shown.height) == size


@BOTH
def test_odd_sides_and_other_formats_are_converted(recipe: Recipe) -> None:
    encoder, decoding = VideoEncoder(recipe, 30), decoder(CODECS[recipe])
    odd = av.VideoFrame.from_ndarray(np.full((51, 65, 3), 90, np.uint8), "bgr24")
    odd.pts = 0
    encoded = encoder.encode(odd, 300_000, CEILING, key=False)
    (shown,) = decoding.decode(av.Packet(encoded.data))
    assert (shown.width, shown.height) == (64, 50)


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (0, 48), (64, 1)])
def test_a_frame_without_pixels_is_refused_in_plain_words(size: tuple[int, int]) -> None:
    empty = av.VideoFrame(*size, "yuv420p")
    with pytest.raises(ValueError, match="nothing to encode"):
        VideoEncoder(X264, 30).encode(empty, 300_000, CEILING, key=False)


def test_h264_is_constrained_baseline_so_that_every_browser_decodes_it() -> None:
    (first,) = encode(X264, [400_000])
    parameter_set = first.data[first.data.index(b"\0\0\1\x67") + 3 :]
    profile, constraints = parameter_set[1], parameter_set[2]
    assert profile == 66
    assert constraints & 0b11000000 == 0b11000000


def test_the_recipe_follows_the_codec_and_the_machine() -> None:
    assert recipe_for("VP8") is LIBVPX
    assert recipe_for("h264") is (NVENC if opens(NVENC) else X264)
    with pytest.raises(ValueError, match="VP9"):
        recipe_for("VP9")


def test_an_encoder_that_this_machine_has_not_does_not_open() -> None:
    missing = Recipe("no-such-encoder", X264.damping, True, True, False, lambda *_: None)  # noqa: FBT003
    assert not opens(missing)
    assert opens(X264)


def test_the_hardware_recipe_asks_for_nothing_that_its_encoder_does_not_know() -> None:
    context = av.CodecContext.create(NVENC.name, "w")
    NVENC.configure(context, 1_000_000)
    known = context.supported_options
    names = {option.name for option in (*known.generic, *known.private)}
    assert set(context.options) <= names


def test_a_second_thread_only_for_large_pictures_on_many_cores() -> None:
    vga, hd, full_hd = 640 * 480, 1280 * 720, 1920 * 1080
    assert [threads_for(pixels, 2) for pixels in (vga, hd, full_hd)] == [1, 1, 1]
    assert [threads_for(pixels, 4) for pixels in (vga, hd, full_hd)] == [1, 2, 2]
    assert [threads_for(pixels, 16) for pixels in (vga, hd, full_hd)] == [1, 2, 4]


def test_h264_says_which_colours_it_is_in_since_browsers_guess_by_size() -> None:
    (first,) = encode(X264, [400_000])
    (shown,) = decoder("H264").decode(av.Packet(first.data))
    assert shown.colorspace == Colorspace.ITU601
    assert shown.color_range == ColorRange.MPEG
