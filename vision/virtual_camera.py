"""A camera that never was: it pans, zooms and shakes over a painted world.

Whatever it films, the true box of every object in every frame is known exactly, since the only
thing that moves is the camera and its motion is a formula. The same arguments give the same
pixels; the motion repeats after ``period`` without a seam.

Driving it: build one with a world, its objects and a ``Motion``; ``frame(i)`` and ``truth(i)`` are
pure and may be asked for in any order, from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import asin, cos, hypot, pi, sin
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.types import Seconds

Image: TypeAlias = NDArray[np.uint8]

WHOLE_ENOUGH = 0.8
"An object with less of its area in the picture counts as partly visible."
ROUNDING = 0.97
"How close a steady pan comes to a pure zigzag, below 1: what is missing rounds its two turns."
SWAY = ((0.31, 0.62, 0.5), (0.73, 0.36, 2.1), (1.9, 0.14, 4.0), (5.3, 0.05, 1.2))
"Hand shake: frequency in Hz, part of the amplitude, phase."


@dataclass(frozen=True, slots=True)
class WorldObject:
    """Something that stands still in the world."""

    id: int
    "Its own, from 1, the same in every frame."
    label: str
    "English class name."
    box: tuple[float, float, float, float]
    "Left, top, width, height in world pixels."


@dataclass(frozen=True, slots=True)
class TrueObject:
    """An object in one frame."""

    id: int
    "The id of its ``WorldObject``."
    label: str
    "English class name."
    box: tuple[float, float, float, float]
    "Left, top, width, height of the part in the picture, fractions of the picture."
    visible: float
    "Part of its area that is in the picture, above 0, at most 1."

    @property
    def partly(self) -> bool:
        """Whether too little of it is visible to demand that a detector sees it."""
        return self.visible < WHOLE_ENOUGH


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera looks."""

    x: float
    "Centre, world pixels."
    y: float
    "Centre, world pixels."
    span: float
    "World pixels across the shorter side of the picture; less of them is a closer look."


@dataclass(frozen=True, slots=True)
class Motion:
    """What the hand does with the camera, over and over. Made by ``tour``, ``pan`` or ``hold``."""

    period: Seconds
    "Time after which it repeats, above 0."
    look: Callable[[float], View]
    "The view at a part (0…1) of the period, without shake."
    shake: float = 0.0
    "Amplitude of the hand's shake, as a part of the picture's shorter side."

    def view(self, t: Seconds) -> View:
        """The view at any time, shake included."""
        part = (t / self.period) % 1.0
        view = self.look(part)
        reach = self.shake * view.span
        return View(
            view.x + reach * self._tremble(part, 0.0),
            view.y + reach * self._tremble(part, 1.7),
            view.span,
        )

    def _tremble(self, part: float, phase: float) -> float:
        """Sum of sines, each with a whole number of cycles in the period: it has no seam."""
        return sum(
            weight
            * sin(2 * pi * max(1, round(hertz * self.period)) * part + offset + phase * hertz)
            for hertz, weight, offset in SWAY
        )


def hold(view: View, *, period: float = 10.0, shake: float = 0.0) -> Motion:
    """Looks at one place; only the hand shakes."""
    return Motion(Seconds(period), lambda _: view, shake)


def pan(left: View, right: View, *, speed: float, shake: float = 0.0) -> Motion:
    """To and fro between two views at ``speed`` world pixels per second, with rounded turns."""
    reach = hypot(right.x - left.x, right.y - left.y) / 2
    period = 2 * pi * reach * ROUNDING / (asin(ROUNDING) * speed)

    def look(part: float) -> View:
        swing = asin(ROUNDING * -cos(2 * pi * part)) / asin(ROUNDING)
        return _between(left, right, (1 + swing) / 2)

    return Motion(Seconds(period), look, shake)


def tour(stops: Sequence[View], *, rest: float, travel: float, shake: float = 0.0) -> Motion:
    """From stop to stop and back to the first: ``rest`` seconds at each, ``travel`` between two."""
    leg = rest + travel

    def look(part: float) -> View:
        number, into = divmod(part * len(stops) * leg, leg)
        here = int(number) % len(stops)
        eased = _smoother(max(0.0, into - rest) / travel)
        return _between(stops[here], stops[(here + 1) % len(stops)], eased)

    return Motion(Seconds(len(stops) * leg), look, shake)


class VirtualCamera:
    """Films a world with known objects."""

    def __init__(
        self,
        world: Image,
        objects: Sequence[WorldObject],
        motion: Motion,
        *,
        size: tuple[int, int] = (640, 480),
        fps: int = 30,
    ) -> None:
        """A camera over ``world`` (height, width, 3) whose pictures are ``size`` (width, height).

        Raises:
            ValueError: a side of the picture is odd or below 2, or ``fps`` is below 1.
        """
        if min(size) < 2 or size[0] % 2 or size[1] % 2 or fps < 1:
            raise ValueError(f"sides must be even and at least 2, fps at least 1: {size}, {fps}")
        self._world = world
        self._half = cv2.resize(world, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        self._objects = tuple(objects)
        self._motion = motion
        self._size = size
        self._fps = fps

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures, pixels."""
        return self._size

    @property
    def fps(self) -> int:
        """Frames per second."""
        return self._fps

    @property
    def frames(self) -> int:
        """Frames in one round of the motion: frame ``frames`` is frame 0 again."""
        return max(1, round(self._motion.period * self._fps))

    def frame(self, index: int) -> Image:
        """(height, width, 3) uint8, BGR: what the camera sees at frame ``index``."""
        scale, x, y = self._window(index)
        source, shrink = (self._half, 2.0) if scale < 0.5 else (self._world, 1.0)
        # Pixel centres, not corners, are what warpAffine maps.
        inverse = np.array(
            [
                [1 / (scale * shrink), 0, (x + 0.5 / scale) / shrink - 0.5],
                [0, 1 / (scale * shrink), (y + 0.5 / scale) / shrink - 0.5],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped = cv2.warpAffine(
            source, inverse, self._size, flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(warped, np.uint8)

    def truth(self, index: int) -> tuple[TrueObject, ...]:
        """What is in frame ``index``: exactly, and even if only a sliver of it is."""
        scale, x, y = self._window(index)
        shown = [self._show(thing, scale, x, y) for thing in self._objects]
        return tuple(thing for thing in shown if thing is not None)

    def _window(self, index: int) -> tuple[float, float, float]:
        """Picture pixels per world pixel, and the world's point at the picture's corner."""
        width, height = self._size
        view = self._motion.view(Seconds((index % self.frames) / self.frames * self._motion.period))
        rows, columns = self._world.shape[:2]
        scale = max(min(width, height) / view.span, width / columns, height / rows)
        return (
            scale,
            _within(view.x - width / scale / 2, columns - width / scale),
            _within(view.y - height / scale / 2, rows - height / scale),
        )

    def _show(self, thing: WorldObject, scale: float, x: float, y: float) -> TrueObject | None:
        left, top, width, height = thing.box
        across = _overlap((left - x) * scale, width * scale, self._size[0])
        down = _overlap((top - y) * scale, height * scale, self._size[1])
        visible = across[1] * down[1] * self._size[0] * self._size[1] / (width * height * scale**2)
        if visible <= 0:
            return None
        box = (across[0], down[0], across[1], down[1])
        return TrueObject(thing.id, thing.label, box, min(1.0, visible))


def _overlap(start: float, length: float, side: int) -> tuple[float, float]:
    """Start and length, fractions of ``side``, of what of the stretch lies within it."""
    first = min(max(start, 0.0), side)
    last = min(max(start + length, 0.0), side)
    return first / side, (last - first) / side


def _within(value: float, limit: float) -> float:
    return min(max(value, 0.0), max(limit, 0.0))


def _between(a: View, b: View, part: float) -> View:
    return View(
        a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part, a.span + (b.span - a.span) * part
    )


def _smoother(part: float) -> float:
    """From 0 to 1 without a jolt: speed and acceleration are 0 at both ends."""
    return part**3 * (part * (6 * part - 15) + 10)
