"""Which of the lines just read is which of the signs already known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vision.likeness import likeness, skeleton
from vision.sign import SAME_NEWS, SURE, Corners, Sign
from vision.types import TextBlock

IN_PLACE = 0.4
"""Share of the smaller of two boxes that has to lie in the other for both to be in one place."""

ALIKE = 0.5
"""Likeness from which two texts in one place are readings of the same."""

REPLACED = 0.5
"""Overlap (IoU) from which a line that says something else stands in a sign's stead."""

FEWEST_LETTERS = 2
"""Letters that a text needs for a sign to be known by them alone, wherever it is."""

Floats = NDArray[np.float64]
Pair = tuple[int, int]
"""A sign and a block."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one reading says about the signs; all are indices of signs or blocks."""

    seen: dict[int, int] = field(default_factory=dict)
    "Signs that were read, and the block that did."
    partial: set[int] = field(default_factory=set)
    "Those of them of whose text the block is but a part."
    confirmed: set[int] = field(default_factory=set)
    "Signs that are there, in a block which runs several of them together."
    replaced: set[int] = field(default_factory=set)
    "Signs in whose place something else was read."
    new: list[int] = field(default_factory=list)
    "Blocks that belong to no sign."


def compare(signs: Sequence[Sign], blocks: Sequence[TextBlock]) -> Sighting:
    """Matches by place and wording first, then by the wording alone."""
    if not signs or not blocks:
        return Sighting(new=list(range(len(blocks))))
    iou, shared = _overlaps(
        edges(np.array([sign.quad for sign in signs])),
        edges(np.array([block.quad for block in blocks], np.float64)),
    )
    texts = [skeleton(sign.text) for sign in signs], [skeleton(block.text) for block in blocks]
    related = _related(*texts, shared > IN_PLACE)
    found = _in_place(related, {pair: related[pair] + iou[pair] for pair in related})
    found.partial.update(i for i, j in found.seen.items() if _part(texts[1][j], texts[0][i]))
    contained = [(i, j) for i, j in related if _part(texts[0][i], texts[1][j])]
    _separate(found, contained, {j for i, j in found.seen.items() if related[i, j] >= SAME_NEWS})
    placed = {j for _, j in related}
    for j in sorted(set(range(len(blocks))) - placed):
        _place(j, signs, blocks[j], found, iou[:, j])
    found.replaced.difference_update(found.seen, found.confirmed)
    return found


def edges(quads: Corners) -> Floats:
    """(n, 4) left, top, right, bottom of (n, 4, 2) corners."""
    return np.hstack([quads.min(axis=1), quads.max(axis=1)])


def share_within(boxes: Floats, area: Floats) -> Floats:
    """(n,) share of each box that lies in ``area``; both as edges."""
    sides = np.maximum(np.minimum(boxes[:, 2:], area[2:]) - np.maximum(boxes[:, :2], area[:2]), 0)
    return np.asarray(sides.prod(axis=1) / np.maximum(_areas(boxes), 1e-12))


def _related(
    known: Sequence[str], read: Sequence[str], in_place: NDArray[np.bool_]
) -> dict[Pair, float]:
    """Likeness of the pairs in one place that are alike, or of which one is part of the other."""
    related = {}
    for i, j in _pairs(in_place):
        alike = likeness(known[i], read[j])
        if alike >= ALIKE or known[i] in read[j] or read[j] in known[i]:
            related[i, j] = alike
    return related


def _in_place(related: Collection[Pair], worth: Mapping[Pair, float]) -> Sighting:
    """One block for a sign and one sign for a block, the best first."""
    found = Sighting()
    taken: set[int] = set()
    for i, j in sorted(related, key=lambda pair: -worth[pair]):
        if i not in found.seen and j not in taken:
            found.seen[i] = j
            taken.add(j)
    return found


def _separate(found: Sighting, contained: Sequence[Pair], known: Collection[int]) -> None:
    """Signs that one block runs together are there, and say what they said before.

    Not so with a block that is ``known`` from a sign of its own: what is less than that was never
    more than a bad reading of it.
    """
    shared = Counter(j for _, j in contained if j not in known)
    for i, j in contained:
        if shared[j] > 1 and found.seen.get(i, j) == j:
            found.seen.pop(i, None)
            found.confirmed.add(i)


def _place(
    j: int, signs: Sequence[Sign], block: TextBlock, found: Sighting, overlap: Floats
) -> None:
    """Finds a sign for a block that is in no related sign's place."""
    moved = _elsewhere(signs, found, block)
    if moved is not None:
        found.seen[moved] = j
        return
    found.new.append(j)
    if block.score >= SURE:
        found.replaced.update(np.flatnonzero(overlap > REPLACED).tolist())


def _part(shorter: str, longer: str) -> bool:
    """Whether a text is but a part of another."""
    return shorter in longer and likeness(shorter, longer) < SAME_NEWS


def _elsewhere(signs: Sequence[Sign], found: Sighting, block: TextBlock) -> int | None:
    """The nearest sign not seen yet that says the same, for when the camera's motion is unknown."""
    key = skeleton(block.text)
    if len(key) < FEWEST_LETTERS:
        return None
    centre = np.mean(block.quad, axis=0)
    unseen = (i for i in range(len(signs)) if i not in found.seen and i not in found.confirmed)
    same = [i for i in unseen if key in signs[i].keys]
    return min(
        same, key=lambda i: float(np.hypot(*(signs[i].quad.mean(axis=0) - centre))), default=None
    )


def _overlaps(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """(n, m) intersection over union, and over the smaller one, of boxes given as edges."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.maximum(high - low, 0).prod(axis=2)
    one, other = _areas(a)[:, None], _areas(b)[None]
    union = np.maximum(one + other - common, 1e-12)
    return common / union, common / np.maximum(np.minimum(one, other), 1e-12)


def _areas(boxes: Floats) -> Floats:
    return np.asarray((boxes[:, 2:] - boxes[:, :2]).prod(axis=1))


def _pairs(flags: NDArray[np.bool_]) -> Iterator[Pair]:
    rows, columns = np.nonzero(flags)
    return zip(rows.tolist(), columns.tolist(), strict=True)
