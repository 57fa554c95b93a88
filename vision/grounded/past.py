"""Answers about what is not here any more, from this session and from earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

from vision.grounded.asked import Asked, Grounded, text_box
from vision.grounded.places import place_of
from vision.grounded.telling import Telling, everything, grouped, members, tell_limits, where
from vision.grounded.tongue import Saying
from vision.grounded.words import Phrases
from vision.recollection import Recollection
from vision.types import Box, SeenText

LEAST_BYTES = 3
"""Bytes of UTF-8 of a word that is looked for on its own: three Latin letters, or one Chinese."""


@dataclass(frozen=True, slots=True)
class _Sighting:
    """When and where a thing was last seen."""

    label: str
    ago: float
    box: Box | None
    here: bool = True
    "Whether that was in this session."
    evidence: str = ""


def none_here(asked: Asked) -> Grounded:
    """That there is no such thing in view, and when it was last seen, if it was."""
    question, tongue = asked.question, asked.tongue
    if asked.for_words:
        return find_words(asked)
    telling = Telling(tongue)
    if asked.at_something:
        telling.add(tongue.say("nothing_known_there"))
        return telling.done(knows=False)
    if question.anchor and not asked.anchors:
        telling.add(tongue.say("none_here", what=tongue.either(question.anchor)))
        return telling.done()
    if elsewhere := grouped(each for each in asked.here if asked.named(each)):
        telling.add(tongue.say("not_there"))
        for sentence in everything(tongue, elsewhere, question.colour):
            telling.add(sentence)
        telling.add("", members(elsewhere))
        return telling.done()
    telling.add(tongue.say("none_here", what=_wanted(asked)))
    evidence = _tell_sighting(telling, asked) if question.labels else ""
    return telling.done(evidence=evidence)


def _wanted(asked: Asked) -> str:
    question = asked.question
    return asked.tongue.either(question.labels, question.colour, question.kind)


def last_seen(asked: Asked) -> Grounded:
    """When and where something was seen last."""
    question, tongue = asked.question, asked.tongue
    if question.beyond or asked.for_words:
        return find_words(asked)
    telling = Telling(tongue)
    for group in grouped(asked.meant):
        what = tongue.the(group[0].label, len(group), question.colour)
        telling.add(tongue.say("last_here", len(group), what=what, where=where(tongue, group)))
        telling.add("", group)
    if asked.meant:
        tell_limits(telling, asked, len(asked.meant))
        return telling.done(knows=not question.narrower)
    evidence = _tell_sighting(telling, asked)
    if not telling.done().text:
        telling.add(tongue.say("never_seen", what=_wanted(asked)))
    return telling.done(evidence=evidence)


def _tell_sighting(telling: Telling, asked: Asked) -> str:
    """Tells of the last sighting, if there was one, and gives its evidence."""
    gone = next((each for each in asked.view.departed if asked.named(each)), None)
    sightings = [_recalled(each, asked) for each in asked.recollections]
    if gone is not None:
        ago = max(0.0, asked.now - gone.last)
        sightings.append(_Sighting(gone.label, ago, gone.box))
    known = [each for each in sightings if each is not None]
    latest = min(known, key=lambda each: each.ago, default=None)
    if latest is None:
        return ""
    tongue = telling.tongue
    what = tongue.things(latest.label, 1, asked.question.colour)
    when = _when_where(asked, latest.label, latest.ago, latest.box)
    telling.add(tongue.say("last_ago" if latest.here else "last_earlier", what=what, when=when))
    telling.add("", [gone] if gone is not None and latest is sightings[-1] else [])
    return latest.evidence


def _recalled(memory: Recollection, asked: Asked) -> _Sighting | None:
    """A recollection of a thing that was asked for."""
    question = asked.question
    for label in question.labels:
        words = (label, question.colour) if question.colour else (label,)
        if memory.kind == "object" and all(_speaks_of(memory.text, word) for word in words):
            return _Sighting(label, memory.ago, memory.box, memory.here, memory.evidence)
    return None


def _when_where(asked: Asked, label: str, ago: float, box: Box | None) -> str:
    tongue = asked.tongue
    if box is None:
        return tongue.ago(ago)
    return tongue.say("when_where", ago=tongue.ago(ago), where=tongue.place(place_of(label, box)))


def find_words(asked: Asked) -> Grounded:
    """What is known of a thing that is no label: text with its name, or that nothing is."""
    telling, tongue, words = Telling(asked.tongue), asked.tongue, asked.question.search
    for text in asked.view.texts:
        if mentions(text.text, words):
            place = tongue.place(place_of("", text_box(text)))
            telling.add(tongue.say("reads_there", what=tongue.quote(text.text), where=place))
            return telling.done()
    past = next((each for each in asked.view.past_texts if mentions(each.text, words)), None)
    if past is not None:
        telling.add(_read_before(asked, past))
        return telling.done()
    for memory in asked.recollections:
        if mentions(memory.text, words):
            telling.add(_noted(asked, memory))
            return telling.done(evidence=memory.evidence)
    telling.add(tongue.say("not_a_kind", word=tongue.quote(words)))
    return telling.done(knows=False)


def _noted(asked: Asked, memory: Recollection) -> str:
    tongue = asked.tongue
    saying: Saying = "read_before" if memory.kind == "text" else "noted"
    when = _when_where(asked, "", memory.ago, memory.box)
    told = tongue.say(saying, what=tongue.quote(memory.text), when=when)
    return told if memory.here else tongue.say("earlier", what=told)


def _read_before(asked: Asked, text: SeenText) -> str:
    when = _when_where(asked, "", max(0.0, asked.now - text.last), text_box(text))
    return asked.tongue.say("read_before", what=asked.tongue.quote(text.text), when=when)


def said(asked: Asked) -> Grounded:
    """What a text said that was here."""
    telling, tongue, words = Telling(asked.tongue), asked.tongue, asked.question.search
    seen = [*asked.view.past_texts, *asked.view.texts]
    wanted = [text for text in seen if words and mentions(text.text, words)] or seen
    if wanted:
        telling.add(_read_before(asked, wanted[0]))
        return telling.done()
    memories = [each for each in asked.recollections if each.kind == "text"]
    latest = min(memories, key=lambda each: each.ago, default=None)
    if latest is None:
        telling.add(tongue.say("no_text"))
        return telling.done()
    telling.add(_noted(asked, latest))
    return telling.done(evidence=latest.evidence)


def mentions(text: str, words: str) -> bool:
    """Whether a text has one of the words that were looked for, as a whole or a part."""
    folded = text.casefold()
    parts = [word for word in words.casefold().split() if len(word.encode()) >= LEAST_BYTES]
    return words.casefold() in folded or any(part in folded for part in parts)


def _speaks_of(text: str, label: str) -> bool:
    return any(Phrases([label], spaced=True).spans(text.casefold()))
