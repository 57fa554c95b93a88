"""How often one person may have something that costs everybody time."""

from __future__ import annotations

import math
from collections.abc import Sequence

from vision.vocabulary import Share, plain

MOST_WORDS = 16
"""New words that one session can have looked for at once: each is read by a network first."""

EACH_WORD = 2.0
"""Seconds after which it can have another one."""


class TooOften(Exception):
    """It was had too often lately; says when to try again."""


class Allowance:
    """So many at once, and another one every so often. Time is an argument."""

    def __init__(self, most: int, each: float) -> None:
        """``most`` at once, and one more after each ``each`` seconds."""
        self._most, self._each = most, each
        self._left, self._since = float(most), -math.inf

    def missing(self, count: int, now: float) -> float:
        """Seconds until so many may be had, at most as many as there ever are; 0 for at once."""
        return max(0.0, min(count, self._most) - self._at(now)) * self._each

    def take(self, count: int, now: float) -> None:
        """So many were had."""
        self._left, self._since = max(0.0, self._at(now) - count), now

    def _at(self, now: float) -> float:
        return min(self._most, self._left + (now - self._since) / self._each)


class WordAllowance:
    """Of the words that one session has looked for."""

    def __init__(self, labels: Sequence[str]) -> None:
        """``labels`` are the session's; those that are no ``Share`` cost nothing."""
        self._labels = labels
        self._allowance = Allowance(MOST_WORDS, EACH_WORD)

    def new(self, wanted: Sequence[str], now: float) -> int:
        """How many of them are not looked for already.

        Raises:
            ValueError: one of them is no phrase.
            TooOften: they are too many for now.
        """
        if not isinstance(self._labels, Share):
            return 0
        count = len(set(plain(wanted)).difference(self._labels.words))
        wait = self._allowance.missing(count, now)
        if wait > 0:
            raise TooOften(
                "That were many new things to look for in a short time. Try again in "
                f"{math.ceil(wait)} s; until then what you named before is looked for."
            )
        return count

    def take(self, count: int, now: float) -> None:
        """So many are looked for from now on."""
        self._allowance.take(count, now)
