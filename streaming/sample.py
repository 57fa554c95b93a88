"""The sample: a clip that needs no camera and whose every true box is known.

A virtual camera strolls through a small gallery of free photographs (``data/pictures``). The page
offers it as a source, ``openeyes demo`` draws on it, and tests and benchmarks measure against its
truth. Everything here blocks; a server calls it in a thread and keeps what it returns.
"""

from __future__ import annotations

import hashlib
import io
import itertools
from functools import lru_cache
from pathlib import Path
from typing import Final

import av
import cv2
import msgspec
import numpy as np
from av.codec.codec import UnknownCodecError
from av.video.reformatter import ColorRange, Colorspace

from streaming.gallery import Box, Gallery, Photograph, hang
from vision.errors import MediaError
from vision.frame_stamp import stamp
from vision.picture import Picture
from vision.virtual_camera import Image, Motion, View, VirtualCamera, hold, pan, tour

PICTURES = Path(__file__).parent / "data" / "pictures"
LISTING = "pictures.json"

WIDE = 900
"World pixels across the shorter side when two photographs share it."
PAN_SPAN = 720
"World pixels across the shorter side while panning at a steady speed."
REST = 0.35
"Seconds at each stop of the stroll."
TRAVEL = 1.15
"Seconds from one stop to the next."
SHAKE = 0.006
"A calm hand, as a part of the picture's shorter side: 3 pixels at 480."

MP4_OPTIONS = {"moov_size": str(64 << 10)}
"""Room for the index at the head of the file, so that it plays before it is whole. (``faststart``
does the same for files on disk only.)"""
ENCODER: Final = "libx264"
BIT_RATE = 2_000_000
KEY_FRAME_EVERY = 2
"Seconds."


class _Annotation(msgspec.Struct, frozen=True):
    label: str
    box: tuple[int, int, int, int]


class _Entry(msgspec.Struct, frozen=True):
    file: str
    sha256: str
    scale: float
    objects: list[_Annotation]


class _Listing(msgspec.Struct, frozen=True):
    pictures: list[_Entry]


def sample_camera(
    size: tuple[int, int] = (640, 480),
    fps: int = 30,
    *,
    speed: float | None = None,
    shake: float = SHAKE,
) -> VirtualCamera:
    """The camera of the sample.

    Args:
        size: width and height of its pictures, even.
        fps: frames per second.
        speed: None for a stroll with stops and zooms; otherwise a steady pan to and fro, in pixels
            of the picture per second, 0 for a camera that stays where it is.
        shake: amplitude of the hand's shake, as a part of the picture's shorter side.

    Raises:
        MediaError: a picture of the installation is missing or altered.
        ValueError: a side is odd, or a number is out of range.
    """
    if speed is not None and speed < 0:
        raise ValueError(f"a pan has a speed of 0 or more, not {speed}")
    gallery = _gallery()
    motion = _stroll(gallery, shake) if speed is None else _steady(gallery, size, speed, shake)
    return VirtualCamera(gallery.bgr, gallery.objects, motion, size=size, fps=fps)


def sample_mp4(size: tuple[int, int] = (640, 480), fps: int = 30) -> bytes:
    """One round of the stroll as an H.264 mp4, which can be looped and starts before it is whole.

    Raises:
        MediaError: a picture of the installation is missing or altered, or this build of PyAV
            has no H.264 encoder.
    """
    camera = sample_camera(size, fps)
    target = io.BytesIO()
    try:
        with av.open(target, "w", format="mp4", options=MP4_OPTIONS) as container:
            _encode(container, camera)
    except (av.FFmpegError, UnknownCodecError) as error:
        raise MediaError(f"the sample could not be encoded: {error}; reinstall av") from error
    return target.getvalue()


def write_y4m(path: Path, camera: VirtualCamera, *, stamped: bool = True) -> None:
    """Writes one round of the camera as uncompressed YUV4MPEG2, Chromium's fake camera's food.

    Frame ``i`` carries the number ``i`` (``vision.frame_stamp``) unless ``stamped`` is false.

    Raises:
        MediaError: the file cannot be written.
    """
    width, height = camera.size
    try:
        with path.open("wb") as file:
            file.write(f"YUV4MPEG2 W{width} H{height} F{camera.fps}:1 Ip A1:1 C420jpeg\n".encode())
            for index in range(camera.frames):
                file.write(b"FRAME\n")
                file.write(sample_picture(camera, index, stamped=stamped).i420.tobytes())
    except OSError as error:
        raise MediaError(f"{path} cannot be written: {error.strerror}") from error


def sample_picture(camera: VirtualCamera, index: int, *, stamped: bool = False) -> Picture:
    """Frame ``index`` as codecs hold it, with its number drawn in on demand."""
    bgr = camera.frame(index)
    if stamped:
        stamp(bgr, index % camera.frames)
    return Picture.from_bgr(bgr)


def _encode(container: av.container.OutputContainer, camera: VirtualCamera) -> None:
    stream = container.add_stream(ENCODER, rate=camera.fps, options={"preset": "ultrafast"})
    stream.width, stream.height = camera.size
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = BIT_RATE
    stream.gop_size = KEY_FRAME_EVERY * camera.fps
    for index in range(camera.frames):
        frame = av.VideoFrame.from_ndarray(sample_picture(camera, index).i420, "yuv420p")
        frame.colorspace = Colorspace.ITU601
        frame.color_range = ColorRange.MPEG
        frame.pts = index
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _stroll(gallery: Gallery, shake: float) -> Motion:
    """Along the wall and back: one photograph, it and the next, the next, and so on."""
    close = [_close(hung) for hung in gallery.prints]
    ahead: list[View] = []
    for here, there in itertools.pairwise(close):
        ahead += [here, View((here.x + there.x) / 2, (here.y + there.y) / 2, WIDE)]
    return tour([*ahead, close[-1], *ahead[:0:-1]], rest=REST, travel=TRAVEL, shake=shake)


def _steady(gallery: Gallery, size: tuple[int, int], speed: float, shake: float) -> Motion:
    ends = [_close(hung) for hung in (gallery.prints[0], gallery.prints[-1])]
    first, last = (View(end.x, end.y, PAN_SPAN) for end in ends)
    if speed == 0:
        return hold(first, shake=shake)
    return pan(first, last, speed=speed * PAN_SPAN / min(size), shake=shake)


def _close(hung: Box) -> View:
    """A look at one photograph that leaves out nothing of its longer side, in any orientation."""
    left, top, width, height = hung
    return View(left + width / 2, top + height / 2, max(width, height))


@lru_cache(maxsize=1)
def _gallery() -> Gallery:
    gallery = hang([_photograph(entry) for entry in _listing().pictures])
    gallery.bgr.setflags(write=False)
    return gallery


def _listing() -> _Listing:
    try:
        return msgspec.json.decode(_read(LISTING), type=_Listing)
    except msgspec.DecodeError as error:
        raise MediaError(f"{PICTURES / LISTING} is damaged: {error}; reinstall openeyes") from error


def _photograph(entry: _Entry) -> Photograph:
    data = _read(entry.file)
    if hashlib.sha256(data).hexdigest() != entry.sha256:
        raise MediaError(
            f"{PICTURES / entry.file} is not the file it should be; reinstall openeyes"
        )
    bgr: Image = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    return Photograph(bgr, tuple((thing.label, thing.box) for thing in entry.objects), entry.scale)


def _read(name: str) -> bytes:
    try:
        return (PICTURES / name).read_bytes()
    except OSError as error:
        raise MediaError(f"{PICTURES / name} cannot be read; reinstall openeyes") from error
