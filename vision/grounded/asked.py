"""A question together with what it is answered from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot

from vision.grounded.places import centre, gap, holds, is_on, stands, together
from vision.grounded.questions import Question
from vision.grounded.tongue import Tongue
from vision.grounded.tongues import TONGUES
from vision.recollection import Recollection
from vision.scene import SceneObject, SceneView
from vision.types import Box, Point, Seconds, SeenText, TrackId

HERE = 1.5
"""Seconds without a detection after which an object no longer counts as being here."""

SURE = 0.5
"""Score from which on a thing is what it is called; below it is so probably."""

TEXT_REACH = 0.12
"""Distance at which text belongs to a point, fractions of the picture."""

TOUCHING = 0.02
"""The same for text and an object: what stands on it may reach a little over its box."""

MIDDLE: Point = (0.5, 0.5)
"""What a person points at who points at nothing else."""


@dataclass(frozen=True, slots=True)
class Grounded:
    """An answer from what is known without a language model."""

    text: str
    "To be spoken or shown, in the question's language."
    objects: tuple[TrackId, ...] = ()
    "What the text speaks of, in that order, none twice; here or departed in the view."
    knows: bool = True
    "False where it had to say that it cannot tell."
    evidence: str = ""
    "Where the picture of a recollection can be had; empty if there is none."


@dataclass(frozen=True)
class Asked:
    """A question, and what it is answered from."""

    question: Question
    "What is asked."
    view: SceneView
    "The scene."
    recollections: Sequence[Recollection]
    "What memory gave."
    focus: TrackId | None
    "The object that was tapped."
    point: Point | None
    "The point that was tapped."
    now: Seconds
    "When it is asked."

    @property
    def tongue(self) -> Tongue:
        """The language to answer in."""
        return TONGUES[self.question.language]

    @cached_property
    def here(self) -> tuple[SceneObject, ...]:
        """What is here, as of the view: seen within the last moments."""
        return tuple(each for each in self.view.objects if self.view.t - each.last <= HERE)

    @cached_property
    def anchors(self) -> tuple[SceneObject, ...]:
        """The things here by which the question tells a place."""
        return tuple(each for each in self.here if each.label in self.question.anchor)

    @cached_property
    def pointed_at(self) -> SceneObject | None:
        """The object that was tapped, or else the smallest one at the point."""
        focused = (each for each in self.view.objects if each.id == self.focus)
        known = next(focused, None)
        if known is not None or (self.focus is not None and self.point is None):
            return known or next((e for e in self.view.departed if e.id == self.focus), None)
        hit = [each for each in self.here if holds(each.box, self.point or MIDDLE)]
        return min(hit, key=lambda each: each.box[2] * each.box[3], default=None)

    @property
    def at_something(self) -> bool:
        """Whether the person pointed, by a tap or by a word, and named no thing."""
        tapped = self.focus is not None or self.point is not None
        return not self.question.labels and (self.question.pointed or tapped)

    @property
    def for_words(self) -> bool:
        """Whether it asks for something that only text could have the name of."""
        question = self.question
        return bool(question.search) and not (question.labels or question.colour)

    @cached_property
    def meant(self) -> tuple[SceneObject, ...]:
        """What is here of what the question speaks of."""
        if self.at_something:
            return (self.pointed_at,) if self.pointed_at in self.here and self.pointed_at else ()
        return tuple(each for each in self.here if self._fits(each))

    def named(self, each: SceneObject) -> bool:
        """Whether a thing, here or not, has the label and the colour that were asked for."""
        question = self.question
        labelled = not question.labels or each.label in question.labels
        return labelled and (not question.colour or each.colour == question.colour)

    def _fits(self, each: SceneObject) -> bool:
        question = self.question
        if not self.named(each) or not is_on(question.side, each.label, each.box):
            return False
        if not question.relation:
            return True
        others = (anchor for anchor in self.anchors if anchor.id != each.id)
        if question.relation == "by":
            return any(together((each.label, each.box), (o.label, o.box)) for o in others)
        return any(stands(question.relation, each.box, other.box) for other in others)

    def texts(self) -> tuple[SeenText, ...]:
        """The text here that the question speaks of, in reading order."""
        belongs = self._text_belongs()
        return tuple(text for text in self.view.texts if belongs(text_box(text)))

    def _text_belongs(self) -> Callable[[Box], bool]:
        question, target = self.question, self.pointed_at
        if self.focus is not None and target is not None:
            return lambda box: gap(box, target.box) <= TOUCHING
        if self.point is not None:
            point = self.point
            return lambda box: _away(box, point) <= TEXT_REACH
        bearers = self.meant if question.labels else self.anchors
        if bearers:
            return lambda box: any(gap(box, each.box) <= TOUCHING for each in bearers)
        return lambda box: is_on(question.side, "", box)


def text_box(text: SeenText) -> Box:
    """The upright box around a text."""
    across, down = zip(*text.quad, strict=True)
    return min(across), min(down), max(across) - min(across), max(down) - min(down)


def nearest_to(point: Point, objects: Sequence[SceneObject]) -> SceneObject | None:
    """The object whose middle is nearest to a point."""
    return min(objects, key=lambda each: _from(centre(each.box), point), default=None)


def _away(box: Box, point: Point) -> float:
    return gap(box, (*point, 0.0, 0.0))


def _from(one: Point, other: Point) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])
