"""Telling of several objects in few words: grouped, the most important first, with their places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from vision.grounded.asked import SURE, Asked, Grounded
from vision.grounded.places import Place, centre, clipped, place_of
from vision.grounded.tongue import Saying, Tongue
from vision.scene import SceneObject
from vision.types import TrackId

MOST_GROUPS = 6
"""Kinds of things that are told of; of more it is said how many."""

MOST_PLACED_GROUPS = 3
"""Kinds of things up to which each is told with its place."""

MOST_PLACED = 4
"""Things of a kind up to which each has its own place; of more, how many are on each side."""

Group = list[SceneObject]


class Telling:
    """Collects what is said, and which objects it speaks of."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue
        self._said: list[str] = []
        self._ids: dict[TrackId, None] = {}

    def add(self, sentence: str, objects: Iterable[SceneObject] = ()) -> None:
        """One more sentence, and what it speaks of."""
        if sentence:
            self._said.append(sentence)
        self._ids.update(dict.fromkeys(each.id for each in objects))

    def done(self, *, knows: bool = True, evidence: str = "") -> Grounded:
        """All of it."""
        return Grounded(self.tongue.sentences(self._said), tuple(self._ids), knows, evidence)


def grouped(objects: Iterable[SceneObject]) -> list[Group]:
    """Objects of each label together; people first, then by how much of the picture they take."""
    in_order = sorted(objects, key=lambda each: each.label)
    groups = [list(group) for _, group in groupby(in_order, key=lambda each: each.label)]
    for group in groups:
        group.sort(key=lambda each: (centre(each.box)[0], each.id))
    return sorted(groups, key=_importance, reverse=True)


def name(tongue: Tongue, group: Sequence[SceneObject], colour: str = "") -> str:
    """What a group is called with its number: ``two people``, ``probably a dog``."""
    label, sure = group[0].label, sum(each.score >= SURE for each in group)
    if sure == len(group):
        return tongue.things(label, sure, colour)
    if sure == 0:
        return tongue.say("probably", len(group), what=tongue.things(label, len(group), colour))
    known = tongue.counted(label, sure, colour)
    return tongue.say("count_maybe", sure, what=known, most=tongue.number(len(group)))


def told(tongue: Tongue, group: Sequence[SceneObject], colour: str = "") -> str:
    """A group of one label with where its members are."""
    saying: Saying = "here" if len(set(_places(group))) == 1 else "spread"
    return tongue.say(saying, what=name(tongue, group, colour), where=where(tongue, group))


def where(tongue: Tongue, group: Sequence[SceneObject]) -> str:
    """Where the members of a group are; those that are in one place together."""
    places = _places(group)
    counts = {each: places.count(each) for each in places}
    if len(counts) == 1:
        return tongue.place(places[0])
    return tongue.items(
        tongue.say("one_at", count, what=tongue.number(count), where=tongue.place(each))
        for each, count in counts.items()
    )


def everything(tongue: Tongue, groups: Sequence[Group], colour: str = "") -> list[str]:
    """One sentence for each of a few groups, with places; of more than a few only one for all."""
    if len(groups) <= MOST_PLACED_GROUPS:
        return [told(tongue, group, colour) for group in groups]
    return [listed(tongue, groups, colour)]


def listed(tongue: Tongue, groups: Sequence[Group], colour: str = "") -> str:
    """The groups in one phrase without their places."""
    names = [name(tongue, group, colour) for group in groups[:MOST_GROUPS]]
    rest = sum(map(len, groups[MOST_GROUPS:]))
    return tongue.listing([*names, tongue.anything(rest)] if rest else names)


def members(groups: Iterable[Group]) -> list[SceneObject]:
    """The objects of the groups, one after the other."""
    return [each for group in groups for each in group]


def tell_limits(telling: Telling, asked: Asked, number: int) -> None:
    """That a word of the question says more than can be seen."""
    if asked.question.narrower:
        telling.add(telling.tongue.say("no_finer", number, word=asked.question.narrower))


def place(each: SceneObject) -> Place:
    """Where an object is, or was."""
    return place_of(each.label, each.box)


def _places(group: Sequence[SceneObject]) -> list[Place]:
    """Where each is; of many only on which side."""
    places = [place(each) for each in group]
    return places if len(group) <= MOST_PLACED else [Place(each.side) for each in places]


def _importance(group: Group) -> tuple[bool, float, str]:
    sizes = (clipped(each.box) for each in group)
    return group[0].label == "person", sum(box[2] * box[3] for box in sizes), group[0].label
