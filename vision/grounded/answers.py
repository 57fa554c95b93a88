"""Answers without a language model, from the scene, its text, and what is remembered.

Everything here is pure: the same question and the same view give the same answer. Nothing is said
to be here that was not seen within the last moments, nothing is guessed, and text from the scene
appears in quotation marks only. What cannot be told is said to be so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from vision.grounded.asked import HERE, Asked, Grounded
from vision.grounded.happening import by_direction, changed, moved, moving, moving_phrase
from vision.grounded.past import last_seen, said
from vision.grounded.present import (
    colour,
    count,
    describe,
    exists,
    nearest,
    what_at,
    where_is,
)
from vision.grounded.questions import Need, Question
from vision.grounded.reading import read, read_page, translate
from vision.grounded.telling import Telling, grouped, listed, members, told
from vision.grounded.tongue import Intent, Saying
from vision.recollection import Recollection
from vision.scene import SceneView
from vision.types import Language, Point, Seconds, TrackId

LONGEST = 2000
"""Letters of an answer; a longer one is cut."""

EXAMPLES = ("person", "car", "bus", "dog", "chair", "cup", "bottle", "cell phone")
"""What is named first when it is asked what can be recognised."""

MOST_MOVING_TOLD = 2
"""Movements that a caption tells of."""

GROUNDED: frozenset[Intent] = frozenset(
    ("changed", "help", "last_seen", "moved", "read", "read_page", "said")
)
"""What the scene and memory know better than a language model that sees one picture."""


def answer(  # noqa: PLR0913 - what was tapped belongs to a question like its words
    question: Question,
    view: SceneView,
    recollections: Sequence[Recollection] = (),
    *,
    focus: TrackId | None = None,
    point: Point | None = None,
    now: Seconds,
    missing: frozenset[Need] = frozenset(),
) -> Grounded:
    """The answer to a question, in its language, `LONGEST` letters at most.

    Args:
        question: from `vision.grounded.questions.understand`.
        view: the scene.
        recollections: what a search of memory for ``question.search`` gave, if it is needed.
        focus: the object that the person tapped.
        point: where the person tapped.
        now: media time; the answer says so if the view is older than a moment.
        missing: what could not be had; the answer says so.
    """
    asked = Asked(question, view, recollections, focus, point, now)
    grounded = _unknown(asked) if _beyond(question) else _ANSWERS[question.intent](asked)
    return _dated(_cut(_with_gaps(grounded, asked, missing)), asked)


def summary(view: SceneView, language: Language) -> Grounded:
    """One short line of what is here and what moves, for captions."""
    asked = Asked(Question("describe", language, ""), view, (), None, None, view.t)
    tongue, groups = asked.tongue, grouped(asked.here)
    if not groups:
        return Grounded(tongue.sentences([tongue.say("nothing_here")]))
    ways = by_direction(moving(asked.here))[:MOST_MOVING_TOLD]
    parts = [listed(tongue, groups), *(moving_phrase(tongue, group) for group in ways)]
    return Grounded(
        tongue.sentences([tongue.items(parts)]), tuple(each.id for each in members(groups))
    )


def _unknown(asked: Asked) -> Grounded:
    """That it cannot be told, and what can be: of what was named, or of all that is here."""
    telling, tongue, question = Telling(asked.tongue), asked.tongue, asked.question
    telling.add(tongue.say("unknown"))
    tapped = asked.focus is not None or asked.point is not None
    wanted = asked.meant if question.labels or tapped else asked.here
    if wanted:
        groups = grouped(wanted)
        what = told(tongue, groups[0]) if len(groups) == 1 else listed(tongue, groups)
        telling.add(tongue.say("i_see", what=what), members(groups))
    return telling.done(knows=False)


def _help(asked: Asked) -> Grounded:
    telling, tongue = Telling(asked.tongue), asked.tongue
    kinds = tongue.listing(tongue.kind(label) for label in EXAMPLES)
    telling.add(tongue.say("help", what=kinds))
    return telling.done()


_ANSWERS: Mapping[Intent, Callable[[Asked], Grounded]] = {
    "describe": describe,
    "count": count,
    "where": where_is,
    "colour": colour,
    "exists": exists,
    "what_at": what_at,
    "nearest": nearest,
    "moved": moved,
    "changed": changed,
    "last_seen": last_seen,
    "read": read,
    "read_page": read_page,
    "translate": translate,
    "said": said,
    "help": _help,
    "unknown": _unknown,
}


def _beyond(question: Question) -> bool:
    """Whether words are left over without which the answer would be to another question."""
    if question.intent in ("where", "exists"):
        return question.beyond and bool(question.labels)
    return question.beyond and question.intent in _EXACT


_EXACT: frozenset[Intent] = frozenset(("colour", "count", "moved", "nearest", "what_at"))


def _cut(grounded: Grounded) -> Grounded:
    if len(grounded.text) <= LONGEST:
        return grounded
    return replace(grounded, text=grounded.text[: LONGEST - 1] + "…")


def _with_gaps(grounded: Grounded, asked: Asked, missing: frozenset[Need]) -> Grounded:
    """With a word on what could not be looked up, so that nobody takes silence for a no."""
    phrases: tuple[tuple[Need, Saying], ...] = (("memory", "no_memory"), ("text", "no_reading"))
    gaps = [asked.tongue.say(phrase) for need, phrase in phrases if need in missing]
    if not gaps:
        return grounded
    return replace(grounded, text=asked.tongue.sentences([grounded.text, *gaps]), knows=False)


def _dated(grounded: Grounded, asked: Asked) -> Grounded:
    """With a word on it if the picture that it speaks of is not of this moment."""
    age = asked.now - asked.view.t
    if age <= HERE or asked.question.intent in ("help", "last_seen", "said"):
        return grounded
    tongue = asked.tongue
    return replace(
        grounded, text=tongue.sentences([tongue.say("as_of", ago=tongue.ago(age)), grounded.text])
    )
