"""What a language model is asked, whichever model it is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from vision.picture import Picture, Plane
from vision.types import Box

ANSWER_TOKENS = 200
"""Tokens of an answer at most, unless told otherwise: spoken, that is a minute and a half."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """A picture, or a part of it, to show to a model."""

    picture: Picture
    "The whole of it."
    box: Box | None = None
    "The part that is meant; None for all of it."

    def cut(self) -> Picture:
        """What is meant, at its full size, as a picture of its own."""
        if self.box is None:
            return self.picture
        return Picture.from_bgr(self._part(self.picture.bgr()))

    def bgr(self, longest: int) -> Plane:
        """The pixels, (height, width, 3) uint8 BGR, scaled down to a longer side of ``longest``."""
        pixels = self._part(self.picture.bgr())
        scale = longest / max(pixels.shape[:2])
        if scale >= 1:
            return pixels
        size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)

    def _part(self, pixels: Plane) -> Plane:
        if self.box is None:
            return pixels
        height, width = pixels.shape[:2]
        left, top, across, down = self.box
        x0, x1 = _span(left, left + across, width)
        y0, y1 = _span(top, top + down, height)
        return np.ascontiguousarray(pixels[y0:y1, x0:x1])


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """One request to a model."""

    system: str
    "How to answer."
    text: str
    "What is asked, with what is known of the scene."
    shots: tuple[Shot, ...] = ()
    "Pictures, in the order in which the text speaks of them."
    max_tokens: int = ANSWER_TOKENS
    "The answer is cut there."


def _span(first: float, last: float, size: int) -> tuple[int, int]:
    """Pixels from ``first`` to ``last`` inside the picture, at least two."""
    start = min(max(int(first * size), 0), size - 2)
    return start, min(max(round(last * size), start + 2), size)
