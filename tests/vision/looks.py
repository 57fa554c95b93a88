"""What tests of the assistant look at: scenes of noise, each with a number of its own."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import cv2
import numpy as np

from vision.dealings import Noticed
from vision.glimpse import SMALL_WIDTH, Glimpse
from vision.keyframes import KeyFramePolicy
from vision.motion import STILL, CameraMotion
from vision.picture import Picture
from vision.types import Box, Seconds, Track, TrackId

LABELS = ("person", "cup", "dog", "car")
SIZE = (96, 72)


@lru_cache
def scene(number: int) -> Picture:
    """Another number is another place altogether."""
    coarse = np.random.default_rng(number).integers(0, 256, (9, 12, 3), np.uint8)
    return Picture.from_bgr(np.asarray(cv2.resize(coarse, SIZE), np.uint8))


class Looks:
    """Makes of glimpses what the assistant is told of them."""

    def __init__(self) -> None:
        self._policy = KeyFramePolicy()

    def notice(self, seen: Glimpse, *, text_changed: bool = False) -> Noticed:
        key = self._policy.consider(seen, text_changed=text_changed, now=seen.t)
        return Noticed(seen, key, self._policy.newest_sharp(seen.t) or seen)


def track(number: int, label: str = "person", box: Box = (0.4, 0.3, 0.2, 0.4)) -> Track:
    return Track(TrackId(number), LABELS.index(label), 0.9, box, (0.0, 0.0), Seconds(0))


def glimpse(
    t: float,
    tracks: Iterable[Track] = (),
    *,
    place: int = 0,
    sharpness: float = 1.0,
    motion: CameraMotion = STILL,
    colours: dict[int, str] | None = None,
) -> Glimpse:
    picture = scene(place)
    named = {TrackId(number): colour for number, colour in (colours or {}).items()}
    small = picture.grey(SMALL_WIDTH)
    return Glimpse(
        picture, Seconds(t), round(t * 90_000), tuple(tracks), named, motion, small, sharpness
    )
