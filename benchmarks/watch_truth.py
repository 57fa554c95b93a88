"""What a rule has to tell of a clip, and when: from what can truly be seen in each frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stage_clips import IN_SIGHT, OUT_OF_SIGHT, Clip

from vision.virtual_camera import TrueObject
from vision.watching import (
    Appears,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Leaves,
    Near,
    Rule,
    Subject,
)
from vision.watching.conditions import NEAR
from vision.watching.places import centre, depth_in, distance

SLACK = 0.15
"Diagonals by which a gap between boxes may be measured too small."
EARLY = 0.3
"Seconds by which a border may seem to be crossed early."

Seen = tuple[TrueObject, ...]
Truth = list[tuple[float, Seen]]


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that has to be told, once."""

    since: float
    "When it began to happen: telling before that is a false alarm."
    at: float
    "When it had happened: delays count from here."


def moments(rule: Rule, clip: Clip) -> list[Moment]:
    """Everything in the clip that the rule is about, with no doubt and no delay."""
    times = [index / clip.fps for index in range(round(clip.seconds * clip.fps))]
    truth = [(t, clip.truth(t)) for t in times]
    match rule:
        case Appears() | Leaves():
            return list(_events(rule, clip))
        case Enters():
            return list(_entries(rule, truth))
        case GoneFor():
            return list(_absences(rule, truth))
        case Near():
            return _beginnings(
                truth,
                lambda seen: _gap(rule, seen) <= NEAR,
                lambda seen: _gap(rule, seen) <= NEAR + SLACK,
            )
        case AtLeast() | AtMost() | Exactly():
            least = 0 if isinstance(rule, AtMost) else rule.count
            most = float("inf") if isinstance(rule, AtLeast) else rule.count
            return _beginnings(truth, *_counts(rule.subject, least, most))
        case _:
            raise ValueError(f"nothing is known of the truth of {rule}")


def _of(subject: Subject, seen: Seen, visible: float) -> list[TrueObject]:
    return [one for one in seen if one.label in subject.labels and one.visible >= visible]


def _events(rule: Appears | Leaves, clip: Clip) -> Iterator[Moment]:
    kind = "came" if isinstance(rule, Appears) else "went"
    for event in clip.events():
        if event.kind == kind and event.label in rule.subject.labels:
            yield Moment(event.since, event.at)


def _entries(rule: Enters, truth: Truth) -> Iterator[Moment]:
    inside: set[int] = {one.id for one in _of(rule.subject, truth[0][1], IN_SIGHT)}
    for t, seen in truth:
        for one in _of(rule.subject, seen, IN_SIGHT):
            within = depth_in(centre(one.box), rule.area) >= 0
            if within and one.id not in inside:
                yield Moment(t - EARLY, t)
            (inside.add if within else inside.discard)(one.id)


def _absences(rule: GoneFor, truth: Truth) -> Iterator[Moment]:
    last = last_half = 0.0
    told = False
    for t, seen in truth:
        if _of(rule.subject, seen, IN_SIGHT):
            last_half = t
        if _of(rule.subject, seen, OUT_OF_SIGHT):
            last, told = t, False
        elif t >= last + rule.seconds and not told:
            told = True
            yield Moment(last_half + rule.seconds, last + rule.seconds)


def _counts(
    subject: Subject, least: float, most: float
) -> tuple[Callable[[Seen], bool], Callable[[Seen], bool]]:
    """Whether so many are there for certain, and whether it may be said that they are."""

    def certain(seen: Seen) -> bool:
        half, any_ = (len(_of(subject, seen, share)) for share in (IN_SIGHT, OUT_OF_SIGHT))
        return least <= half and any_ <= most

    def perhaps(seen: Seen) -> bool:
        half, any_ = (len(_of(subject, seen, share)) for share in (IN_SIGHT, OUT_OF_SIGHT))
        return least <= any_ and half <= most

    return certain, perhaps


def _beginnings(
    truth: Truth, certain: Callable[[Seen], bool], perhaps: Callable[[Seen], bool]
) -> list[Moment]:
    found: list[Moment] = []
    since, told = 0.0, False
    for (t, seen), (_, before) in zip(truth, [truth[0], *truth], strict=False):
        if perhaps(seen) and not perhaps(before):
            since, told = t, False
        if not perhaps(seen):
            told = False
        elif certain(seen) and not told:
            told = True
            found.append(Moment(since, t))
    return found


def _gap(rule: Near, seen: Seen) -> float:
    """Between the nearest two, in diagonals."""
    gaps = [
        distance(one.box, other.box)
        for one in _of(rule.subject, seen, IN_SIGHT)
        for other in _of(rule.other, seen, IN_SIGHT)
        if one.id != other.id
    ]
    return min(gaps, default=float("inf"))
