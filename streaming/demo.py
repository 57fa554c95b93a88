"""``openeyes demo``: the built-in sample through the pipeline, into an annotated mp4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from streaming.frames import MEDIA_CLOCK
from streaming.replay import annotated, see
from streaming.sample import sample_camera
from streaming.videofile import VideoFrame, VideoWriter
from vision.picture import Picture
from vision.ports import Detector
from vision.types import Seconds
from vision.virtual_camera import VirtualCamera

DETECT_EVERY = 0.1
"""Seconds: what two cores reach live, so that the demo shows no more than they do."""


def demo(out: Path, detector: Detector, progress: Callable[[int | None], None]) -> int:
    """Writes the annotated sample; gives the number of frames.

    Raises:
        MediaError: the file cannot be written.
    """
    camera = sample_camera()
    progress(camera.frames)
    with VideoWriter(out, Fraction(camera.fps)) as writer:
        for seen in see(_frames(camera), detector, DETECT_EVERY):
            writer.write(annotated(seen, detector.labels), seen.frame.pts)
            progress(None)
    return camera.frames


def _frames(camera: VirtualCamera) -> Iterator[VideoFrame]:
    for index in range(camera.frames):
        t = index / camera.fps
        picture = Picture.from_bgr(camera.frame(index))
        yield VideoFrame(index, Seconds(t), round(t * MEDIA_CLOCK), picture)
