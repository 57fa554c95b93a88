"""One frame of a replay and what is on it."""

from __future__ import annotations

from dataclasses import dataclass

from streaming.videofile import VideoFrame
from vision.motion import STILL, CameraMotion
from vision.types import Track


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame of a replay and what is on it."""

    frame: VideoFrame
    "The picture, and when."
    tracks: tuple[Track, ...]
    "What is followed, as of this frame."
    camera: tuple[float, float]
    "The picture's own motion a second."
    detected: bool
    "Whether the detector looked at this very frame."
    moved: CameraMotion = STILL
    "Where the static world went since the last frame that the detector looked at, if it did."
