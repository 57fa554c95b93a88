"""Encoders for real time, through PyAV, and the recipes that they follow.

What the recipes cost stands at the head of the package. FFmpeg's wrapper of x264 takes a new bit
rate as it runs, if it was opened at a constant rate and never goes above that; its wrapper of
libvpx does not, and has to be opened anew, which makes a key frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import av
from av.codec.codec import UnknownCodecError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.reformatter import ColorRange, Colorspace

from streaming.frames import TIME_BASE
from streaming.sending.rate import IN_PLACE, REOPENED, Damping

NEVER = 1 << 20
"""Frames between key frames that nobody asked for."""

VBV_SECONDS = 0.1
"""How much of the ceiling's rate one frame may take: what bounds H.264's key frames."""

LEAST_VBV = 100_000
"""Bits that a frame may take even where the ceiling is low: a key frame has to show something."""

CORES = os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one encoder is opened."""

    name: str
    "PyAV's name of it."
    damping: Damping
    "Which changes of the bit rate it is told."
    at_ceiling: bool
    "Whether it is opened at the ceiling and told the rate afterwards, or at the rate."
    in_place: bool
    "Whether it takes a new rate as it runs, or is opened anew."
    knows_time: bool
    "Whether its rate control reads time stamps, or counts on the nominal frame rate."
    configure: Callable[[VideoCodecContext, int], None]
    "Sets what is particular to it, given the bits a second that it is opened at."
    fallback: Recipe | None = None
    "What is used instead once it has failed: hardware may take only so many streams."


@dataclass(frozen=True, slots=True)
class Encoded:
    """One frame's bitstream."""

    data: bytes
    "As FFmpeg puts it out: Annex B for H.264."
    key: bool
    "Whether it can be decoded without any frame before it."


class VideoEncoder:
    """One stream's encoder. It blocks, and belongs to one thread at a time."""

    def __init__(self, recipe: Recipe, fps: int) -> None:
        self.recipe = recipe
        self._fps = fps
        self._context: VideoCodecContext | None = None
        self._rate = 0

    def encode(self, frame: av.VideoFrame, rate: int, ceiling: int, *, key: bool) -> Encoded:
        """Encodes one frame at ``rate`` bits a second; a new size begins with a key frame.

        Raises:
            ValueError: the frame has no pixels.
            av.FFmpegError: the encoder does not take it.
        """
        frame = _even(frame)
        context = self._ready(frame, rate, ceiling)
        frame.pict_type = PictureType.I if key else PictureType.NONE
        packets = context.encode(frame)
        return Encoded(b"".join(map(bytes, packets)), any(each.is_keyframe for each in packets))

    def forget(self) -> None:
        """Closes an encoder that failed; the next frame opens it anew, or its fallback."""
        self._context = None
        self.recipe = self.recipe.fallback or self.recipe

    def _ready(self, frame: av.VideoFrame, rate: int, ceiling: int) -> VideoCodecContext:
        context = self._context
        if context is not None and (context.width, context.height) != (frame.width, frame.height):
            context = None
        if context is not None and rate != self._rate and not self.recipe.in_place:
            context = None
        if context is None:
            context = self.opened(frame, ceiling if self.recipe.at_ceiling else rate)
        if self.recipe.in_place:
            context.bit_rate = rate
        self._context, self._rate = context, rate
        return context

    def opened(self, frame: av.VideoFrame, rate: int) -> VideoCodecContext:
        """A new encoder for frames of this size.

        Raises:
            av.FFmpegError: this machine cannot run it.
            UnknownCodecError: this build of FFmpeg has none of that name.
        """
        context = av.CodecContext.create(self.recipe.name, "w")
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = frame.width, frame.height
        context.pix_fmt = "yuv420p"
        context.time_base = TIME_BASE
        context.framerate = Fraction(self._fps)
        context.gop_size = NEVER
        context.bit_rate = rate
        context.colorspace = Colorspace.ITU601
        context.color_range = ColorRange.MPEG
        context.thread_count = threads_for(frame.width * frame.height, CORES)
        self.recipe.configure(context, rate)
        context.open()
        return context


def threads_for(pixels: int, cores: int) -> int:
    """Threads of one encoder. On two cores a second one costs many times what it saves."""
    if pixels <= 640 * 480 or cores < 4:
        return 1
    return 4 if pixels > 1280 * 720 and cores >= 8 else 2


def _largest_frame(rate: int) -> int:
    return max(LEAST_VBV, int(rate * VBV_SECONDS))


def _x264(context: VideoCodecContext, rate: int) -> None:
    context.profile = "Baseline"
    context.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        # half a pixel of motion search is most of what "ultrafast" lacks: +2.6 dB for +1.3 ms
        "x264-params": "subme=1",
        "maxrate": str(rate),
        "bufsize": str(_largest_frame(rate)),
    }


def _nvenc(context: VideoCodecContext, rate: int) -> None:
    context.profile = "baseline"
    context.options = {
        "preset": "p1",
        "tune": "ull",
        "zerolatency": "1",
        "delay": "0",
        "rc": "cbr",
        "forced-idr": "1",
        "maxrate": str(rate),
        "bufsize": str(_largest_frame(rate)),
    }


def _libvpx(context: VideoCodecContext, rate: int) -> None:
    context.qmin, context.qmax = 2, 56
    context.options = {
        "deadline": "realtime",
        "cpu-used": "-8",
        "noise-sensitivity": "0",
        "static-thresh": "1",
        "lag-in-frames": "0",
        # minrate = maxrate = bit rate is how FFmpeg asks libvpx for a constant rate
        "minrate": str(rate),
        "maxrate": str(rate),
        "bufsize": str(rate),
        "overshoot-pct": "15",
        "undershoot-pct": "100",
    }


X264 = Recipe(
    "libx264", IN_PLACE, at_ceiling=True, in_place=True, knows_time=False, configure=_x264
)
NVENC = Recipe(
    "h264_nvenc",
    IN_PLACE,
    at_ceiling=True,
    in_place=True,
    knows_time=False,
    configure=_nvenc,
    fallback=X264,
)
LIBVPX = Recipe(
    "libvpx", REOPENED, at_ceiling=False, in_place=False, knows_time=True, configure=_libvpx
)


def recipe_for(codec: str) -> Recipe:
    """The recipe for a codec by its name in SDP, ``H264`` or ``VP8``. It may block, once.

    Raises:
        ValueError: there is none.
    """
    if codec.upper() == "VP8":
        return LIBVPX
    if codec.upper() == "H264":
        return NVENC if opens(NVENC) else X264
    raise ValueError(f"no encoder for {codec!r}: VP8 and H264 are known")


@lru_cache(maxsize=4)
def opens(recipe: Recipe) -> bool:
    """Whether this machine can run that encoder: it is tried once."""
    frame = av.VideoFrame(256, 256, "yuv420p")
    try:
        VideoEncoder(recipe, 30).opened(frame, 500_000)
    except (av.FFmpegError, UnknownCodecError):
        return False
    return True


def _even(frame: av.VideoFrame) -> av.VideoFrame:
    width, height = frame.width & ~1, frame.height & ~1
    if not width or not height:
        raise ValueError(f"a frame of {frame.width}x{frame.height} has nothing to encode")
    if frame.format.name != "yuv420p" or (frame.width, frame.height) != (width, height):
        return frame.reformat(width=width, height=height, format="yuv420p")
    return frame
