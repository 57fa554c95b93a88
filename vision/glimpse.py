"""A glimpse: one picture that was looked at, with all that the assistant needs to know of it.

The pixel work of understanding is done here, in a worker, once for each picture that detections
came for; what follows from it is cheap and has no pixels to touch but a small grey copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vision.colour import colour_of
from vision.motion import CameraMotion
from vision.picture import Picture, Plane
from vision.sharpness import sharpness
from vision.types import Seconds, Track, TrackId

SMALL_WIDTH = 96
"""Pixels across the small grey copy."""

COLOUR_AGE = 1.0
"""Seconds after which an object's colour is looked at again."""


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """One picture, when it was taken, and what was on it."""

    picture: Picture
    "Read-only."
    t: Seconds
    "When it was captured."
    pts: int
    "The same in the 90 kHz media clock."
    tracks: tuple[Track, ...]
    "What was followed, as of ``t``."
    colours: Mapping[TrackId, str]
    "English colour names of the tracks; one that cannot be told is absent."
    motion: CameraMotion
    "Where the static world went in the picture since the glimpse before."
    small: Plane
    "(height, ``SMALL_WIDTH``) uint8: the picture in grey, aspect kept."
    sharpness: float
    "See ``vision.sharpness``: comparable between pictures of one scene."


class Noticer:
    """Makes glimpses. One camera's; not thread-safe."""

    def __init__(self) -> None:
        self._colours: dict[TrackId, tuple[Seconds, str]] = {}

    def notice(
        self,
        picture: Picture,
        t: Seconds,
        pts: int,
        tracks: tuple[Track, ...],
        motion: CameraMotion,
    ) -> Glimpse:
        """The glimpse of a picture. Takes some milliseconds."""
        self._look_at_colours(picture, t, tracks)
        colours = {id_: colour for id_, (_, colour) in self._colours.items() if colour}
        small = picture.grey(SMALL_WIDTH)
        return Glimpse(picture, t, pts, tracks, colours, motion, small, sharpness(picture))

    def _look_at_colours(self, picture: Picture, t: Seconds, tracks: tuple[Track, ...]) -> None:
        """Keeps the colours of the present tracks, and of no other."""
        before, self._colours = self._colours, {}
        for track in tracks:
            at, colour = before.get(track.id, (Seconds(-COLOUR_AGE), ""))
            if t - at >= COLOUR_AGE:
                at, colour = t, colour_of(picture, track.box) or colour
            self._colours[track.id] = (at, colour)
