"""All that can be read here: lines of text followed from reading to reading.

Drive it so: ``TextBook.carry`` with the camera's motion, from picture to picture; ``update`` with
each reading. A reading comes late, and the signs may have been carried on meanwhile: ``update``
takes that motion too, and compares them where they were when the picture was taken. ``present`` is
what can be read now, in reading order, and ``past`` what could be read before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from heapq import nlargest
from math import isfinite

import numpy as np

from vision.likeness import skeleton
from vision.motion import STILL, CameraMotion
from vision.reading_order import reading_order
from vision.sighting import FEWEST_LETTERS, Sighting, compare, edges, share_within
from vision.sign import Sign, quad_box
from vision.types import Box, Seconds, SeenText, TextBlock

__all__ = ["TextBook", "quad_box"]

MOST_PRESENT = 80
"""Signs followed at a time; those longest unread give way to new ones."""

MOST_PAST = 128
"""Signs remembered that can no longer be read; the longest gone are forgotten."""

MOST_BLOCKS = 80
"""Lines of one reading that are looked at, the surest first."""

MOST_CHARACTERS = 200
"""Characters of one line that are looked at."""

UNREAD_AND_GONE = 2
"""Readings that cover a sign's place without it, after which it is gone."""

BACK_WITHIN = 60.0
"""Seconds within which a sign that went and is read again, anywhere, is the same sign."""

COVERED = 0.8
"""Share of a sign's box that a reading has to cover for its silence to count."""

EDGE = 0.01
"""Fraction of the picture from the edge of what was read, within which a line may be cut off."""

FEWEST_CUT = 3
"""Letters and digits without which the end of a line that an edge cuts is not worth following."""

PICTURE: Box = (0.0, 0.0, 1.0, 1.0)


class TextBook:
    """The text before one camera. Not thread-safe; ``carry`` costs some 10 µs, ``update`` 1 ms."""

    def __init__(self) -> None:
        self._signs: list[Sign] = []
        self._past: deque[SeenText] = deque(maxlen=MOST_PAST)
        self._ids = 0
        self._present: tuple[SeenText, ...] | None = ()

    @property
    def present(self) -> tuple[SeenText, ...]:
        """What can be read here, in reading order; at most `MOST_PRESENT`."""
        if self._present is None:
            self._present = tuple(sign.as_seen() for sign in self._signs)
        return self._present

    @property
    def past(self) -> tuple[SeenText, ...]:
        """What could be read before, the latest gone first; at most `MOST_PAST`."""
        return tuple(self._past)

    def carry(self, motion: CameraMotion) -> None:
        """Moves all signs along with the picture's content."""
        if not self._signs or motion is STILL:
            return
        corners = np.concatenate([sign.quad for sign in self._signs])
        for sign, quad in zip(self._signs, motion.points(corners).reshape(-1, 4, 2), strict=True):
            sign.quad = quad
        self._present = None

    def update(
        self,
        blocks: Iterable[TextBlock],
        t: Seconds,
        motion: CameraMotion,
        area: Box | None = None,
        late: CameraMotion = STILL,
    ) -> bool:
        """Takes in what was read in one picture, or in a part of it.

        Args:
            blocks: all lines found, in fractions of the whole picture, in any order.
            t: when the picture was taken, not before the reading before.
            motion: the camera's that neither ``carry`` nor ``update`` was told of yet.
            area: the part that was read; None for all of it.
            late: the camera's from the picture that was read to where the signs are now, when they
                were carried on while it was being read.

        Returns:
            Whether what can be read has changed: a new sign, other words on a known one, or one
            taken away. A slip of letters is no change, nor is a sign that the camera turned from,
            or back to.
        """
        self.carry(motion.then(late.inverse()))
        lines = _usable(blocks)
        found = compare(self._signs, lines)
        for index, number in found.seen.items():
            block, sign = lines[number], self._signs[index]
            self._read(sign, block, t, cut=index in found.partial or _clipped(block, area))
        for index in found.confirmed:
            self._signs[index].confirm(t)
        changed = self._let_go(found, area)
        for number in found.new:
            self._begin(lines[number], t, cut=_clipped(lines[number], area))
        news = [sign.has_news() for sign in self._signs]
        self._bound()
        self._sort()
        self.carry(late)
        return changed or any(news)

    def _read(self, sign: Sign, block: TextBlock, t: Seconds, *, cut: bool) -> None:
        first_whole = not sign.whole and not cut
        sign.vote(block, t, cut=cut)
        if first_whole:
            self._recognise(sign, t)

    def _begin(self, block: TextBlock, t: Seconds, *, cut: bool) -> None:
        if cut and len(skeleton(block.text)) < FEWEST_CUT:
            return
        self._ids += 1
        sign = Sign(self._ids, t, np.array(block.quad, np.float64), t)
        self._signs.append(sign)
        sign.vote(block, t, cut=cut)
        self._recognise(sign, t)

    def _recognise(self, sign: Sign, t: Seconds) -> None:
        """Gives a sign its id of before, if it is one that went not long ago."""
        key = skeleton(sign.text)
        if len(key) < FEWEST_LETTERS:
            return
        for seen in self._past:
            if t - seen.last <= BACK_WITHIN and skeleton(seen.text) == key:
                sign.recall(seen)
                self._past.remove(seen)
                return

    def _let_go(self, found: Sighting, area: Box | None) -> bool:
        """Parts from signs that are out of the picture or gone; whether one was taken away."""
        if not self._signs:
            return False
        boxes = edges(np.array([sign.quad for sign in self._signs]))
        shares = share_within(boxes, np.array(_as_edges(area or PICTURE))).tolist()
        middles = ((boxes[:, :2] + boxes[:, 2:]) / 2).tolist()
        taken_away, leaving = False, []
        for index, sign in enumerate(self._signs):
            inside = all(0 <= each <= 1 for each in middles[index])
            silent = index not in found.seen and index not in found.confirmed
            # Whether a sign that the picture cuts is still there, only a whole reading can tell.
            sign.unread += int(silent and (shares[index] >= COVERED or area is None))
            missed = sign.unread >= UNREAD_AND_GONE or index in found.replaced
            taken_away |= missed and inside and shares[index] >= COVERED and sign.known
            if missed or (silent and not inside):
                leaving.append(index)
        self._part_from(leaving)
        return taken_away

    def _part_from(self, leaving: Sequence[int]) -> None:
        """What was only once read, and not surely, is not remembered."""
        for index in reversed(leaving):
            sign = self._signs.pop(index)
            if sign.known:
                self._past.appendleft(sign.as_seen())

    def _bound(self) -> None:
        excess = len(self._signs) - MOST_PRESENT
        if excess > 0:
            ranked = sorted(range(len(self._signs)), key=lambda i: _worth(self._signs[i]))
            self._part_from(sorted(ranked[:excess]))

    def _sort(self) -> None:
        ordered = reading_order([sign.as_seen() for sign in self._signs])
        by_id = {sign.id: sign for sign in self._signs}
        self._signs = [by_id[seen.id] for seen in ordered]
        self._present = ordered


def _usable(blocks: Iterable[TextBlock]) -> list[TextBlock]:
    """The surest `MOST_BLOCKS` of those that have a text and a place."""
    sound = (
        replace(block, text=block.text[:MOST_CHARACTERS])
        for block in blocks
        if block.text and all(isfinite(each) for corner in block.quad for each in corner)
    )
    return nlargest(MOST_BLOCKS, sound, key=lambda block: block.score)


def _clipped(block: TextBlock, area: Box | None) -> bool:
    """Whether a line reaches to the edge of what was read, and so may go on beyond it."""
    left, top, width, height = quad_box(block.quad)
    first, above, last, below = _as_edges(area or PICTURE)
    across = left < first + EDGE or left + width > last - EDGE
    return across or top < above + EDGE or top + height > below - EDGE


def _as_edges(box: Box) -> Box:
    left, top, width, height = box
    return left, top, left + width, top + height


def _worth(sign: Sign) -> tuple[float, float]:
    return sign.last, sign.score
