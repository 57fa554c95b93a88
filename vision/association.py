"""Which detection belongs to which track."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from vision.types import Boxes, Detections

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


AT_THE_EDGE = 0.01
"A side of a detected box this near to the picture's edge, in fractions, is cut off by it."
MOST_HIDDEN = 0.6
"What of a thing lies outside the picture is taken to be at most this share of what was seen."


@dataclass(frozen=True, slots=True)
class Pairs:
    """An assignment of tracks to detections, rows and columns in the same order."""

    tracks: Rows
    "(k,) indices of tracks."
    detections: Rows
    "(k,) indices of detections."


def overlaps(some: Boxes, others: Boxes) -> Floats:
    """Intersection over union of (n, 4) and (m, 4) boxes: (n, m), 0…1."""
    left, top, right, bottom = _columns(some)
    begin, above, end, below = _rows(others)
    shared = _positive(np.minimum(right, end) - np.maximum(left, begin))
    shared *= _positive(np.minimum(bottom, below) - np.maximum(top, above))
    return _over_union(shared, _areas(some)[:, None] + _areas(others))


def doubtful_overlaps(tracks: Boxes, doubt: Floats, detections: Boxes) -> Floats:
    """Overlaps after both boxes of a pair are widened by what the track's position is unsure of.

    A sure prediction is compared as it is; one that is long unseen, or whose speed is not known
    yet, also meets a detection beside it (buffered IoU: Yang et al., "C-BIoU", WACV 2023, with
    the buffer taken from the filter instead of being fixed).

    Args:
        tracks: (n, 4).
        doubt: (n, 2) by how much each side is moved outwards, in x and y.
        detections: (m, 4).

    Returns:
        (n, m), 0…1.
    """
    left, top, right, bottom = _columns(tracks)
    begin, above, end, below = _rows(detections)
    wide, high = doubt[:, :1], doubt[:, 1:]
    width = (np.minimum(right, end) + wide) - (np.maximum(left, begin) - wide)
    height = (np.minimum(bottom, below) + high) - (np.maximum(top, above) - high)
    shared = _positive(width)
    shared *= _positive(height)
    wide, high = 2 * wide, 2 * high
    grown = (right - left + wide) * (bottom - top + high)
    return _over_union(shared, grown + (end - begin + wide) * (below - above + high))


def best_pairs(similarity: Floats, least: float) -> Pairs:
    """The assignment of rows to columns with the highest total similarity.

    Pairs below ``least`` count as nothing, so they never cost another pair its place.
    """
    worth = np.where(similarity >= least, similarity, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    good = worth[rows, columns] > 0
    return Pairs(rows[good], columns[good])


def without_duplicates(detections: Detections, most_overlap: float, most: int) -> Detections:
    """The ``most`` best detections, freed of those which overlap a better one too much.

    Class does not count: a detector suppresses duplicates within a class only, so one thing may
    come as cat and as dog.
    """
    best = picked(detections, np.argsort(-detections.scores, kind="stable")[:most])
    alike = np.triu(overlaps(best.boxes, best.boxes) > most_overlap, k=1)
    other, keep = ~alike, np.ones(len(best), np.bool_)
    for better in np.flatnonzero(alike.any(axis=1)).tolist():
        if keep[better]:
            keep &= other[better]
    return best.where(keep)


def in_picture(boxes: Boxes) -> Boxes:
    """The parts of (n, 4) boxes that lie in the picture; of no size where none does."""
    edges = np.minimum(np.maximum(_edges(boxes), 0.0), 1.0)
    edges[:, 2:] -= edges[:, :2]
    return edges.astype(np.float32)


def made_whole(detected: Boxes, predicted: Boxes) -> Boxes:
    """(n, 4) detected boxes, with those sides predicted that the picture's edge cuts off.

    Without that, an object leaving the picture would seem to shrink and to slow down.
    """
    seen, expected = _edges(detected), _edges(predicted)
    low, high = seen[:, :2], seen[:, 2:]
    low = np.where(np.abs(low) < AT_THE_EDGE, np.minimum(low, expected[:, :2]), low)
    high = np.where(np.abs(high - 1) < AT_THE_EDGE, np.maximum(high, expected[:, 2:]), high)
    return np.hstack([low, high - low]).astype(np.float32)


def cut_sides(detected: Boxes) -> NDArray[np.bool_]:
    """(n, 4) whether the picture's edge cuts off each box's left, top, right and bottom."""
    edges = _edges(detected)
    edges[:, 2:] -= 1.0
    return np.asarray(np.abs(edges) < AT_THE_EDGE, np.bool_)


def come_into_view(boxes: Boxes, cut: NDArray[np.bool_]) -> Boxes:
    """(n, 4) boxes with more of those things in them that were cut off and have come further in.

    A side that the picture's edge cut off stays there while the box moves away from the edge, for
    `MOST_HIDDEN` of the box at most.
    """
    if not cut.any():
        return boxes
    edges = _edges(boxes)
    low, high = edges[:, :2], edges[:, 2:]
    more = MOST_HIDDEN * (high - low)
    begun = np.where(cut[:, :2], np.minimum(low, np.maximum(low - more, 0.0)), low)
    ended = np.where(cut[:, 2:], np.maximum(high, np.minimum(high + more, 1.0)), high)
    edges[:, :2], edges[:, 2:] = begun, ended - begun
    return edges.astype(np.float32)


def picked(detections: Detections, rows: Rows) -> Detections:
    """The detections at ``rows`` (k,), in that order."""
    return Detections(detections.boxes[rows], detections.scores[rows], detections.classes[rows])


def _edges(boxes: Boxes) -> Floats:
    edges = boxes.astype(np.float64)
    edges[:, 2:] += edges[:, :2]
    return edges


def _columns(boxes: Boxes) -> Floats:
    """(4, n, 1): left, top, right, bottom, to be set against `_rows` of other boxes.

    A table for each side is several times faster than one of points, and in place than anew.
    """
    return np.asarray(_edges(boxes).T[..., None], np.float64)


def _rows(boxes: Boxes) -> Floats:
    """(4, m): left, top, right, bottom, each side's together in memory."""
    return np.ascontiguousarray(_edges(boxes).T)


def _positive(lengths: Floats) -> Floats:
    return np.maximum(lengths, 0.0, out=lengths)


def _over_union(shared: Floats, areas: Floats) -> Floats:
    """(n, m) shares of what both boxes cover; ``areas`` are the sums of theirs."""
    areas -= shared
    return np.divide(shared, np.maximum(areas, 1e-12, out=areas), out=shared)


def _areas(boxes: Boxes) -> Floats:
    return np.asarray(boxes[:, 2].astype(np.float64) * boxes[:, 3], np.float64)
