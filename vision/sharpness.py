"""How sharp a picture is: what of its detail a blur would still take away.

After F. Crete, T. Dolmiere, P. Ladret and M. Nicolas, "The blur effect: perception and estimation
with a new no-reference perceptual blur metric", SPIE 6492, 2007: a sharp picture loses most of the
differences between neighbours when it is blurred once more, a blurred one hardly any. Here the
differences are squared, so that edges outweigh the sensor's noise.
"""

from __future__ import annotations

import cv2

from vision.picture import Picture, Plane

WIDTH = 320
"""Pixels across the reduced picture that is measured: a blur that shows at this size matters."""

TAPS = 9
"""Length of the second blur, a running mean, in pixels of the reduced picture."""

FAINT = 0.5
"""Mean squared difference of neighbours, grey levels squared, that counts as no detail at all."""


def sharpness(picture: Picture) -> float:
    """How sharp a picture is, 0 (blurred, or nothing to see) to 1.

    A change of brightness or contrast leaves it as it is, so it compares between pictures of one
    scene; a blur along one direction alone, as a moving camera makes, counts in full.
    """
    grey = picture.grey(min(WIDTH, picture.width))
    height, width = grey.shape
    if min(height, width) <= TAPS:
        return 0.0
    across = _gain(_energy(grey[:, 1:], grey[:, :-1]), _energy(grey[:, TAPS:], grey[:, :-TAPS]))
    down = _gain(_energy(grey[1:], grey[:-1]), _energy(grey[TAPS:], grey[:-TAPS]))
    return min(across, down)


def _gain(near: float, far: float) -> float:
    """Part of the neighbours' differences that a blur takes away, 0…1.

    Args:
        near: mean squared difference of neighbours.
        far: of pixels ``TAPS`` apart. Neighbours in a running mean of so many pixels differ by
            just that, divided by ``TAPS``: nothing has to be blurred.
    """
    return max(0.0, 1.0 - far / TAPS**2 / near) if near > FAINT else 0.0


def _energy(one: Plane, other: Plane) -> float:
    """Mean squared difference."""
    return cv2.norm(one, other, cv2.NORM_L2SQR) / one.size
