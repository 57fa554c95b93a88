"""Freeing detections of duplicates: greedy non-maximum suppression, each class by itself."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from vision.types import Detections


def suppress(candidates: Detections, iou: float, most: int) -> Detections:
    """Without the boxes that overlap a better one of their class by more than ``iou``.

    Args:
        candidates: best first. The cost grows with their number squared, so bound it.
        iou: intersection over union from which the weaker box is a duplicate.
        most: how many to return at most.
    """
    if not len(candidates):
        return candidates
    # cv2's stubs ask for lists, but it takes arrays, and faster; boxes must be of 64 bits.
    boxes: Any = candidates.boxes.astype(np.float64)
    scores: Any = candidates.scores
    classes: Any = candidates.classes
    survivors = cv2.dnn.NMSBoxesBatched(boxes, scores, classes, 0, iou)
    kept = np.asarray(survivors[:most], np.intp)
    return Detections(candidates.boxes[kept], candidates.scores[kept], candidates.classes[kept])
