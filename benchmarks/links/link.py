"""What one direction of a link does to each packet. Pure: time is an argument.

Driving contract: ``Link.plan`` once for each packet, in the order in which they come; numbers rise
and time does not go back. The answer holds when the packet is to leave, once, twice or never.
A packet meets blackout, loss, the queue of the narrow part, and delay, in this order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from links.faults import NO_LOSS, Loss, Purpose, draw

JITTER_SLOT = 0.02
"""Seconds for which a jitter holds: queues on the way change more slowly than packets come, and the
packets of one frame meet the same one."""

COPY_AFTER = 0.01
"""Seconds after which a duplicate follows, so that it often comes when its frame is complete."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """One direction of a link."""

    delay: float = 0.0
    "Seconds."
    jitter: float = 0.0
    "Seconds: the delay varies by up to this to either side. Order is kept; see ``reorder``."
    loss: Loss = NO_LOSS
    "Which packets are lost."
    reorder: float = 0.0
    "Probability of a packet's being overtaken."
    held_back: float = 0.03
    "Seconds by which such a packet comes late."
    duplicate: float = 0.0
    "Probability of a packet's coming twice."
    rate: float = math.inf
    "Bits a second that get through."
    queue: int = 16_384
    "Bytes that may wait at the narrow part; what comes when it is full is lost (tail drop)."
    blackouts: tuple[tuple[float, float], ...] = ()
    "Spans of time, from and to, in which everything is lost."
    seed: int = 1
    "Of everything that is left to chance."

    def __post_init__(self) -> None:
        if min(self.delay, self.held_back) < 0 or not 0 <= self.jitter <= self.delay:
            raise ValueError("delays are 0 or more, and a jitter is no more than its delay")
        if not (0 <= self.reorder <= 1 and 0 <= self.duplicate <= 1):
            raise ValueError("a probability is from 0 to 1")
        if self.rate <= 0 or self.queue <= 0:
            raise ValueError("rate and queue are above 0")


CLEAR = Conditions()
"""Harms nothing."""


class Fate(Enum):
    """What becomes of a packet."""

    PASSED = "passed"
    OVERTAKEN = "overtaken"
    DUPLICATED = "duplicated"
    BLACKOUT = "lost in a blackout"
    LOST = "lost"
    OVERFLOW = "lost at the full queue"


@dataclass(frozen=True, slots=True)
class Plan:
    """The decision on one packet."""

    fate: Fate
    "What becomes of it."
    departures: tuple[float, ...] = ()
    "When it leaves; empty if it is lost."


class Link:
    """One direction of a link, for as long as a session lasts."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._is_lost = conditions.loss.pattern(conditions.seed)
        self._free_at = -math.inf
        self._last = -math.inf

    def plan(self, index: int, size: int, now: float) -> Plan:
        """Decides on packet ``index`` of ``size`` bytes, which comes at ``now`` (seconds)."""
        conditions = self._conditions
        lost = self._is_lost(index)
        if any(begin <= now < end for begin, end in conditions.blackouts):
            return Plan(Fate.BLACKOUT)
        if lost:
            return Plan(Fate.LOST)
        sent = self._through_queue(size, now)
        if sent is None:
            return Plan(Fate.OVERFLOW)
        arrives = sent + conditions.delay + self._jitter(now)
        if self._chance(Purpose.REORDER, index, conditions.reorder):
            return Plan(Fate.OVERTAKEN, (arrives + conditions.held_back,))
        self._last = max(self._last, arrives)
        if self._chance(Purpose.DUPLICATE, index, conditions.duplicate):
            return Plan(Fate.DUPLICATED, (self._last, self._last + COPY_AFTER))
        return Plan(Fate.PASSED, (self._last,))

    def _through_queue(self, size: int, now: float) -> float | None:
        """When the packet's last bit is through the narrow part; None if the queue is full."""
        rate = self._conditions.rate
        if math.isinf(rate):
            return now
        start = max(self._free_at, now)
        if (start - now) * rate / 8 + size > self._conditions.queue:
            return None
        self._free_at = start + size * 8 / rate
        return self._free_at

    def _jitter(self, now: float) -> float:
        if not self._conditions.jitter:
            return 0.0
        slot = math.floor(now / JITTER_SLOT)
        spread = 2 * draw(self._conditions.seed, Purpose.JITTER, slot) - 1
        return spread * self._conditions.jitter

    def _chance(self, purpose: Purpose, index: int, probability: float) -> bool:
        return probability > 0 and draw(self._conditions.seed, purpose, index) < probability
