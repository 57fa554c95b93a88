"""Films for ``keyframes``: every moment at which something happens in them is known.

A ``Film`` is a clip of ``stage_clips`` with what cameras do to pictures on top: an exposure that
drifts, lights that are switched, blur in passing. Its events are times from which on a picture
shows an outcome. Ten pictures a second, each of which the detector sees. ``keyframe_scripts``
writes films.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import inf, pi, sin
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from stage_clips import Clip

from streaming.sample import sample_camera
from streaming.videofile import VideoFrame
from vision.picture import Picture
from vision.virtual_camera import VirtualCamera

Kind = Literal["comes", "goes", "exchanged", "text", "cut", "light", "into view"]

FPS = 10
SHAKE = 0.006
"Of a calm hand, as a part of the picture's shorter side."
READ_AFTER = 0.6
"Seconds after which a reader has read a new text: simulated."
DRIFT = (0.35, 9.0)
"Of the exposure: stops up and down, seconds of a round."
DIMMED = 0.5
"Part of the light that is left when it is switched off."


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a model should be shown."""

    kind: Kind
    "What happened."
    at: float
    "Time of the first picture that shows the outcome."
    until: float = inf
    "Time from which on it is undone."


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A clip, its events, and what the camera does to its pictures."""

    clip: Clip
    events: tuple[Event, ...]
    blurs: tuple[tuple[float, float], ...] = ()
    "From, until: pictures within are blurred."
    dark: tuple[tuple[float, float], ...] = ()
    "From, until: the light is off."
    cuts: tuple[tuple[float, float], ...] = ()
    "From, until: another place altogether is shown."

    def frames(self) -> Iterator[VideoFrame]:
        """Films it."""
        for frame in self.clip.frames():
            elsewhere = within(frame.t, self.cuts)
            bgr = _elsewhere().frame(frame.index) if elsewhere else frame.picture.bgr()
            yield VideoFrame(frame.index, frame.t, frame.pts, self._taken(bgr, frame.t))

    def text_read(self, before: float, t: float) -> bool:
        """Whether a reader has told of a new text after one picture and up to the next."""
        told = (event.at + READ_AFTER for event in self.events if event.kind == "text")
        return any(before < each <= t for each in told)

    def _taken(self, bgr: NDArray[np.uint8], t: float) -> Picture:
        stops, period = DRIFT
        light = bgr * np.float32(2 ** (stops * sin(2 * pi * t / period)))
        if within(t, self.dark):
            light *= _lamp()
        if within(t, self.blurs):
            light = _smeared(light)
        return Picture.from_bgr(np.clip(light, 0, 255).astype(np.uint8))


def within(t: float, stretches: tuple[tuple[float, float], ...]) -> bool:
    """Whether a time lies in one of the stretches."""
    return any(start <= t < end for start, end in stretches)


def _smeared(light: NDArray[np.float32]) -> NDArray[np.float32]:
    """As if the camera had jerked: smeared along a diagonal, with fresh noise."""
    kernel = np.asarray(np.eye(17), np.float32) / 17
    noise = np.random.default_rng(1).normal(0, 2, light.shape).astype(np.float32)
    return np.asarray(cv2.filter2D(light, -1, kernel), np.float32) + noise


@lru_cache(maxsize=1)
def _lamp() -> NDArray[np.float32]:
    """(480, 640, 1): what is left without the lamp, which stood to the left."""
    across = np.linspace(DIMMED, (1 + DIMMED) / 2, 640, dtype=np.float32)
    return np.broadcast_to(across[None, :, None], (480, 640, 1))


@lru_cache(maxsize=1)
def _elsewhere() -> VirtualCamera:
    return sample_camera(fps=FPS, speed=0, shake=SHAKE)
