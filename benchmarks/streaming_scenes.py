"""Videos whose truth is known, for the benchmark of streaming accuracy.

The sample's photographs, which stand still before a camera that pans or shakes; and people who
walk, in labelled videos, as they are and through a window that sweeps or shakes over them. The
same arguments give the same pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from labelled import Labelled, load_all
from numpy.typing import NDArray

from models import coco
from streaming.sample import sample_camera
from vision.picture import Picture
from vision.types import Boxes, Seconds

SPEEDS = (0, 200, 400)
"Pixels of the picture a second: of the sample steadily, of the sweeping window at its fastest."
SHAKE, STROLL = "shake", "stroll"
PANS = (*map(str, SPEEDS), SHAKE, STROLL)
"How the camera moves: at a speed, as in a hand, or from picture to picture."
SHAKE_PEAK = 12.0
"Pixels that hand shake moves the picture at most, in x and in y."
SHAKE_HERTZ = (0.8, 5.5)
"Hand shake is a mixture of swings of such frequencies."
SHAKE_SWINGS = 6
SHAKE_SEED = 4
SAMPLE_FRAMES = 150
WINDOW = (480, 360)
"Width and height of the window that sweeps over labelled videos."
SAMPLE_SIZE = (640, 480)
SEEN_ENOUGH = 0.5
"Objects with less of their box in the picture need not be found, and may be."
PERSON = coco.LABELS.index("person")

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a scene."""

    picture: Picture
    t: Seconds
    boxes: Boxes
    "(n, 4) the true objects, clipped to the picture; fractions."
    labels: NDArray[np.int32]
    "(n,) their classes, indices into COCO's."
    demanded: NDArray[np.bool_]
    "(n,) whether enough of each is in the picture for it to count."


@dataclass(frozen=True, slots=True)
class _Truth:
    """What is in a picture of which a part is shown."""

    boxes: NDArray[np.float64]
    "(n, 4) pixels."
    labels: NDArray[np.int32]
    demanded: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scene:
    """A video and its truth."""

    source: str
    "``sample``, or the name of a labelled sequence."
    pan: str
    "Pixels a second at which the camera pans, ``shake``, or ``stroll``."
    moments: list[Moment]
    labels: frozenset[int]
    "The classes that are looked for; empty means all."


def scenes(mot: Path | None, pans: Collection[str] = PANS) -> Iterator[Scene]:
    """The scenes with these ``pans``: of the sample, and of the labelled sequences in ``mot``."""
    for pan in PANS:
        if pan in pans:
            yield Scene("sample", pan, list(_sample(pan)), frozenset())
    for video in load_all(mot, detect=False) if mot else []:
        for pan in PANS:
            if pan in pans and pan != STROLL:
                yield Scene(video.name, pan, list(_people(video, pan)), frozenset({PERSON}))


def hand(t: float) -> tuple[float, float]:
    """Where hand shake has moved the picture to at ``t``: x, y, pixels, `SHAKE_PEAK` at most."""
    chance = np.random.default_rng(SHAKE_SEED)
    hertz = chance.uniform(*SHAKE_HERTZ, (2, SHAKE_SWINGS))
    phase = chance.uniform(0, 2 * np.pi, (2, SHAKE_SWINGS))
    # Slower swings reach further, as those of an arm do.
    reach = SHAKE_PEAK / hertz / (1 / hertz).sum(axis=1, keepdims=True)
    x, y = (reach * np.sin(2 * np.pi * hertz * t + phase)).sum(axis=1)
    return float(x), float(y)


def _sample(motion: str) -> Iterator[Moment]:
    shaken = motion == SHAKE
    room = 2 * round(SHAKE_PEAK + 2) if shaken else 0
    size = (SAMPLE_SIZE[0] + room, SAMPLE_SIZE[1] + room)
    camera = sample_camera(size, speed=_speed(motion))
    for index in range(SAMPLE_FRAMES):
        t = Seconds(index / camera.fps)
        truth = [thing for thing in camera.truth(index) if thing.label in coco.LABELS]
        boxes = np.array([thing.box for thing in truth], np.float64).reshape(-1, 4) * (size * 2)
        labels = np.array([coco.LABELS.index(thing.label) for thing in truth], np.int32)
        x, y = hand(t) if shaken else (0.0, 0.0)
        corner = (room / 2 + x, room / 2 + y)
        whole = np.array([not thing.partly for thing in truth], np.bool_)
        true = _Truth(boxes, labels, whole)
        yield _framed(camera.frame(index), t, true, corner, SAMPLE_SIZE)


def _speed(motion: str) -> float | None:
    """Of the sample's camera, pixels a second; None where it strolls."""
    if motion == STROLL:
        return None
    return 0.0 if motion == SHAKE else float(motion)


def _people(video: Labelled, pan: str) -> Iterator[Moment]:
    if pan == PANS[0]:
        return _street(video)
    if pan == SHAKE:
        return _window(video, lambda _room, t: hand(t))
    return _window(video, _sweep(float(pan)))


def _street(video: Labelled) -> Iterator[Moment]:
    for frame, picture in enumerate(video.pictures):
        size = (picture.width, picture.height)
        boxes = _clipped(video.truth[frame].boxes / (size * 2))[0]
        people = len(boxes)
        yield Moment(
            picture,
            Seconds(frame / video.rate),
            boxes,
            np.full(people, PERSON, np.int32),
            np.ones(people, np.bool_),
        )


Corner = Callable[[float, float], tuple[float, float]]
"""Where a window is, off its middle, pixels: of how far it can go to a side, and of the time."""


def _window(video: Labelled, corner: Corner) -> Iterator[Moment]:
    room = np.subtract((video.pictures[0].width, video.pictures[0].height), WINDOW) / 2
    for frame, whole in enumerate(video.pictures):
        t = Seconds(frame / video.rate)
        x, y = np.add(room, corner(float(room[0]), t))
        boxes = video.truth[frame].boxes
        labels = np.full(len(boxes), PERSON, np.int32)
        true = _Truth(boxes, labels, np.ones(len(boxes), np.bool_))
        yield _framed(whole.bgr(), t, true, (float(x), float(y)), WINDOW)


def _sweep(speed: float) -> Corner:
    def corner(room: float, t: float) -> tuple[float, float]:
        return room * float(np.sin(speed / room * t)), 0.0

    return corner


def _framed(
    bgr: Image, t: Seconds, truth: _Truth, corner: tuple[float, float], size: tuple[int, int]
) -> Moment:
    """A part of a picture, its corner between pixels."""
    centre = (corner[0] + (size[0] - 1) / 2, corner[1] + (size[1] - 1) / 2)
    part = np.asarray(cv2.getRectSubPix(bgr, size, centre), np.uint8)
    shown, enough = _clipped((truth.boxes - (*corner, 0, 0)) / (size * 2))
    inside, demanded = shown[:, 2:].all(axis=1), truth.demanded & enough
    return Moment(Picture.from_bgr(part), t, shown[inside], truth.labels[inside], demanded[inside])


def _clipped(boxes: NDArray[np.float64]) -> tuple[Boxes, NDArray[np.bool_]]:
    """The parts in the picture, and whether they are enough of each."""
    low = np.clip(boxes[:, :2], 0, 1)
    sides = np.clip(boxes[:, :2] + boxes[:, 2:], 0, 1) - low
    enough = sides.prod(axis=1) >= SEEN_ENOUGH * boxes[:, 2:].prod(axis=1)
    return np.hstack([low, sides]).astype(np.float32), enough
