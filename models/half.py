"""Whether a faster way to compute sees what the sound one sees, and if not, what it misses.

Real numbers of 16 bits move scores in the third digit and boxes by parts of a pixel; that is let
pass. Somewhere in a network they may also overflow, and then whole objects are gone.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.association import overlaps
from vision.errors import WeightsMissing
from vision.picture import Picture
from vision.types import Detections

SURE = 0.3
"""Score from which a detection has to be found again."""

SCORES_APART = 0.05
"""Difference of scores that is let pass."""

BOXES_ALIKE = 0.9
"""Intersection over union from which two boxes are the same."""

PICTURE = Path(__file__).parent / "data" / "check.jpg"
"""A person and a rocket: what there is to be seen by all who compute right."""


def picture() -> Picture:
    """The picture that is looked at.

    Raises:
        WeightsMissing: it is not there or not whole.
    """
    bgr = cv2.imread(str(PICTURE))
    if bgr is None:
        raise WeightsMissing(f"{PICTURE} cannot be read: reinstall openeyes")
    return Picture.from_bgr(np.asarray(bgr, np.uint8))


def disagreement(sound: Detections, faster: Detections) -> str:
    """What is sure in one and not in the other, in words; empty where they agree.

    Nothing sure at all counts as disagreement: it shows nothing.
    """
    if not (sound.scores >= SURE).any():
        return "the picture shows nothing to compare"
    if not (np.isfinite(faster.boxes).all() and np.isfinite(faster.scores).all()):
        return "it computes what is no number"
    lost, new = _unmatched(sound, faster), _unmatched(faster, sound)
    if lost or new:
        return f"of what is sure it misses {lost}, and sees {new} that are not there"
    return ""


def _unmatched(these: Detections, those: Detections) -> int:
    sure = these.where(these.scores >= SURE)
    if not len(those):
        return len(sure)
    alike: NDArray[np.bool_] = overlaps(sure.boxes, those.boxes) >= BOXES_ALIKE
    alike &= sure.classes[:, None] == those.classes
    alike &= np.abs(sure.scores[:, None] - those.scores) <= SCORES_APART
    return int((~alike.any(axis=1)).sum())
