"""What a person sees of a bad link: how long the picture stood still, and when it came back.

Everything is in milliseconds of one clock. A frame is shown when its number first is on the screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

FREEZE_MS = 150.0
"""A longer time without a new frame is a freeze."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """Freezes within a span of time."""

    count: int
    "How many there were."
    whole: float
    "Milliseconds in all, from the last frame before each freeze to the first one after it."
    excess: float
    "The same, less the time that each gap might have taken without being a freeze."

    def per_minute(self, span: float) -> tuple[float, float]:
        """Seconds a minute, ``whole`` and ``excess``, where ``span`` ms were watched."""
        return self.whole / span * 60, self.excess / span * 60


def frozen(shown: Iterable[float], begin: float, end: float) -> Frozen:
    """The freezes from ``begin`` to ``end``, given when new frames were shown, in order.

    A picture that does not come before ``end``, or has not come since ``begin``, is frozen too.
    """
    edges = [begin, *(when for when in shown if begin < when < end), end]
    gaps = [after - before for before, after in pairwise(edges)]
    freezes = [gap for gap in gaps if gap > FREEZE_MS]
    return Frozen(len(freezes), sum(freezes), sum(gap - FREEZE_MS for gap in freezes))


@dataclass(frozen=True, slots=True)
class Recovery:
    """How the picture came back after one interruption."""

    first: float
    "Milliseconds from the link's return to the first frame that was taken since it was lost."
    fresh: float
    "The same, to the first frame that was taken since the link's return."


def recoveries(
    frames: Sequence[tuple[float, float]], interruptions: Iterable[tuple[float, float]], end: float
) -> list[Recovery]:
    """How the picture came back after each interruption.

    What a system had stored up before it shows nothing of the link, and does not count.

    Args:
        frames: (shown, latency) of each new frame, in order.
        interruptions: when the link was lost, and when it was back.
        end: when the session ended; a picture that never came counts as if it came then.
    """
    found = []
    for lost, back in interruptions:
        since = [(shown, shown - age) for shown, age in frames if shown > back]
        first = next((shown for shown, taken in since if taken >= lost), end)
        fresh = next((shown for shown, taken in since if taken >= back), end)
        found.append(Recovery(first - back, fresh - back))
    return found
