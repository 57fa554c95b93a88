"""Average precision of detections of one class, as PASCAL VOC has defined it since 2010.

Everingham et al., "The PASCAL Visual Object Classes Challenge: A Retrospective", IJCV 2015.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture: what is in it and what was detected. Boxes are left, top, width, height."""

    truth: Floats
    "(n, 4) true boxes."
    boxes: Floats
    "(k, 4) detected boxes, best first, in the same unit."
    scores: Floats
    "(k,) their scores."
    optional: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    "(m, 4) boxes that need not be found: who finds them gains nothing and loses nothing."


def average_precision(pictures: Sequence[Seen], iou: float) -> float:
    """Area under the precision-recall curve over all pictures, precision made monotonous.

    A detection is right when the box it overlaps most, among those that no better detection took,
    overlaps it by ``iou`` or more.
    """
    if not pictures or not sum(len(picture.truth) for picture in pictures):
        return 0.0
    right, counts = zip(*(judged(picture, iou) for picture in pictures), strict=True)
    counted = np.concatenate(counts)
    scores = np.concatenate([picture.scores for picture in pictures])[counted]
    hits = np.concatenate(right)[counted]
    hits = hits[np.argsort(-scores, kind="stable")]
    found = np.cumsum(hits)
    precision = found / np.arange(1, len(hits) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[hits].sum() / sum(len(picture.truth) for picture in pictures))


def judged(picture: Seen, iou: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(k,) which detections are right, and (k,) which count at all."""
    right = _hits(picture.boxes, picture.truth, iou)
    spare = np.zeros(len(right), np.bool_)
    spare[~right] = _hits(picture.boxes[~right], picture.optional, iou)
    return right, ~spare


def _hits(boxes: Floats, truth: Floats, iou: float) -> NDArray[np.bool_]:
    overlaps = _overlaps(boxes, truth)
    hits = np.zeros(len(boxes), np.bool_)
    if not len(truth):
        return hits
    for detection, overlap in enumerate(overlaps):
        taken = int(overlap.argmax())
        if overlap[taken] >= iou:
            hits[detection] = True
            overlaps[:, taken] = -1
    return hits


def _overlaps(some: Floats, others: Floats) -> Floats:
    """(n, k) intersections over unions."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum((some[:, :2] + some[:, 2:])[:, None], (others[:, :2] + others[:, 2:])[None])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = np.prod(some[:, 2:], axis=1)[:, None] + np.prod(others[:, 2:], axis=1)[None]
    return np.asarray(shared / (areas - shared))
