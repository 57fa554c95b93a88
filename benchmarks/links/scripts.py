"""The conditions that are measured, each the same in both directions, by other seeds."""

from __future__ import annotations

from dataclasses import replace

from links.faults import Bursts, Chance
from links.link import Conditions
from links.relay import Script

BLACKOUT = 2.0
"""Seconds."""

BLACKOUT_EVERY = 11.0
"""Seconds from one blackout's beginning to the next one's."""

FIRST_BLACKOUT = 8.0
"""Seconds after the first media packet: by then congestion control has found its rate."""

MAX_BLACKOUTS = 30


def scripts(seconds: float, seed: int = 1) -> dict[str, Script]:
    """The named scripts, for sessions of that length."""
    starts = blackout_starts(seconds)
    blackouts = tuple((start, start + BLACKOUT) for start in starts)
    conditions = {
        "perfect": Conditions(),
        "loss 1 %": Conditions(loss=Chance(0.01)),
        "loss 5 %": Conditions(loss=Chance(0.05)),
        "loss 10 %": Conditions(loss=Chance(0.10)),
        "bursts": Conditions(loss=Bursts(gap=200, length=10, loss=0.8)),
        "jitter": Conditions(delay=0.05, jitter=0.02),
        "reorder": Conditions(reorder=0.05),
        "duplicate": Conditions(duplicate=0.05),
        "300 kbit/s": Conditions(rate=300_000),
        "blackout": Conditions(blackouts=blackouts),
    }
    found = {name: _both_ways(name, each, seed) for name, each in conditions.items()}
    rebinding = _both_ways("rebinding", Conditions(), seed)
    return found | {"rebinding": replace(rebinding, rebind_at=starts)}


def blackout_starts(seconds: float) -> tuple[float, ...]:
    """When the picture is interrupted in a session of that length, with time left to recover.

    Seconds by the script's clock.
    """
    starts = (FIRST_BLACKOUT + BLACKOUT_EVERY * count for count in range(MAX_BLACKOUTS))
    return tuple(start for start in starts if start + BLACKOUT_EVERY <= seconds)


def _both_ways(name: str, conditions: Conditions, seed: int) -> Script:
    down = replace(conditions, seed=2 * seed + 1)
    return Script(name, up=replace(conditions, seed=2 * seed), down=down)
