"""One line of text that is read again and again: what it says is settled by a vote."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vision.likeness import likeness, skeleton
from vision.types import Box, Quad, Seconds, SeenText, TextBlock

VOTES = 6
"""Readings that have a say in what a sign says."""

FADING = 0.7
"""What a reading's say is worth once there is a newer one: two agreeing ones outvote any past."""

CUT_SAY = 0.2
"""What a reading is worth that the picture's edge cut off, or that has but a part of the text."""

SURE = 0.85
"""Score from which one reading is believed; below it takes two that agree."""

SAME_NEWS = 0.8
"""Likeness from which another wording, its digits the same, says nothing new."""

Corners = NDArray[np.float64]
"""(4, 2) fractions of the picture, clockwise from the reader's top left."""


@dataclass(slots=True, eq=False)
class Sign:
    """One sign. Drive it so: ``vote`` with each reading of it, then ask ``has_news``."""

    id: int
    "Counts from 1 within one session."
    first: Seconds
    "When it was first read."
    quad: Corners
    "Where it is; moved with the camera between readings."
    last: Seconds
    "When it was last read."
    text: str = ""
    "What it is believed to say."
    score: float = 0.0
    "The surest recent reading of that."
    unread: int = 0
    "Readings that covered its place since it was last read."
    whole: bool = False
    "Whether it was ever read with nothing missing."
    _votes: deque[tuple[str, float, float]] = field(default_factory=lambda: deque(maxlen=VOTES))
    "Text, score and say of each reading, oldest first."
    _told: str = ""
    "What was last said to be new about it."

    def vote(self, block: TextBlock, t: Seconds, *, cut: bool) -> None:
        """Takes in a reading; ``cut`` if some of it may be missing."""
        self.confirm(t)
        self._votes.append((block.text, block.score, CUT_SAY if cut else 1.0))
        if self.whole and cut:
            return  # Where it is, and what it says, is better known from before.
        self.whole = self.whole or not cut
        self.quad = np.array(block.quad, np.float64)
        self._count()

    def confirm(self, t: Seconds) -> None:
        """It is there, but this reading tells nothing about its wording."""
        self.last, self.unread = t, 0

    def recall(self, before: SeenText) -> None:
        """It is the same sign as one that was seen before, and that is no news."""
        self.id, self.first, self._told = before.id, before.first, before.text

    def has_news(self) -> bool:
        """Whether it says something that it did not say when this last was true.

        What an edge cuts grows and shrinks as the camera moves: it has to stay the same for two
        readings to be news, and never is on a sign that was news before.
        """
        agreed = sum(text == self.text for text, _, _ in self._votes) > 1
        cut = self._votes[-1][2] < 1
        believed = (agreed and not self._told) if cut else (agreed or self.score >= SURE)
        if not believed or not tells_more(self.text, self._told):
            return False
        self._told = self.text
        return True

    @property
    def known(self) -> bool:
        """Whether it was ever news."""
        return bool(self._told)

    @property
    def keys(self) -> set[str]:
        """Skeletons of all that was recently read on it."""
        return {skeleton(text) for text, _, _ in self._votes}

    def as_seen(self) -> SeenText:
        """What is known of it now."""
        return SeenText(self.id, self.text, as_quad(self.quad), self.score, self.first, self.last)

    def _count(self) -> None:
        say: dict[str, float] = {}
        age = len(self._votes)
        for text, score, weight in self._votes:
            age -= 1
            say[text] = say.get(text, 0.0) + score * weight * FADING**age
        self.text = max(reversed(say), key=lambda each: say[each])
        self.score = max(score for text, score, _ in self._votes if text == self.text)


def tells_more(text: str, told: str) -> bool:
    """Whether a text says something new to one who was told the other: a slip of letters does not.

    A digit does, since prices, times and numbers of platforms hang on it.
    """
    a, b = skeleton(text), skeleton(told)
    return bool(a) and (likeness(a, b) < SAME_NEWS or _digits(a) != _digits(b))


def quad_box(quad: Quad) -> Box:
    """The upright box around four corners."""
    (left, right), (top, bottom) = ((min(ends), max(ends)) for ends in zip(*quad, strict=True))
    return left, top, right - left, bottom - top


def as_quad(corners: Corners) -> Quad:
    """Four corners as plain numbers."""
    a, b, c, d = ((x, y) for x, y in corners.tolist())
    return a, b, c, d


def _digits(text: str) -> list[str]:
    return [letter for letter in text if letter.isdigit()]
