"""Which packets a link loses: by chance from a seed, in bursts, or by their numbers.

Everything here is pure. A draw depends on a seed, on what it is for and on a packet's number, never
on what was drawn before, so that one fault does not change the decisions of another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

_WORD = (1 << 64) - 1


class Purpose(IntEnum):
    """What a draw is for."""

    LOSS = 1
    STATE = 2
    JITTER = 3
    REORDER = 4
    DUPLICATE = 5


def draw(seed: int, purpose: Purpose, index: int) -> float:
    """A number in [0, 1), evenly spread, the same for the same arguments.

    SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014),
    whose streams are told apart by mixing seed and purpose into the start.
    """
    start = _mixed(_mixed(seed & _WORD) ^ purpose)
    return _mixed(start + index * 0x9E3779B97F4A7C15) / (1 << 64)


def _mixed(word: int) -> int:
    word = (word + 0x9E3779B97F4A7C15) & _WORD
    word = ((word ^ word >> 30) * 0xBF58476D1CE4E5B9) & _WORD
    word = ((word ^ word >> 27) * 0x94D049BB133111EB) & _WORD
    return word ^ word >> 31


IsLost = Callable[[int], bool]
"""Tells of a packet's number whether it is lost. Numbers are asked for once each, rising."""


class Loss(Protocol):
    """A way of losing packets."""

    def pattern(self, seed: int) -> IsLost:
        """The decisions of one direction of one link."""
        ...


@dataclass(frozen=True, slots=True)
class Chance:
    """Each packet is lost by itself (Bernoulli)."""

    probability: float
    "0 to 1."

    def __post_init__(self) -> None:
        _check_probability(self.probability)

    def pattern(self, seed: int) -> IsLost:
        """See ``Loss``."""
        return lambda index: draw(seed, Purpose.LOSS, index) < self.probability


@dataclass(frozen=True, slots=True)
class Exactly:
    """The packets of these numbers, counted from 0, are lost."""

    numbers: frozenset[int]
    "May be empty."

    def pattern(self, seed: int) -> IsLost:  # noqa: ARG002 - a script needs no seed
        """See ``Loss``."""
        return self.numbers.__contains__


@dataclass(frozen=True, slots=True)
class Bursts:
    """Losses in bursts: the two-state chain of Gilbert and Elliott.

    Elliott, "Estimates of error rates for codes on burst-noise channels", Bell System Technical
    Journal 42 (1963). In its long run the share ``length * loss / (length + gap)`` is lost.
    """

    gap: float
    "Packets from the end of a burst to the next one's beginning, mean."
    length: float
    "Packets that a burst lasts, mean."
    loss: float = 1.0
    "Probability of a packet's loss within a burst; none is lost outside."

    def __post_init__(self) -> None:
        _check_probability(self.loss)
        if self.gap < 1 or self.length < 1:
            raise ValueError("gap and length of bursts are at least one packet")

    def pattern(self, seed: int) -> IsLost:
        """See ``Loss``."""
        states = self._states(seed)
        reached = -1
        bad = False

        def is_lost(index: int) -> bool:
            nonlocal reached, bad
            for _ in range(index - reached):
                bad = next(states)
            reached = max(reached, index)
            return bad and draw(seed, Purpose.LOSS, index) < self.loss

        return is_lost

    def _states(self, seed: int) -> Iterator[bool]:
        bad, index = False, 0
        while True:
            change = 1 / (self.length if bad else self.gap)
            bad ^= draw(seed, Purpose.STATE, index) < change
            yield bad
            index += 1


NO_LOSS = Exactly(frozenset())


def _check_probability(value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"a probability is from 0 to 1, not {value}")
