"""Answers about what is here now."""

from __future__ import annotations

from collections.abc import Sequence

from vision.grounded.asked import SURE, Asked, Grounded, nearest_to, text_box
from vision.grounded.past import none_here
from vision.grounded.places import clipped, gap, together
from vision.grounded.sizes import distance
from vision.grounded.telling import (
    Telling,
    everything,
    grouped,
    listed,
    members,
    name,
    tell_limits,
    told,
    where,
)
from vision.grounded.tongue import Saying
from vision.scene import SceneObject

MOST_TEXTS = 3
"""Lines of text that are quoted beside objects."""


def describe(asked: Asked) -> Grounded:
    """What is here."""
    telling = Telling(asked.tongue)
    tell_here(telling, asked.here)
    tell_text(telling, asked)
    return telling.done()


def tell_here(telling: Telling, objects: Sequence[SceneObject]) -> None:
    """What is here of everything, or that it is nothing."""
    groups = grouped(objects)
    for sentence in everything(telling.tongue, groups):
        telling.add(sentence)
    telling.add("" if groups else telling.tongue.say("nothing_here"), members(groups))


def tell_text(telling: Telling, asked: Asked) -> None:
    """Quotes text that is in view."""
    lines = [asked.tongue.quote(text.text) for text in asked.texts()[:MOST_TEXTS]]
    if lines:
        telling.add(asked.tongue.say("reads", len(lines), what=asked.tongue.listing(lines)))


def what_at(asked: Asked) -> Grounded:
    """What is in a place, or what was pointed at."""
    if asked.at_something:
        return _what_is_that(asked)
    telling, tongue, question = Telling(asked.tongue), asked.tongue, asked.question
    groups = grouped(asked.meant)
    area = _area(asked)
    if question.anchor and not asked.anchors:
        telling.add(tongue.say("none_here", what=tongue.either(question.anchor)))
    elif groups:
        telling.add(tongue.say("at", what=listed(tongue, groups), where=area), members(groups))
    else:
        telling.add(tongue.say("nothing_at", where=area), asked.anchors[:1])
    return telling.done()


def _area(asked: Asked) -> str:
    question, tongue = asked.question, asked.tongue
    if question.relation:
        label = asked.anchors[0].label if asked.anchors else question.anchor[0]
        return tongue.relation(question.relation, tongue.the(label))
    return tongue.side(question.side or "middle")


def _what_is_that(asked: Asked) -> Grounded:
    telling, tongue = Telling(asked.tongue), asked.tongue
    target = asked.pointed_at
    if target is None and asked.focus is None and asked.point is None:
        target = nearest_to((0.5, 0.5), asked.here)
    texts = asked.texts() if target or asked.point else ()
    if target is not None:
        what = name(tongue, [target], target.colour)
        telling.add(tongue.say("that_is", what=what, where=where(tongue, [target])), [target])
        texts = tuple(each for each in texts if gap(text_box(each), target.box) == 0)
    elif not texts:
        telling.add(tongue.say("nothing_known_there"))
    lines = [tongue.quote(text.text) for text in texts[:MOST_TEXTS]]
    if lines:
        telling.add(tongue.say("reads", len(lines), what=tongue.listing(lines)))
    return telling.done(knows=target is not None or bool(texts))


def count(asked: Asked) -> Grounded:
    """How many there are."""
    telling, tongue, question = Telling(asked.tongue), asked.tongue, asked.question
    groups = grouped(asked.meant)
    total = sum(map(len, groups))
    if total == 0:
        return none_here(asked)
    if len(groups) == 1:
        telling.add(told(tongue, groups[0], question.colour), groups[0])
    else:
        what = listed(tongue, groups, question.colour)
        telling.add(tongue.say("group", total, all=tongue.anything(total), what=what))
        telling.add("", members(groups))
    tell_limits(telling, asked, total)
    return telling.done(knows=not question.narrower)


def exists(asked: Asked) -> Grounded:
    """Whether there is such a thing, and where."""
    telling, tongue = Telling(asked.tongue), asked.tongue
    groups = grouped(asked.meant)
    if not groups or asked.for_words:
        return none_here(asked)
    first, *others = everything(tongue, groups, asked.question.colour)
    sure = any(each.score >= SURE for each in members(groups))
    telling.add(tongue.say("yes", what=first) if sure else first, members(groups))
    for sentence in others:
        telling.add(sentence)
    tell_limits(telling, asked, sum(map(len, groups)))
    return telling.done(knows=not asked.question.narrower)


def where_is(asked: Asked) -> Grounded:
    """Where something is."""
    telling, tongue, question = Telling(asked.tongue), asked.tongue, asked.question
    groups = grouped(asked.meant)
    if not groups or asked.for_words:
        return none_here(asked)
    for group in groups:
        if len(group) > 1:
            telling.add(told(tongue, group, question.colour), group)
            continue
        what = tongue.the(group[0].label, 1, question.colour)
        what = what if group[0].score >= SURE else tongue.say("probably", what=what)
        place = where(tongue, group)
        beside = _beside(group[0], asked.here)
        if beside is not None:
            other = tongue.things(beside.label, 1)
            place = tongue.say("next_to", where=place, what=other)
        telling.add(tongue.say("is_at", 1, what=what, where=place), group)
        telling.add("", [beside] if beside else [])
    tell_limits(telling, asked, sum(map(len, groups)))
    return telling.done(knows=not question.narrower)


def _beside(each: SceneObject, here: Sequence[SceneObject]) -> SceneObject | None:
    """The nearest thing, if it is near for their sizes and no other of its kind is here."""
    others = [other for other in here if other.label != each.label and other.score >= SURE]
    near = min(others, key=lambda other: (gap(each.box, other.box), other.id), default=None)
    if near is None or sum(other.label == near.label for other in here) > 1:
        return None
    return near if together((each.label, each.box), (near.label, near.box)) else None


def nearest(asked: Asked) -> Grounded:
    """What is nearest to the person, as far as sizes tell."""
    telling, tongue = Telling(asked.tongue), asked.tongue
    if not asked.meant:
        return none_here(asked) if asked.question.labels else describe(asked)
    best = min(asked.meant, key=_closeness)
    what = tongue.the(best.label)
    telling.add(tongue.say("looks_nearest", what=what, where=where(tongue, [best])), [best])
    tell_limits(telling, asked, 1)
    return telling.done(knows=not asked.question.narrower)


def _closeness(each: SceneObject) -> tuple[bool, float, int]:
    """Less for what is closer: by its distance, or where that is not to be told by its foot."""
    judged = distance(each.label, each.box)
    _, top, _, height = clipped(each.box)
    return judged is None, judged[0] if judged else -(top + height), each.id


def colour(asked: Asked) -> Grounded:
    """Which colour something has, or whether it has one."""
    question, tongue = asked.question, asked.tongue
    telling = Telling(tongue)
    things = [each for each in asked.here if _asked_for(asked, each)]
    if not things:
        return none_here(asked)
    alone = len(things) == 1
    for each in sorted(things, key=lambda each: (each.box[0], each.id)):
        what = tongue.the(each.label)
        if not each.colour:
            telling.add(tongue.say("no_colour", what=what, where=where(tongue, [each])), [each])
        elif question.colour and alone:
            telling.add(_as_asked(asked, each), [each])
        elif alone:
            telling.add(
                tongue.say("is_colour", what=what, colour=tongue.colour(each.colour)), [each]
            )
        else:
            shade, place = tongue.colour(each.colour), where(tongue, [each])
            telling.add(tongue.say("one_is_colour", what=what, where=place, colour=shade), [each])
    tell_limits(telling, asked, len(things))
    return telling.done(knows=all(each.colour for each in things) and not question.narrower)


def _as_asked(asked: Asked, each: SceneObject) -> str:
    tongue = asked.tongue
    saying: Saying = "yes_colour" if each.colour == asked.question.colour else "not_colour"
    return tongue.say(saying, what=tongue.the(each.label), colour=tongue.colour(each.colour))


def _asked_for(asked: Asked, each: SceneObject) -> bool:
    if asked.at_something:
        return each == asked.pointed_at
    return not asked.question.labels or each.label in asked.question.labels
