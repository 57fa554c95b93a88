"""Poses of followed people: whom to look at, and how what was found stays with them.

A pose is found now and then, and late. It is kept as fractions of the person's box, and goes where
the box goes until another is found, or until it is too old to be true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np

from vision.types import Box, Joints, Pose, Seconds, Track, TrackId

PERSON = "person"
"""The label whose objects have joints."""

MOST_PEOPLE = 6
"""In one picture; the largest are looked at."""

LEAST_PERSON = 32
"""Pixels of the longer side of a box: of a smaller person no joint can be told."""

SEEN_WITHIN = 0.5
"""Seconds since a detection last confirmed a person: one that is lost is not where the box is."""

LASTS = 0.8
"""Seconds after its picture that a pose is believed: four times what passes between two."""

People = tuple[tuple[TrackId, Box], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """How a followed person holds themselves, so far as is known."""

    joints: Joints
    "Their x and y are fractions of the track's box: 0, 0 its top left, 1, 1 its bottom right."
    age: Seconds
    "Since the picture in which they were found."


def people(tracks: Sequence[Track], labels: Sequence[str], size: tuple[int, int]) -> People:
    """Whom to find the poses of, the largest first; ``size`` is the picture's, in pixels."""
    found = [
        track
        for track in tracks
        if 0 <= track.label < len(labels)
        and labels[track.label] == PERSON
        and track.seen <= SEEN_WITHIN
        and _is_visible(track.box, size)
    ]
    found.sort(key=lambda track: -track.box[2] * track.box[3])
    return tuple((track.id, track.box) for track in found[:MOST_PEOPLE])


class Postures:
    """The last pose of everyone. `learn` from one thread; `at` from any."""

    def __init__(self) -> None:
        self._known: Mapping[TrackId, tuple[Seconds, Joints]] = {}

    def learn(self, t: Seconds, whom: People, poses: Sequence[Pose]) -> None:
        """Takes in what was found in the picture at ``t``, and drops what is too old by then."""
        kept = {id_: each for id_, each in self._known.items() if t - each[0] <= LASTS}
        for (id_, box), pose in zip(whom, poses, strict=True):
            kept[id_] = (t, _within(box, pose.joints))
        self._known = kept  # one step, for those who read it meanwhile

    def at(self, tracks: Sequence[Track], t: Seconds) -> dict[TrackId, Posture]:
        """The postures of these tracks as of ``t``; who has none, or an old one, is left out."""
        known, found = self._known, {}
        for track in tracks:
            since, joints = known.get(track.id, (None, None))
            if since is not None and joints is not None and t - since <= LASTS:
                found[track.id] = Posture(joints, Seconds(max(0.0, t - since)))
        return found


def _is_visible(box: Box, size: tuple[int, int]) -> bool:
    left, top, width, height = box
    if not all(isfinite(side) for side in box) or width <= 0 or height <= 0:
        return False
    if max(width * size[0], height * size[1]) < LEAST_PERSON:
        return False
    return left < 1 and top < 1 and left + width > 0 and top + height > 0


def _within(box: Box, joints: Joints) -> Joints:
    inside = joints.copy()
    inside[:, :2] = (joints[:, :2] - np.array(box[:2])) / np.array(box[2:])
    return inside
