"""Reading and writing video files with PyAV: everything that ffmpeg reads, on the video's own time.

``read_frames`` gives pictures until the file ends or breaks; a break is raised after all that could
be read was given, so that callers keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import av
import av.container
import av.video
import cv2
import numpy as np

from streaming.frames import MEDIA_CLOCK, TIME_BASE, frame_of, picture_of
from vision.errors import MediaError
from vision.picture import Picture
from vision.types import Seconds

FALLBACK_FPS = 30
"""Where a file tells neither time stamps nor a rate."""

MIN_TICKS = 1
"""Between two frames: time stamps that stand still or run back are moved on by this."""

TEXT_ART = {"tty", "bin", "adf", "idf", "xbin"}
"""Formats by which ffmpeg takes any text for a film of characters."""

SLACK = 0.02
"""Share of its frames or seconds that a whole file may lack, by careless muxers."""

CRF = "23"
"""Constant rate factor of written H.264: visually clean at a moderate size."""

_TURNS = {
    90: cv2.ROTATE_90_COUNTERCLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_CLOCKWISE,
}


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One frame of a file."""

    index: int
    "From 0."
    t: Seconds
    "Since the first frame."
    pts: int
    "The same in the 90 kHz media clock."
    picture: Picture


class VideoReader:
    """The best video stream of a file.

    Raises:
        MediaError: there is no such file, it is no video, or it has no video stream.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._container = av.open(str(path))
        except (OSError, ValueError, av.FFmpegError) as error:
            raise MediaError(_unreadable(path, error)) from error
        if self._container.format.name in TEXT_ART:
            self._refuse("this is not a video that can be read")
        if not self._container.streams.video:
            self._refuse("there is no video stream in this file")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"

    def _refuse(self, why: str) -> NoReturn:
        self._container.close()
        raise MediaError(f"{self.path}: {why}")

    @property
    def frames_expected(self) -> int | None:
        """How many frames the file says it has, or None."""
        if self._stream.frames:
            return int(self._stream.frames)
        duration = self._container.duration
        return round(duration / av.time_base * self.fps) if duration else None

    @property
    def fps(self) -> Fraction:
        """Average frames a second."""
        return self._stream.average_rate or Fraction(FALLBACK_FPS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    def __iter__(self) -> Iterator[VideoFrame]:
        """Frames in order of time, upright.

        Raises:
            MediaError: the file breaks off or is damaged; what came before was given.
        """
        first: float | None = None
        last = -MIN_TICKS
        index = 0
        try:
            for frame in self._container.decode(self._stream):
                t = frame.time if frame.time is not None else float(index / self.fps)
                first = t if first is None else first
                pts = max(round((t - first) * MEDIA_CLOCK), last + MIN_TICKS)
                yield VideoFrame(index, Seconds(pts / MEDIA_CLOCK), pts, _upright(frame))
                last = pts
                index += 1
        except (av.FFmpegError, OSError) as error:
            raise MediaError(f"{self.path}: broken after {index} frames ({error})") from error
        if index == 0:
            raise MediaError(f"{self.path}: no frame could be decoded")
        self._check_whole(index, last / MEDIA_CLOCK)

    def _check_whole(self, frames: int, seconds: float) -> None:
        """Containers that tell how much there should be give a cut file away."""
        told = self._seconds_told()
        if frames < self._stream.frames * (1 - SLACK) - 1:
            raise MediaError(f"{self.path}: cut short: {frames} of {self._stream.frames} frames")
        if seconds < told * (1 - SLACK) - 1:
            raise MediaError(f"{self.path}: cut short: {seconds:.1f} of {told:.1f} seconds")

    def _seconds_told(self) -> float:
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        alone = len(self._container.streams) == 1
        return (self._container.duration or 0) / av.time_base if alone else 0.0


class VideoWriter:
    """An H.264 MP4 file; written under its name only when it is whole enough to play.

    Raises:
        MediaError: the file cannot be written.
    """

    def __init__(self, path: Path, fps: Fraction) -> None:
        self.path = path
        self._fps = fps
        self._partial = path.with_name(f".{path.name}.partial")
        self._stream: av.VideoStream | None = None
        try:
            self._partial.touch()
            self._container = av.open(
                str(self._partial), "w", format="mp4", options={"movflags": "+faststart"}
            )
        except (OSError, av.FFmpegError) as error:
            raise MediaError(f"{path} cannot be written: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, picture: Picture, pts: int) -> None:
        """Adds a frame; one of another size than the first is scaled to it."""
        if self._stream is None:
            self._stream = self._open_stream(picture)
        frame = frame_of(picture, pts)
        if (picture.width, picture.height) != (self._stream.width, self._stream.height):
            frame = frame.reformat(self._stream.width, self._stream.height)
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Finishes the file."""
        if self._stream is None:
            self._container.close()
            self._partial.unlink(missing_ok=True)
            return
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._partial.replace(self.path)

    def _open_stream(self, picture: Picture) -> av.VideoStream:
        options = {"crf": CRF, "preset": "veryfast"}
        stream = self._container.add_stream("libx264", rate=self._fps, options=options)
        stream.width, stream.height = picture.width, picture.height
        stream.pix_fmt = "yuv420p"
        stream.time_base = TIME_BASE
        stream.codec_context.time_base = TIME_BASE
        return stream


def _upright(frame: av.VideoFrame) -> Picture:
    turn = _TURNS.get(frame.rotation % 360)
    picture = picture_of(frame)
    if turn is None:
        return picture
    return Picture.from_bgr(np.asarray(cv2.rotate(picture.bgr(), turn), np.uint8))


def _unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path}: there is no such file"
    if isinstance(error, PermissionError):
        return f"{path}: this file may not be read by you"
    if path.is_dir():
        return f"{path}: this is a folder, not a video"
    return f"{path}: this is not a video that can be read"
