"""The scene: what is here, what was here, and what changed, from glimpse to glimpse.

Drive it so: ``Scene.update`` with every glimpse, in order; ``Scene.read`` with the text that is
being followed, whenever that changes; ``Scene.view`` for an immutable account of the moment. The
view is all that questions and standing instructions are answered from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import Literal

import numpy as np

from vision.glimpse import Glimpse
from vision.motion import CameraMotion
from vision.types import Box, Point, Seconds, SeenText, Track, TrackId

SETTLE = 0.3
"""Seconds that an object has to be followed before its coming counts as a change."""

ABSENT = 1.0
"""Seconds without an object after which its going counts as a change."""

MOST_DEPARTED = 256
"""Objects remembered that are no longer here; the longest gone are forgotten."""

MOST_CHANGES = 256
"""Changes remembered; the oldest are forgotten."""

MOVE_WINDOW = 2.0
"""Seconds over which ``moved`` is measured."""


FORGETTING = 0.05
"""What a second takes off an earlier score: what was plain to see is not doubtful at once."""


@dataclass(frozen=True, slots=True)
class SceneObject:
    """One object, here or gone."""

    id: TrackId
    "Stable for as long as it is followed."
    label: str
    "English class name."
    box: Box
    "Where it is, or was last; may reach outside the picture."
    velocity: tuple[float, float]
    "Motion of the box's centre in the picture, fractions a second, camera motion included."
    score: float
    "How sure the detector is, 0…1: its newest score, or an earlier one less `FORGETTING`."
    colour: str
    "English colour name, empty where it cannot be told."
    first: Seconds
    "When it was first seen."
    last: Seconds
    "When it was last seen: a detection confirmed it."
    moved: float
    "How far its centre got by itself in the last two seconds, in diagonals of its own box."
    way: Point = (0.0, 0.0)
    "The same along x and y: which way it went, camera motion taken out."

    @property
    def centre(self) -> Point:
        """Middle of its box."""
        left, top, width, height = self.box
        return left + width / 2, top + height / 2


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened in the scene."""

    kind: Literal["came", "went"]
    "What happened."
    at: Seconds
    "When: first seen, or last seen."
    what: SceneObject
    "To whom."


@dataclass(frozen=True, slots=True)
class SceneView:
    """The scene at one moment."""

    t: Seconds
    "Which moment: the capture time of the newest glimpse."
    began: Seconds
    "When the scene was first looked at."
    objects: tuple[SceneObject, ...] = ()
    "What is here, by id."
    departed: tuple[SceneObject, ...] = ()
    "What was here, the latest gone first; `MOST_DEPARTED` at most."
    texts: tuple[SeenText, ...] = ()
    "Text that is here, in reading order."
    past_texts: tuple[SeenText, ...] = ()
    "Text that was here, the latest gone first."
    changes: tuple[Change, ...] = ()
    "Newest first; `MOST_CHANGES` at most."


@dataclass(slots=True)
class _Stay:
    """One object while it is here."""

    now: SceneObject
    path: deque[tuple[Seconds, float, float]]
    "Its own steps: when, and how far along x and y in diagonals of its box."
    announced: bool = False


class Scene:
    """The scene before one camera. Not thread-safe."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._began: Seconds | None = None
        self._t = Seconds(0)
        self._here: dict[TrackId, _Stay] = {}
        self._missing: dict[TrackId, _Stay] = {}
        self._departed: deque[SceneObject] = deque(maxlen=MOST_DEPARTED)
        self._changes: deque[Change] = deque(maxlen=MOST_CHANGES)
        self._texts: tuple[SeenText, ...] = ()
        self._past_texts: tuple[SeenText, ...] = ()

    def update(self, glimpse: Glimpse) -> None:
        """Takes in the next glimpse."""
        self._t = glimpse.t
        self._began = glimpse.t if self._began is None else self._began
        present = {track.id: track for track in glimpse.tracks}
        for id_ in self._here.keys() - present.keys():
            self._missing[id_] = self._here.pop(id_)
        for track in glimpse.tracks:
            self._see(track, glimpse)
        self._let_go()

    def read(self, present: Iterable[SeenText], past: Iterable[SeenText]) -> None:
        """Takes in what text is here, in reading order, and what was here, latest gone first."""
        self._texts, self._past_texts = tuple(present), tuple(past)

    def view(self) -> SceneView:
        """The scene as of the newest glimpse."""
        return SceneView(
            t=self._t,
            began=self._t if self._began is None else self._began,
            objects=tuple(stay.now for _, stay in sorted(self._here.items())),
            departed=(*self._just_gone(), *self._departed),
            texts=self._texts,
            past_texts=self._past_texts,
            changes=tuple(self._changes),
        )

    def _just_gone(self) -> tuple[SceneObject, ...]:
        gone = (stay.now for stay in self._missing.values() if stay.announced)
        return tuple(sorted(gone, key=lambda each: -each.last))

    def _see(self, track: Track, glimpse: Glimpse) -> None:
        label = self._labels[track.label]
        stay = self._here.get(track.id)
        if stay is not None:
            _step(stay, track, glimpse, label, _own_step(stay.now, track, glimpse.motion))
        elif track.id in self._missing:
            # How the camera moved since it was last followed is not known any more.
            stay = self._missing.pop(track.id)
            _step(stay, track, glimpse, label, (0.0, 0.0))
        else:
            stay = _Stay(_newcomer(track, label, glimpse), deque())
        self._here[track.id] = stay
        if not stay.announced and glimpse.t - stay.now.first >= SETTLE:
            stay.announced = True
            self._changes.appendleft(Change("came", stay.now.first, stay.now))

    def _let_go(self) -> None:
        gone = [id_ for id_, stay in self._missing.items() if self._t - stay.now.last >= ABSENT]
        for id_ in gone:
            stay = self._missing.pop(id_)
            if stay.announced:
                self._departed.appendleft(stay.now)
                self._changes.appendleft(Change("went", stay.now.last, stay.now))


def _newcomer(track: Track, label: str, glimpse: Glimpse) -> SceneObject:
    return SceneObject(
        id=track.id,
        label=label,
        box=track.box,
        velocity=track.velocity,
        score=track.score,
        colour=glimpse.colours.get(track.id, ""),
        first=glimpse.t,
        last=Seconds(glimpse.t - track.seen),
        moved=0.0,
    )


def _step(stay: _Stay, track: Track, glimpse: Glimpse, label: str, own: Point) -> None:
    since = glimpse.t - (stay.path[-1][0] if stay.path else stay.now.first)
    stay.path.append((glimpse.t, *own))
    while stay.path[0][0] < glimpse.t - MOVE_WINDOW:
        stay.path.popleft()
    way = sum(x for _, x, _ in stay.path), sum(y for _, _, y in stay.path)
    stay.now = replace(
        _newcomer(track, label, glimpse),
        score=max(track.score, stay.now.score - FORGETTING * since),
        colour=glimpse.colours.get(track.id, stay.now.colour),
        first=stay.now.first,
        moved=hypot(*way),
        way=way,
    )


def _own_step(before: SceneObject, after: Track, motion: CameraMotion) -> Point:
    """How far an object moved by itself, along x and y, in diagonals of its box."""
    x, y = motion.points(np.array([before.centre]))[0].tolist()
    left, top, width, height = after.box
    diagonal = max(hypot(width, height), 1e-6)
    return (left + width / 2 - x) / diagonal, (top + height / 2 - y) / diagonal
