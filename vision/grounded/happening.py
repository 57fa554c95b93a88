"""Answers about what moves and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from vision.grounded.asked import SURE, Asked, Grounded
from vision.grounded.past import none_here
from vision.grounded.places import direction_of, gap
from vision.grounded.telling import Telling, grouped, name, tell_limits, told
from vision.grounded.tongue import Tongue
from vision.scene import MOVE_WINDOW, Change, SceneObject

LEAST_MOVED = 0.17
"""Diagonals of its box that a thing has to get by itself to count as moving."""

LEAST_SPEED = 0.1
"""The same for a second of the time that it was measured over."""

CHANGED_WITHIN = 60.0
"""Seconds back that count where the question names no time."""

ARRIVAL = 1.0
"""Seconds after the first picture in which what is found was there from the start."""

SAME = 1.5
"""Seconds between a going and a coming of one kind in one place that are no change."""

EDGE = 0.03
"""Distance from the edge of the picture at which things come and go for good."""

OVERLAP = 0.5
"""Seconds that the one may be followed while the other is not yet given up."""

SAME_PLACE = 0.05
"""Distance between boxes that is one place."""

MOST_CHANGES_TOLD = 4
"""Changes of a kind that are told one by one."""


def moving(objects: Iterable[SceneObject]) -> list[SceneObject]:
    """Those that move by themselves; what is doubtful only where nothing else of its kind moves."""
    movers = [each for each in objects if _moves(each)]
    sure = {each.label for each in movers if each.score >= SURE}
    return [each for each in movers if each.score >= SURE or each.label not in sure]


def moved(asked: Asked) -> Grounded:
    """What moves, and which way."""
    telling, tongue = Telling(asked.tongue), asked.tongue
    if not asked.meant and (asked.question.labels or asked.at_something):
        return none_here(asked)
    movers = moving(asked.meant)
    tell_moving(telling, movers)
    asked_for = asked.question.labels or asked.at_something
    if not movers and asked_for:
        for group in grouped(asked.meant):
            what = tongue.the(group[0].label, len(group), asked.question.colour)
            telling.add(tongue.say("not_moving", len(group), what=what), group)
    elif not movers:
        telling.add(tongue.say("nothing_moving"))
    tell_limits(telling, asked, len(movers) or len(asked.meant))
    return telling.done(knows=not asked.question.narrower)


def tell_moving(telling: Telling, movers: Sequence[SceneObject]) -> None:
    """One sentence for each kind and direction."""
    for group in by_direction(movers):
        telling.add(moving_phrase(telling.tongue, group), group)


def moving_phrase(tongue: Tongue, group: Sequence[SceneObject]) -> str:
    """``Two people are moving left``; all of a group go one way."""
    heading = direction_of(group[0].way)
    what = name(tongue, group)
    if not heading:
        return tongue.say("moving_somehow", len(group), what=what)
    return tongue.say("moving", len(group), what=what, way=tongue.direction(heading))


def by_direction(movers: Sequence[SceneObject]) -> list[list[SceneObject]]:
    """Those of one kind that go one way together."""
    groups = []
    for kind in grouped(movers):
        kind.sort(key=lambda each: direction_of(each.way))
        groups += [list(same) for _, same in groupby(kind, key=lambda each: direction_of(each.way))]
    return groups


def _moves(each: SceneObject) -> bool:
    measured = min(MOVE_WINDOW, each.last - each.first)
    return each.moved >= LEAST_MOVED and each.moved >= LEAST_SPEED * measured


def changed(asked: Asked) -> Grounded:
    """What came and went, and what text is new."""
    telling, tongue = Telling(asked.tongue), asked.tongue
    within = asked.question.within or CHANGED_WITHIN
    since = max(asked.now - within, asked.view.began + ARRIVAL)
    real = [change for change in asked.view.changes if _counts(change, asked, within)]
    _tell_came(telling, asked, [change for change in real if change.kind == "came"])
    _tell_went(telling, asked, [change for change in real if change.kind == "went"])
    news = [text for text in asked.view.texts if text.first >= since and not asked.question.labels]
    if news:
        lines = tongue.listing(tongue.quote(text.text) for text in news[:MOST_CHANGES_TOLD])
        telling.add(tongue.say("new_text", len(news), what=lines))
    if not telling.done().text:
        seconds = min(within, max(asked.now - asked.view.began, 0.0))
        telling.add(_no_change(asked, tongue.span(seconds)))
    return telling.done()


def _counts(change: Change, asked: Asked, within: float) -> bool:
    """Whether a change is one that was asked for."""
    view = asked.view
    found_at_first = change.kind == "came" and change.at < view.began + ARRIVAL
    recent = change.at >= asked.now - within and not found_at_first
    return recent and asked.named(change.what) and not _undone(change, view.changes)


def _no_change(asked: Asked, span: str) -> str:
    question, tongue = asked.question, asked.tongue
    if not question.labels:
        return tongue.say("nothing_changed", span=span)
    what = tongue.either(question.labels, question.colour, question.kind)
    return tongue.say("none_changed", what=what, span=span)


def _tell_came(telling: Telling, asked: Asked, came: Sequence[Change]) -> None:
    tongue = telling.tongue
    new = {change.what.id for change in came}
    for group in grouped(each for each in asked.here if each.id in new):
        telling.add(tongue.say("came", len(group), what=told(tongue, group)), group)


def _tell_went(telling: Telling, asked: Asked, went: Sequence[Change]) -> None:
    tongue = telling.tongue
    here = {each.id for each in asked.here}
    gone = {change.what.id: change.what for change in went if change.what.id not in here}
    for group in grouped(gone.values()):
        what = name(tongue, group)
        ago = tongue.ago(max(0.0, asked.now - max(each.last for each in group)))
        known = [each for each in group if each in asked.view.departed]
        telling.add(tongue.say("went", len(group), what=what, ago=ago), known)


def _undone(change: Change, all_changes: Sequence[Change]) -> bool:
    """Whether a coming follows on a going of the same kind there: one thing, lost and found."""
    return any(
        other.kind != change.kind
        and other.what.label == change.what.label
        and _follows(change, other)
        and not (_at_edge(change) or _at_edge(other))
        and gap(other.what.box, change.what.box) <= SAME_PLACE
        for other in all_changes
    )


def _at_edge(change: Change) -> bool:
    """Whether it came in, or went out, at the edge of the picture."""
    left, top, width, height = change.what.box
    return min(left, top) < EDGE or max(left + width, top + height) > 1 - EDGE


def _follows(one: Change, other: Change) -> bool:
    came, went = (one, other) if one.kind == "came" else (other, one)
    return -OVERLAP <= came.at - went.at <= SAME
