"""The order in which a person reads the lines of a page or of a street: columns, paragraphs, lines.

Lines are ordered pairwise and then sorted topologically (Breuel, "High performance document layout
analysis", 2003): one comes first that stands above another in the same column, or left of it with
nothing between them that spans both. Pieces of one line, and the cells of a table's row, are joined
before. All is measured along the text's own two directions, so that a page may lie askew, and in
letters' widths, so that the picture's aspect need not be known.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Protocol, TypeVar
from unicodedata import east_asian_width

import numpy as np
from numpy.typing import NDArray

from vision.types import Quad

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NARROW = 0.55
"""Width of a Latin letter in those of a Chinese one."""

JOINED = 1.5
"""Widths of a Chinese letter between two pieces up to which they are one line anyway."""

CELL = 5.0
"""Widths of a Chinese letter up to which the lines of a column are usually cells of a table."""

SAME_LINE = 0.5
"""Line heights by which neighbours on one line may be out of line."""

LEADING = 2.1
"""Line heights from one base line to the next within a paragraph."""

SAME_SIZE = 1.5
"""How much the line heights of one paragraph may differ."""

REMEMBERED = 2048
"""Texts whose widths are kept: most of what is read was read a moment ago too."""

HYPHENS = "-\u00ad\u2010"
"""What may stand at the end of a line for a word that goes on in the next."""


class Written(Protocol):
    """Anything that has a text and a place: `TextBlock`, `SeenText`."""

    @property
    def text(self) -> str:
        """One line."""
        ...

    @property
    def quad(self) -> Quad:
        """Where, clockwise from the reader's top left."""
        ...


T = TypeVar("T", bound=Written)


def reading_order(blocks: Sequence[T]) -> tuple[T, ...]:
    """The same blocks in the order in which they are read. About 2 ms for a hundred."""
    return tuple(block for group in paragraphs(blocks) for line in group for block in line)


def as_page(blocks: Sequence[Written]) -> str:
    """What the blocks say as running text; an empty line stands between two paragraphs.

    Lines are joined with a blank, but Chinese to Chinese without; a word that was divided at the
    end of a line is made whole.
    """
    groups = paragraphs(blocks)
    return "\n\n".join(_running([_on_one_line(line) for line in group]) for group in groups)


def paragraphs(blocks: Sequence[T]) -> tuple[tuple[tuple[T, ...], ...], ...]:
    """Paragraphs in reading order; each is lines, and a line is blocks from left to right."""
    if not blocks:
        return ()
    layout = _Layout(blocks)
    rows = layout.lines()
    page = _Page(np.array([layout.span(row) for row in rows]))
    grouped: list[list[int]] = []
    for row in page.order():
        if grouped and page.goes_on(grouped[-1][-1], row):
            grouped[-1].append(row)
        else:
            grouped.append([row])
    return tuple(tuple(tuple(blocks[i] for i in rows[row]) for row in group) for group in grouped)


class _Layout:
    """Blocks in the page's own axes: x in widths of a Chinese letter, y in line heights."""

    def __init__(self, blocks: Sequence[Written]) -> None:
        quads = np.array([block.quad for block in blocks], np.float64)
        along = (quads[:, 1] - quads[:, 0] + quads[:, 2] - quads[:, 3]) / 2
        down = (quads[:, 3] - quads[:, 0] + quads[:, 2] - quads[:, 1]) / 2
        self.ems = np.array([_ems(block.text) for block in blocks])
        straight = quads @ _page_axes(along.sum(axis=0), down.sum(axis=0))
        straight /= _unit(straight, self.ems)
        ends = (straight[:, [0, 1]] + straight[:, [3, 2]]) / 2
        ends = np.take_along_axis(ends, ends[:, :, :1].argsort(axis=1, kind="stable"), axis=1)
        self.left, self.right = ends[:, 0], ends[:, 1]
        self.height = np.abs(straight[:, 3, 1] - straight[:, 0, 1])

    def lines(self) -> list[list[int]]:
        """Indices of the blocks of each line, from left to right; lines in no order."""
        before = self.left[:, 0].argsort(kind="stable").tolist()
        follower = self._followers(before)
        starts = set(before) - set(follower.values())
        return [_chain(start, follower) for start in before if start in starts]

    def span(self, row: Sequence[int]) -> tuple[float, ...]:
        """Left x and y, right x and y of a line's middle, its height, its widest gap."""
        first, last = self.left[row[0]], self.right[row[-1]]
        gaps = [self.left[b, 0] - self.right[a, 0] for a, b in pairwise(row)]
        height = sum(self.height[i] for i in row) / len(row)
        return (first[0], first[1], last[0], last[1], height, max(gaps, default=0.0))

    def _followers(self, before: Sequence[int]) -> dict[int, int]:
        """The next block of the same line, for each that has one; no block follows two."""
        gap = self.left[:, 0] - self.right[:, 0, None]
        ahead = self._level(gap) & (self.left[:, 0] > self.left[:, 0, None])
        taken: dict[int, int] = {}
        free = np.ones(len(gap), np.bool_)
        for a in before:
            following = np.flatnonzero(ahead[a] & free)
            if len(following):
                taken[a] = int(following[gap[a, following].argmin()])
                free[taken[a]] = False
        return taken

    def _level(self, gap: Floats) -> Flags:
        """(n, n) whether the other (column) may go on the line of the one (row)."""
        run = np.maximum(self.right[:, 0] - self.left[:, 0], 1e-9)
        # A short word's own slope is mostly chance.
        slope = (self.right[:, 1] - self.left[:, 1]) / run * np.minimum(1.0, run / CELL)
        off = self.right[:, 1, None] + slope[:, None] * gap - self.left[:, 1]
        size = np.minimum(self.height, self.height[:, None])
        cell = self._cells()
        near = (gap < JOINED * size) | cell | cell[:, None]
        return np.asarray((np.abs(off) < SAME_LINE * size) & near & (gap > -size))

    def _cells(self) -> Flags:
        """(n,) whether the lines above and below a block are as short as a table's cells."""
        beside = _beside(self.left[:, 0], self.right[:, 0])
        return np.asarray((_medians(self.ems, beside) < CELL) & (beside.sum(axis=1) > 1))


class _Page:
    """Lines on a page, (n, 6) as `_Layout.span` describes them."""

    def __init__(self, spans: Floats) -> None:
        self._spans = spans
        self._beside = _beside(spans[:, 0], spans[:, 2])
        self._lower = _lower(spans)
        self._column = _medians(spans[:, 2], self._beside)

    def order(self) -> list[int]:
        """Lines in reading order; of those that might come next, the topmost does."""
        first = self._comes_first()
        waiting, top = first.sum(axis=0), self._spans[:, 1].copy()
        done, order = len(top) + 1, []
        for _ in top:
            # A circle of lines that all want to come first is broken at the topmost.
            row = int(np.where(waiting == waiting.min(), top, np.inf).argmin())
            order.append(row)
            waiting -= first[row]
            waiting[row] = done * done
        return order

    def goes_on(self, above: int, below: int) -> bool:
        """Whether a line belongs to the paragraph of the one before it.

        A table's rows stand alone.
        """
        left, _, _, _, height, gap = self._spans[above].tolist()
        next_left, _, _, _, next_height, next_gap = self._spans[below].tolist()
        size = max(height, next_height)
        alike = size < SAME_SIZE * min(height, next_height)
        short = self._spans[above, 2] < self._column[below] - CELL
        ended = short and next_left > left + 1
        beneath = self._beside[above, below] and 0 < self._lower[below, above] < LEADING * size
        return bool(beneath and alike and not ended and max(gap, next_gap) <= 2 * JOINED)

    def _comes_first(self) -> NDArray[np.int64]:
        """(n, n) 1 where the one line (row) has to be read before the other (column)."""
        above = self._beside & (self._lower < 0)
        chain = above.astype(np.float32)
        between = chain @ chain > 0
        left = self._spans[:, 0]
        left_of = ~self._beside & (left[:, None] < left) & ~(between | between.T)
        return np.asarray(above | left_of, np.int64)


def _page_axes(along: Floats, down: Floats) -> Floats:
    """(2, 2) to be multiplied with from the right: text then runs along x, and lines along y."""
    directions = np.array([along, down])
    if abs(np.linalg.det(directions)) < 1e-3 * np.linalg.norm(along) * np.linalg.norm(down) + 1e-18:
        return np.eye(2)
    unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return np.asarray(np.linalg.inv(unit), np.float64)


def _unit(straight: Floats, ems: Floats) -> Floats:
    """(2,) width of a Chinese letter and height of a line."""
    width = np.median(np.abs(straight[:, 1, 0] - straight[:, 0, 0]) / ems)
    height = np.median(np.abs(straight[:, 3, 1] - straight[:, 0, 1]))
    return np.maximum([width, height], 1e-6)


def _beside(left: Floats, right: Floats) -> Flags:
    """(n, n) whether two stretches overlap by more than a rounding."""
    low, high = np.maximum(left[:, None], left), np.minimum(right[:, None], right)
    shorter = np.minimum((right - left)[:, None], right - left)
    return np.asarray((high - low > 0.1 * shorter) | np.eye(len(left), dtype=np.bool_))


def _lower(spans: Floats) -> Floats:
    """(n, n) how much lower the one (row) is than the other, where both are in the middle."""
    left, right = spans[:, 0], spans[:, 2]
    middle = (np.maximum(left[:, None], left) + np.minimum(right[:, None], right)) / 2
    slope = (spans[:, 3] - spans[:, 1]) / np.maximum(right - left, 1e-9)
    height = spans[:, 1, None] + slope[:, None] * (middle - left[:, None])
    return np.asarray(height - height.T)


def _medians(values: Floats, among: Flags) -> Floats:
    """(n,) the lower median of the ``values`` (n,) that each row of ``among`` (n, n) names."""
    ranked = np.sort(np.where(among, values, np.inf), axis=1)
    return np.asarray(ranked[np.arange(len(values)), (among.sum(axis=1) - 1) // 2])


def _chain(start: int, follower: dict[int, int]) -> list[int]:
    chain = [start]
    while chain[-1] in follower:
        chain.append(follower[chain[-1]])
    return chain


@lru_cache(maxsize=REMEMBERED)
def _ems(text: str) -> float:
    return max(sum(1.0 if _wide(letter) else NARROW for letter in text), NARROW)


def _wide(letter: str) -> bool:
    return east_asian_width(letter) in "WF"


def _on_one_line(line: Sequence[Written]) -> str:
    text = ""
    for block in line:
        text += _blank(text, block.text) + block.text
    return text


def _running(lines: Sequence[str]) -> str:
    """A paragraph's lines as one."""
    text = ""
    for line in lines:
        if len(text) > 1 and text[-1] in HYPHENS and text[-2].islower() and line[:1].islower():
            text = text[:-1] + line
        else:
            text += _blank(text, line) + line
    return text


def _blank(before: str, after: str) -> str:
    if not before or not after or (_wide(before[-1]) and _wide(after[0])):
        return ""
    return " "
