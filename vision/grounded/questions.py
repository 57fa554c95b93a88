"""What a person wants to know, from the words of the question.

Drive it so: `understand` a text once; ask `needs` what to fetch for it; hand both to
`vision.grounded.answers`. It works on tables (`vision.grounded.tongue.Grammar`), and goes by the
words that it knows: a question in which others are left over is one that it cannot answer alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from vision.grounded.places import Relation, Side
from vision.grounded.tongue import Grammar, Intent, Link, Rule, Sense, Tongue
from vision.grounded.tongues import TONGUES
from vision.grounded.words import Lexicon, Named, any_of, blanked, lexicon
from vision.types import Language

Need = Literal["memory", "text"]

MOST_LETTERS = 200
"""Letters of a question that are looked at; the rest of a longer one is left out."""

MOST_SEARCHED = 80
"""Letters of free words that memory is searched for."""

LONGEST_AGE = 7 * 86400.0
"""Seconds that a question can go back."""

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_POINTING: frozenset[Intent] = frozenset(("what_at", "colour", "moved"))
_PAST: frozenset[Intent] = frozenset(("where", "exists", "last_seen", "said"))


@dataclass(frozen=True, slots=True)
class Question:
    """A question as far as it was understood."""

    intent: Intent
    "What is asked."
    language: Language
    "What to answer in."
    text: str
    "The question as it was put, on one line, `MOST_LETTERS` at most."
    labels: tuple[str, ...] = ()
    "Labels of what is asked for; empty for anything."
    narrower: str = ""
    "The word that was used, where it says more than the labels do: ``woman``."
    kind: str = ""
    "The word that was used, where it stands for several labels: ``animal``."
    colour: str = ""
    "English colour name that was spoken of."
    side: Side = ""
    "Part of the picture that was spoken of."
    relation: Relation = ""
    "Which way from ``anchor``."
    anchor: tuple[str, ...] = ()
    "Labels of the thing that the place was told by."
    pointed: bool = False
    "Whether it is about what was pointed at."
    within: float | None = None
    "Seconds back from now that it is about."
    beyond: bool = False
    "Whether words are left over that only a language model that sees could do justice to."
    search: str = ""
    "Words to search memory and the text in view for; labels are in English."


@dataclass(slots=True)
class _Reading:
    """A question while it is taken apart."""

    rest: str
    rule: Rule | None = None
    link: Link | None = None
    anchor: tuple[str, ...] = ()
    senses: list[Sense] = field(default_factory=list)
    colour: str = ""
    side: Side = ""
    within: float | None = None
    pointed: bool = False

    @property
    def intent(self) -> Intent:
        if self.rule is not None:
            return self.rule.intent
        if self.rest or not (self.senses or self.colour or self.side or self.link or self.pointed):
            return "unknown"
        return "exists" if self.senses or self.colour else "what_at"


def understand(text: str, labels: tuple[str, ...], language: Language | None = None) -> Question:
    """What a text asks. Never fails: what it cannot make out has the intent ``unknown``.

    Args:
        text: anything, of any length.
        labels: the detector's.
        language: to answer in; that of the text if it is None.
    """
    line = _one_line(text)
    spoken: Language = "zh" if _CHINESE.search(line) else "en"
    known = frozenset(labels)
    read = _read(line, TONGUES[spoken], known)
    if read.intent == "unknown":
        others = (_read(line, TONGUES[each], known) for each in TONGUES if each != spoken)
        read = next((each for each in others if each.intent != "unknown"), read)
    question = _question(read, line, language or spoken)
    # Another language than the answer's has no word for it that fits there.
    return question if question.language == spoken else replace(question, kind="")


def needs(question: Question) -> frozenset[Need]:
    """What to have at hand before it is answered: a fresh reading of text, recollections."""
    wanted: set[Need] = set()
    if question.intent in _PAST:
        wanted.add("memory")
    reads = question.intent in ("read", "read_page", "translate")
    looks_for_words = question.intent in ("where", "exists") and not question.labels
    if reads or question.pointed or (looks_for_words and question.search):
        wanted.add("text")
    return frozenset(wanted)


def _one_line(text: str) -> str:
    """The beginning of a text without control characters, its forms of letters made alike."""
    plain = unicodedata.normalize("NFKC", text[:MOST_LETTERS])[:MOST_LETTERS]
    shown = (" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in plain)
    return " ".join("".join(shown).split())


def _read(line: str, tongue: Tongue, labels: frozenset[str]) -> _Reading:
    grammar, tidied = tongue.grammar, tongue.tidy(line)
    words = lexicon(tongue.language, labels)
    read = _Reading(rest=tidied)
    _take_link(read, words)
    _take_age(read, grammar)
    _take_things(read, words)
    if not read.senses:
        _take_foreign(read, tongue, labels)
    _take_words(read, grammar)
    _take_rule(read, grammar, tidied)
    read.rest = _left_over(read.rest, grammar)
    return read


def _take_link(read: _Reading, words: Lexicon) -> None:
    """The thing by which a place is told, and the words that tie it."""
    grammar, things = words.grammar, words.named(read.rest)
    for link in grammar.links:
        for match in link.pattern.finditer(read.rest):
            anchor = next((each for each in things if _tied(match, each, read.rest, grammar)), None)
            if anchor is not None:
                read.link, read.anchor = link, anchor.sense.labels
                first, last = min(match.start(), anchor.start), max(match.end(), anchor.end)
                read.rest = f"{read.rest[:first]} {read.rest[last:]}"
                return


def _tied(match: re.Match[str], thing: Named, text: str, grammar: Grammar) -> bool:
    if grammar.anchor_first:
        gap = text[thing.end : match.start()] if thing.end <= match.start() else None
    else:
        gap = text[match.end() : thing.start] if match.end() <= thing.start else None
    return gap is not None and grammar.between.fullmatch(gap) is not None


def _take_things(read: _Reading, words: Lexicon) -> None:
    things = words.named(read.rest)
    read.senses = [each.sense for each in things]
    read.rest = blanked(read.rest, [(each.start, each.end) for each in things])


def _take_age(read: _Reading, grammar: Grammar) -> None:
    match = grammar.ages.search(read.rest)
    if match is None:
        return
    count = (match["count"] or "1").strip()
    number = float(count) if count.isascii() and count.isdigit() else grammar.numbers.get(count, 1)
    read.within = min(number * grammar.units[match["unit"]], LONGEST_AGE)
    read.rest = read.rest.replace(match.group(), " ", 1)


def _take_foreign(read: _Reading, own: Tongue, labels: frozenset[str]) -> None:
    """Things that are named in another language than the question's."""
    for tongue in TONGUES.values():
        if tongue is not own and not read.senses:
            _take_things(read, lexicon(tongue.language, labels))


def _take_words(read: _Reading, grammar: Grammar) -> None:
    """Colour, part of the picture, and words that point."""
    sides = any_of(frozenset(grammar.sides), grammar.spaced)
    read.side = next((grammar.sides[read.rest[a:b]] for a, b in sides.spans(read.rest)), "")
    read.rest = sides.without(read.rest)
    colours = any_of(frozenset(grammar.colours), grammar.spaced)
    read.colour = next((grammar.colours[read.rest[a:b]] for a, b in colours.spans(read.rest)), "")
    read.rest = colours.without(read.rest)
    _orange_is_a_colour(read)
    read.pointed = any(any_of(grammar.pointers, grammar.spaced).spans(read.rest))


def _orange_is_a_colour(read: _Reading) -> None:
    """A label that is a colour too is the colour where another thing is spoken of."""
    if len(read.senses) > 1 and read.senses[0].labels == ("orange",) and not read.colour:
        read.colour = "orange"
        del read.senses[0]


def _take_rule(read: _Reading, grammar: Grammar, tidied: str) -> None:
    read.rule = next((rule for rule in grammar.rules if rule.pattern.search(tidied)), None)
    if read.rule is not None:
        read.rest = read.rule.pattern.sub(" ", read.rest)
        read.pointed |= read.rule.intent == "what_at"


def _left_over(text: str, grammar: Grammar) -> str:
    """What is not accounted for, and so may be what matters most."""
    rest = any_of(grammar.plain | grammar.pointers, grammar.spaced).without(text)
    return " ".join(rest.split())[:MOST_SEARCHED].strip()


def _question(read: _Reading, line: str, language: Language) -> Question:
    labels = tuple(dict.fromkeys(label for sense in read.senses for label in sense.labels))
    question = Question(
        intent=read.intent,
        language=language,
        text=line,
        labels=labels,
        narrower=next((sense.narrower for sense in read.senses if sense.narrower), ""),
        kind=read.senses[0].kind if len(read.senses) == 1 else "",
        colour=read.colour,
        side=read.side,
        relation=read.link.relation if read.link and read.anchor else "",
        anchor=read.anchor,
        pointed=read.pointed and not (labels or read.side) and read.intent in _POINTING,
        within=read.within,
        beyond=bool(read.rest),
        search=_searched(read.colour, labels, read.rest),
    )
    return _settled(question)


def _searched(colour: str, labels: Iterable[str], rest: str) -> str:
    words = (rest,) if rest else (colour, *labels)
    return " ".join(word for word in words if word)[:MOST_SEARCHED]


def _settled(question: Question) -> Question:
    """The question with an intent that fits what it speaks of."""
    nothing = not (question.labels or question.colour or question.search)
    if question.intent == "exists" and nothing:
        return replace(question, intent="what_at" if _placed(question) else "describe")
    if question.intent == "describe" and (question.labels or question.beyond):
        return replace(question, intent="unknown" if question.beyond else "count")
    if question.intent == "describe" and _placed(question):
        return replace(question, intent="what_at")
    if question.intent in ("where", "last_seen") and nothing and not question.pointed:
        return replace(question, intent="unknown")
    return question


def _placed(question: Question) -> bool:
    return bool(question.side or question.anchor or question.pointed)
