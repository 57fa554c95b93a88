"""A stage: photographs on cards come and go before a wall, and every moment of it is known.

A ``Clip`` has actors (cards with a path each), a camera (``vision.virtual_camera``) and a length;
``frames()`` films it, ``truth(t)`` tells what is in the picture, ``events()`` when what came or
went. Cards are made by ``stage_cards``. The same clip gives the same pixels every time.

World pixels: x to the right, y down, the wall ``WORLD`` large. The camera of ``still()`` looks at
its middle, one world pixel to a pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil, floor
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from stage_cards import WORLD, Card, wall

from streaming.frames import MEDIA_CLOCK
from streaming.videofile import VideoFrame
from vision.picture import Picture
from vision.types import Box, Seconds
from vision.virtual_camera import Image, Motion, TrueObject, View, hold, pan

SIZE = (640, 480)
"Width and height of the pictures."
MIDDLE = (WORLD[0] / 2, WORLD[1] / 2)
NOISE = 2.0
"Standard deviation of the sensor's noise, grey levels."
SAMPLES = 48
"Points along each side of an object at which is asked whether it can be seen."
IN_SIGHT = 0.5
"A thing has come when this part of it can be seen."
OUT_OF_SIGHT = 0.02
"And is gone when less than this part of it can."

Path = Callable[[float], tuple[float, float] | None]
"""Where the centre of a card is at a time, world pixels; None while it is not on stage."""


@dataclass(frozen=True, slots=True, eq=False)
class Actor:
    """A card and where it goes."""

    card: Card
    path: Path


@dataclass(frozen=True, slots=True)
class TrueEvent:
    """Something that happened, at a known time."""

    kind: Literal["came", "went"]
    "What."
    label: str
    "English class name."
    since: Seconds
    "Time of the first frame that shows anything of it, or less than half of it any more."
    at: Seconds
    "Time of the first frame that shows half of it, or nothing any more."
    id: int
    "Number of the actor, from 1."


def still(shake: float = 0.0) -> Motion:
    """A camera on the middle of the wall; ``shake`` as a part of the picture's shorter side."""
    return hold(View(*MIDDLE, SIZE[1]), shake=shake)


def panning(speed: float, reach: float = 500, shake: float = 0.0) -> Motion:
    """To and fro, ``reach`` world pixels to each side, at ``speed`` of them a second."""
    x, y = MIDDLE
    return pan(View(x - reach, y, SIZE[1]), View(x + reach, y, SIZE[1]), speed=speed, shake=shake)


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A scene to film. Actors that come later in the list stand in front."""

    name: str
    seconds: float
    actors: tuple[Actor, ...]
    camera: Motion = field(default_factory=still)
    fps: int = 30

    def frames(self) -> Iterator[VideoFrame]:
        """Films it, frame by frame."""
        for index in range(round(self.seconds * self.fps)):
            pts = round(index * MEDIA_CLOCK / self.fps)
            t = Seconds(pts / MEDIA_CLOCK)
            yield VideoFrame(index, t, pts, Picture.from_bgr(self._noisy(self._film(t), index)))

    def truth(self, t: float) -> tuple[TrueObject, ...]:
        """What can be seen at a time; ``id`` is the number of the actor."""
        window = self._window(t)
        seen = (self._seen(number, t, window) for number in range(len(self.actors)))
        return tuple(thing for thing in seen if thing is not None)

    def events(self) -> tuple[TrueEvent, ...]:
        """Everything that comes or goes after the first frame, in order."""
        times = [Seconds(index / self.fps) for index in range(round(self.seconds * self.fps))]
        seen = [{thing.id: thing.visible for thing in self.truth(t)} for t in times]
        events: list[TrueEvent] = []
        for number, actor in enumerate(self.actors, 1):
            visible = [shown.get(number, 0.0) for shown in seen]
            events += _comings_and_goings(actor.card.label, number, times, visible)
        return tuple(sorted(events, key=lambda event: event.at))

    def _window(self, t: float) -> tuple[float, float, float]:
        """Picture pixels per world pixel, and the world's point at the picture's corner."""
        view = self.camera.view(Seconds(t))
        scale = min(SIZE) / view.span
        return scale, view.x - SIZE[0] / scale / 2, view.y - SIZE[1] / scale / 2

    def _film(self, t: float) -> Image:
        scale, x, y = self._window(t)
        picture = _warped(wall(), (-x, -y), scale, SIZE, cv2.BORDER_REPLICATE)
        for actor in self.actors:
            where = _corner(actor, t)
            if where is not None:
                _paste(picture, actor.card.bgr, (where[0] - x, where[1] - y), scale)
        return picture

    def _noisy(self, picture: Image, index: int) -> Image:
        grain = _noise()
        rows, columns = np.random.default_rng(index).integers(0, 64, 2)
        part = grain[rows : rows + SIZE[1], columns : columns + SIZE[0]]
        return np.asarray(np.clip(picture + part, 0, 255), np.uint8)

    def _seen(self, number: int, t: float, window: tuple[float, float, float]) -> TrueObject | None:
        thing = _thing_box(self.actors[number], t)
        if thing is None or not self.actors[number].card.label:
            return None
        scale, x, y = window
        sight = (x, y, SIZE[0] / scale, SIZE[1] / scale)
        before = (_card_box(actor, t) for actor in self.actors[number + 1 :])
        visible = _visible(thing, sight, [box for box in before if box is not None])
        if visible <= 0:
            return None
        return TrueObject(
            number + 1, self.actors[number].card.label, _within(thing, sight), visible
        )


def at(x: float, y: float, *, start: float = 0.0, end: float = float("inf")) -> Path:
    """Stands there, from ``start`` until ``end``; (x, y) from the middle of the wall."""
    return lambda t: (MIDDLE[0] + x, MIDDLE[1] + y) if start <= t < end else None


def along(*stops: tuple[float, float, float]) -> Path:
    """From stop to stop, each (time, x, y), at steady speed; at rest before the first and later.

    (x, y) count from the middle of the wall.
    """
    times, xs, ys = (np.array(column, np.float64) for column in zip(*stops, strict=True))

    def path(t: float) -> tuple[float, float]:
        return (
            MIDDLE[0] + float(np.interp(t, times, xs)),
            MIDDLE[1] + float(np.interp(t, times, ys)),
        )

    return path


@lru_cache(maxsize=1)
def _noise() -> NDArray[np.float32]:
    shape = (SIZE[1] + 64, SIZE[0] + 64, 3)
    return np.random.default_rng(3).normal(0, NOISE, shape).astype(np.float32)


def _warped(
    source: Image, shift: tuple[float, float], scale: float, size: tuple[int, int], border: int
) -> Image:
    # Pixel centres, not corners, are what warpAffine maps.
    x, y = (scale * (side + 0.5) - 0.5 for side in shift)
    matrix = np.array([[scale, 0, x], [0, scale, y]])
    warped = cv2.warpAffine(source, matrix, size, flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(warped, np.uint8)


def _paste(picture: Image, card: Image, shift: tuple[float, float], scale: float) -> None:
    """Lays a card over the picture, with soft edges where they fall between pixels."""
    rows = _stretch(shift[1] * scale, card.shape[0] * scale, SIZE[1])
    columns = _stretch(shift[0] * scale, card.shape[1] * scale, SIZE[0])
    part = picture[rows, columns]
    if not part.size:
        return
    size = (part.shape[1], part.shape[0])
    offset = (shift[0] - columns.start / scale, shift[1] - rows.start / scale)
    cover = np.full(card.shape[:2], 255, np.uint8)
    share = _warped(cover, offset, scale, size, cv2.BORDER_CONSTANT)[..., None] / np.float32(255)
    laid = _warped(card, offset, scale, size, cv2.BORDER_REPLICATE)
    part[:] = np.round(part * (1 - share) + laid * share)


def _stretch(start: float, length: float, side: int) -> slice:
    """Pixels that a stretch touches, inside the picture."""
    return slice(max(0, floor(start)), max(0, min(side, ceil(start + length) + 1)))


def _comings_and_goings(
    label: str, number: int, times: list[Seconds], visible: list[float]
) -> Iterator[TrueEvent]:
    """What happens to one actor, from the part of it that is visible in each frame."""
    there, since = visible[0] >= IN_SIGHT, times[0]
    for t, before, share in zip(times[1:], visible, visible[1:], strict=False):
        if (there and share < IN_SIGHT <= before) or (not there and before == 0 < share):
            since = t
        if there and share < OUT_OF_SIGHT:
            yield TrueEvent("went", label, since, t, number)
        elif not there and share >= IN_SIGHT:
            yield TrueEvent("came", label, since, t, number)
        else:
            continue
        there = not there


def _corner(actor: Actor, t: float) -> tuple[float, float] | None:
    centre = actor.path(t)
    if centre is None:
        return None
    height, width = actor.card.bgr.shape[:2]
    return centre[0] - width / 2, centre[1] - height / 2


def _card_box(actor: Actor, t: float) -> Box | None:
    corner = _corner(actor, t)
    return corner and (*corner, float(actor.card.bgr.shape[1]), float(actor.card.bgr.shape[0]))


def _thing_box(actor: Actor, t: float) -> Box | None:
    corner = _corner(actor, t)
    if corner is None:
        return None
    left, top, width, height = actor.card.box
    return corner[0] + left, corner[1] + top, width, height


def _visible(thing: Box, sight: Box, before: Sequence[Box]) -> float:
    """Part of a thing that lies in sight and behind nothing."""
    steps = (np.arange(SAMPLES) + 0.5) / SAMPLES
    x, y = np.meshgrid(thing[0] + thing[2] * steps, thing[1] + thing[3] * steps)
    clear = _inside(x, y, sight)
    for box in before:
        clear &= ~_inside(x, y, box)
    return float(clear.mean())


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    left, top, width, height = box
    return np.asarray((x >= left) & (x < left + width) & (y >= top) & (y < top + height))


def _within(thing: Box, sight: Box) -> Box:
    """The part of a box that is in sight, fractions of the picture."""
    left, top = max(thing[0], sight[0]), max(thing[1], sight[1])
    right = min(thing[0] + thing[2], sight[0] + sight[2])
    bottom = min(thing[1] + thing[3], sight[1] + sight[3])
    width, height = sight[2], sight[3]
    return (
        (left - sight[0]) / width,
        (top - sight[1]) / height,
        (right - left) / width,
        (bottom - top) / height,
    )
