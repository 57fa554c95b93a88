"""Single things: followed through what trackers do to them, and given up in time.

How long a thing is waited for depends on why it may be unseen; see ``presence``.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot

from vision.scene import SceneObject, SceneView
from vision.types import Box, Seconds, TrackId
from vision.watching.places import covered, heading_out, overlap

SETTLE = 0.1
"""Seconds between the first and the newest detection of a thing that is believed to have come."""

SURE = 0.53
"""Mean score from which detections prove something; mistakes of small detectors stay below it."""

DOUBT = 0.35
"""What is taken from such a score; the rest is the evidence of one detection."""

LITTLE = 0.006
"""Evidence of one detection below it: so it takes ten seconds of them."""

MOST_EVIDENCE = 2.0
"""And no larger than this, so that a thing long gone has to prove itself anew."""

EDGE_PATIENCE = 0.25
"""Seconds unseen after which a thing on its way out of the picture is gone."""

PATIENCE = 0.42
"""Seconds unseen after which a clearly seen thing is gone from the midst of the picture."""

HARD_PATIENCE = 1.5
"""The same for a thing that detections only just find."""

COVERED_PATIENCE = 2.0
"""Seconds for which a thing may be unseen since another one moved in front, or took its place."""

HIDING = 0.6
"""Part of a thing that something has to be in front of to hide it."""

HIDING_FOR = 0.5
"""Seconds before a thing was last seen at which what hides it now was not yet before it."""

MOST_PATIENCE = 4.0
"""However often it was missed before, no thing is waited for longer."""

CLEAR, HARD = 0.55, 0.4
"""Mean scores from which a thing counts as clearly seen, and below which as only just."""

GAP_FACTOR = 2.0
"""A thing that was missed for some time before is waited for so many times as long."""

GAP_MEMORY = 20.0
"""Seconds over which half of such a time is forgotten."""

SCORE_MEMORY = 1.0
"""Seconds over which a thing's mean score follows the newest."""

FEWEST_MISSES, FEWEST_MISSES_AT_EDGE = 3, 2
"""Pictures in a row without the thing, whatever the time: detections may come slowly."""

SPEED_MEMORY = 0.3
"""Seconds over which a thing's speed follows the newest: that of single boxes is unsteady."""

SAME_WITHIN = 1.5
"""Seconds within which a thing found at the place of a lost one is that one."""

SAME_REACH = 1.0
"""How far off a lost thing's place it may be found, in its diagonals, for each second of loss..."""

SAME_LEAST = 0.4
"""...and in any case."""

MISNAMED_FOR = 1.0
"""Seconds for which a followed thing may go by another label and still be what it was."""

INSTANT = 1e-6
"""Seconds by which times that are the same may differ."""


@dataclass(slots=True, eq=False)
class Thing:
    """One thing of the sort that is watched for."""

    id: TrackId
    "By which it is followed now."
    box: Box
    "Where it was last seen, or is believed to be while it is overlooked for a moment."
    velocity: tuple[float, float]
    "In the picture, of late."
    first: Seconds
    "First detection."
    last: Seconds
    "Newest detection."
    named: Seconds
    "When it last went by its name."
    score: float
    "Mean of the recent detections."
    evidence: float
    "What its detections add up to, less what missing it took."
    hits: int = 1
    "Detections."
    here: bool = False
    "Whether it is believed in."
    old: bool = False
    "Whether it was there before the watch began."
    missed: int = 0
    "Pictures in a row without it."
    excused: float = 0.0
    "When something last explained that it is not seen."
    gap: float = 0.0
    "Longest time for which it was missed and came back, of late."


def newcomer(found: SceneObject) -> Thing:
    """A thing that is seen for the first time."""
    return Thing(
        id=found.id,
        box=found.box,
        velocity=found.velocity,
        first=found.first,
        last=found.last,
        named=found.last,
        score=found.score,
        evidence=_weight(found.score),
    )


def _weight(score: float) -> float:
    return score - DOUBT if score >= SURE else LITTLE


def follow(thing: Thing, found: SceneObject, *, named: bool) -> None:
    """Takes in a new detection of a thing, unless it has gone by another name for too long."""
    last = found.last
    if named:
        thing.named = last
    since = last - thing.last
    if since <= 0 or last - thing.named > MISNAMED_FOR:
        return
    if thing.missed or thing.gap:
        longest = max(since, thing.gap) if thing.missed else thing.gap
        thing.gap, thing.missed = longest * 0.5 ** (since / GAP_MEMORY), 0
    thing.hits += 1
    thing.score += (found.score - thing.score) * max(1 / thing.hits, min(1.0, since / SCORE_MEMORY))
    thing.evidence = min(thing.evidence + _weight(thing.score), MOST_EVIDENCE)
    share = min(1.0, since / SPEED_MEMORY)
    x, y = thing.velocity
    thing.velocity = (
        x + (found.velocity[0] - x) * share,
        y + (found.velocity[1] - y) * share,
    )
    thing.box, thing.last = found.box, last


def same(thing: Thing, found: SceneObject) -> bool:
    """Whether a thing that was lost is the one that was found, by time and place."""
    lost = found.last - thing.last
    if not 0 < lost <= SAME_WITHIN:
        return False
    if overlap(thing.box, found.box) > 0:
        return True
    reach = (SAME_LEAST + SAME_REACH * lost) * hypot(*thing.box[2:])
    x, y = (
        found.box[side] + found.box[side + 2] / 2 - thing.box[side] - thing.box[side + 2] / 2
        for side in (0, 1)
    )
    return hypot(x, y) <= reach


def given_up(thing: Thing, view: SceneView) -> bool:
    """Whether a thing has been unseen for longer than it would be if it was still there."""
    unseen = view.t - thing.last
    if heading_out(thing.box, thing.velocity, unseen):
        return unseen >= EDGE_PATIENCE - INSTANT and thing.missed >= FEWEST_MISSES_AT_EDGE
    if unseen < COVERED_PATIENCE and any(_explains(one, thing, view.t) for one in view.objects):
        thing.excused = view.t
        return False
    waited = view.t - max(thing.last, thing.excused)
    return waited >= _patience(thing) - INSTANT and thing.missed >= FEWEST_MISSES


def _patience(thing: Thing) -> float:
    hardness = min(1.0, max(0.0, (CLEAR - thing.score) / (CLEAR - HARD)))
    patience = PATIENCE + hardness * (HARD_PATIENCE - PATIENCE)
    return min(max(patience, GAP_FACTOR * thing.gap), MOST_PATIENCE)


def _explains(other: SceneObject, thing: Thing, now: Seconds) -> bool:
    """Whether something else has got in front of a thing, or is the thing by another name."""
    if other.id == thing.id:
        return False
    unseen = now - thing.last
    where = _shifted(thing.box, thing.velocity, unseen)
    if max(covered(thing.box, other.box), covered(where, other.box)) < HIDING:
        return False
    if other.first >= thing.last - SETTLE:
        return True
    before = _shifted(other.box, other.velocity, thing.last - HIDING_FOR - other.last)
    return covered(thing.box, before) < HIDING


def _shifted(box: Box, velocity: tuple[float, float], seconds: float) -> Box:
    left, top, width, height = box
    return left + velocity[0] * seconds, top + velocity[1] * seconds, width, height
