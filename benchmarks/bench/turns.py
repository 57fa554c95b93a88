"""Whose turn it is: the order moves on with every round, so that none is always first. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def order(contenders: Sequence[T], turn: int, rounds: int) -> list[T]:
    """The order of round ``turn``: rotated so that over all rounds starts lie evenly apart."""
    if not contenders:
        return []
    first = turn * len(contenders) // max(1, rounds) % len(contenders)
    return [*contenders[first:], *contenders[:first]]
