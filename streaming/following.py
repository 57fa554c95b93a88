"""One session's eye, as its workers use it: one call at a time, with all that there is to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streaming.lane import Sight
from vision.eye import Eye
from vision.motion import CameraMotion
from vision.picture import Picture
from vision.types import Detections, Seconds, Track
from vision.vocabulary import Share, told_once


@dataclass(frozen=True, slots=True)
class Shown:
    """The newest frame as it was looked at."""

    picture: Picture
    tracks: tuple[Track, ...]
    camera: tuple[float, float]
    "Its own motion a second, as `Eye.camera`."
    t: Seconds
    "Capture time, media clock."


@dataclass(frozen=True, slots=True)
class Taken:
    """What is known once a result of the detector was taken in."""

    used: bool
    "Whether it came in order."
    then: tuple[Track, ...]
    "As of the frame that was detected on."
    moved: CameraMotion
    "To that frame, from the one of the last result that was used."
    tracks: tuple[Track, ...]
    "As of the newest frame."
    camera: tuple[float, float]
    "Its own motion a second, as `Eye.camera`."
    detections: Detections
    "What of the result was wanted."


class Following:
    """Follows what one camera sees, of the labels that are wanted. Not thread-safe."""

    def __init__(self, labels: Sequence[str], given: int = 0) -> None:
        """``labels`` are the detector's; a ``Share`` of them can be added to.

        ``given`` is as for `Eye`.
        """
        self._labels = labels
        self._eye = Eye(labels, given=given)
        self._wanted: tuple[int, ...] | None = None
        self._used = Seconds(0)
        self.want(())

    def want(self, labels: Sequence[str]) -> None:
        """Follows only objects of these labels from here on.

        If there are none: of all, or of a ``Share`` those that are always looked for.

        Raises:
            ValueError: the detector knows no such label, or can look for no more.
        """
        if isinstance(self._labels, Share):
            self._labels.want(labels)
            self._wanted = self._labels.places
            return
        unknown = [label for label in labels if label not in self._labels]
        if unknown:
            raise ValueError(f"there is no label {unknown[0]!r}; hello lists those that there are")
        self._wanted = tuple(map(self._labels.index, labels)) or None

    @property
    def given(self) -> int:
        """The id that was given last."""
        return self._eye.given

    def restart(self, t: Seconds) -> None:
        """Begins anew with the frame at ``t``, as `Eye.restart`."""
        self._eye.restart(t)
        self._used = t

    def close(self) -> None:
        """Wants nothing any more."""
        if isinstance(self._labels, Share):
            self._labels.close()

    def look(self, picture: Picture, t: Seconds) -> Shown:
        """Looks at every frame."""
        self._eye.look(picture, t)
        return Shown(picture, self._eye.tracks_at(t), self._eye.camera, t)

    def take_in(self, sight: Sight, newest: Sight, detections: Detections) -> Taken:
        """Takes in every result of the detector, made of ``sight``."""
        wanted = self._wanted  # once: the loop may change it meanwhile
        if wanted is not None:
            detections = detections.where(np.isin(detections.classes, wanted))
        if isinstance(self._labels, Share):
            detections = told_once(detections)
        eye, refused, last = self._eye, self._eye.refused, self._used
        eye.detected(detections, sight.t)
        used = eye.refused == refused
        if used:
            self._used = sight.t
        then, moved = eye.tracks_at(sight.t), eye.motion(last, sight.t)
        return Taken(used, then, moved, eye.tracks_at(newest.t), eye.camera, detections)
