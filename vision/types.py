"""The nouns that every room shares.

Conventions, everywhere: positions and sizes are fractions of the picture (0…1, x to the right, y
down), boxes are ``(left, top, width, height)``, times are seconds of media time as ``float``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

Seconds = NewType("Seconds", float)
"""Media time: seconds since the first frame of the session or the file."""

TrackId = NewType("TrackId", int)
"""Counts from 1 within one session; never used again in it."""

Language = Literal["en", "zh"]
"""What people are spoken to in."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
"""All of them."""

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, width, height, fractions of the picture."""

Point: TypeAlias = tuple[float, float]
"""x, y, fractions of the picture."""

Quad: TypeAlias = tuple[Point, Point, Point, Point]
"""Four corners, clockwise from the one that is the top left to a reader."""

Boxes: TypeAlias = NDArray[np.float32]
"""(n, 4) float32: left, top, width, height, fractions of the picture."""


@dataclass(frozen=True, slots=True)
class Detections:
    """What a detector saw in one picture, best score first."""

    boxes: Boxes
    "(n, 4) float32: left, top, width, height, fractions of the picture."
    scores: NDArray[np.float32]
    "(n,) float32, 0…1."
    classes: NDArray[np.int32]
    "(n,) int32, indices into the detector's labels."

    @classmethod
    def empty(cls) -> Detections:
        """No detections."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int32))

    def __len__(self) -> int:
        return len(self.scores)

    def where(self, keep: NDArray[np.bool_]) -> Detections:
        """The detections for which ``keep`` (n,) is true."""
        return Detections(self.boxes[keep], self.scores[keep], self.classes[keep])


@dataclass(frozen=True, slots=True)
class Track:
    """One object as it is believed to be at one moment."""

    id: TrackId
    "Stable for as long as the object is followed."
    label: int
    "Index into the detector's labels; the class most of its detections spoke for."
    score: float
    "Score of the last detection that confirmed it, 0…1."
    box: tuple[float, float, float, float]
    "Left, top, width, height, fractions of the picture; may reach outside it."
    velocity: tuple[float, float]
    "Motion of the box's centre in the picture, fractions a second, camera motion included."
    seen: Seconds
    "How long ago, at the moment described, a detection last confirmed it."


Joints: TypeAlias = NDArray[np.float32]
"""(17, 3) float32: x, y and score (0…1) of the joints that ``vision.body.JOINTS`` names."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """How one person holds themselves, as found in one picture."""

    joints: Joints
    "Their x and y are fractions of the picture; joints may lie outside it."


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One line of text as a reader found it in one picture."""

    text: str
    "As read; one line, never empty."
    quad: Quad
    "Where, fractions of the picture."
    score: float
    "How sure the reader is, 0…1."


@dataclass(frozen=True, slots=True)
class SeenText:
    """A line of text that is followed from reading to reading: the same sign is one sign."""

    id: int
    "Counts from 1 within one session; never used again in it."
    text: str
    "The reading that is believed: the surest of the recent ones."
    quad: Quad
    "Where it was last, fractions of the picture."
    score: float
    "Of the believed reading, 0…1."
    first: Seconds
    "When it was first read."
    last: Seconds
    "When it was last read."
