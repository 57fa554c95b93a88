"""Lettering painted into pictures: the signs of made-up worlds, in Latin and Chinese script.

The outlines are those of the fonts that OpenCV 5 carries itself, so the same call paints the same
pixels on every machine.
"""

from __future__ import annotations

import cv2
import numpy as np

from vision.picture import Plane

FONT = "uni"
"""OpenCV's name for the one of its fonts that has Chinese."""

BLACK = (0, 0, 0)

Corner = tuple[int, int]
Colour = tuple[int, int, int]


def write(
    image: Plane, text: str, at: Corner, size: int, colour: Colour = BLACK
) -> tuple[int, int, int, int]:
    """Paints one line of text in place, and tells where.

    Args:
        image: (height, width, 3) uint8, BGR; lettering that reaches outside it is cut off.
        text: one line; a letter that the font lacks becomes a question mark.
        at: the left end of the base line, x and y in pixels.
        size: of the font in pixels, about the height of a line.
        colour: blue, green, red.

    Returns:
        Left, top, width, height in pixels of the room it takes, ink and the blank at its left.
    """
    face = cv2.FontFace(FONT)
    cv2.putText(image, text, at, colour, face, size)
    height, width = image.shape[:2]
    left, top, across, down = cv2.getTextSize((width, height), text, at, face, size)
    return int(left), int(top), int(across), int(down)


def board(
    lines: tuple[str, ...], size: int, *, paper: Colour = (255, 255, 255), ink: Colour = BLACK
) -> Plane:
    """A sign: (height, width, 3) uint8, BGR, just large enough for its lines and a margin."""
    margin, step = size, round(size * 1.5)
    blank = np.zeros((step, size * 2 * max(map(len, lines), default=1), 3), np.uint8)
    ends = [write(blank, line, (margin, size), size) for line in lines]
    across = max((left + width for left, _, width, _ in ends), default=margin)
    sign = np.full((margin * 2 + step * len(lines), across + margin, 3), paper, np.uint8)
    for number, line in enumerate(lines):
        write(sign, line, (margin, margin + size + step * number), size, ink)
    return sign
