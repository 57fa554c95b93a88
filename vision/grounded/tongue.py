"""What a language has to bring so that questions can be understood and answered in it.

A language is one module with a `Tongue`: a grammar, which is tables, and the phrases that answers
are made of. Nothing else knows any word of it; `vision.grounded.tongues` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from vision.grounded.places import Direction, Place, Relation, Side
from vision.types import Language

Intent = Literal[
    "describe",
    "count",
    "where",
    "colour",
    "exists",
    "what_at",
    "nearest",
    "moved",
    "changed",
    "last_seen",
    "read",
    "read_page",
    "translate",
    "said",
    "help",
    "unknown",
]

Saying = Literal[
    "as_of",
    "at",
    "came",
    "count_maybe",
    "earlier",
    "group",
    "help",
    "here",
    "i_see",
    "is_at",
    "is_colour",
    "last_ago",
    "last_earlier",
    "last_here",
    "looks_nearest",
    "more_lines",
    "moving",
    "moving_somehow",
    "never_seen",
    "new_text",
    "none_changed",
    "next_to",
    "no_colour",
    "no_finer",
    "no_memory",
    "no_reading",
    "no_text",
    "no_translation",
    "none_here",
    "not_a_kind",
    "not_colour",
    "not_moving",
    "noted",
    "not_there",
    "nothing_at",
    "nothing_changed",
    "nothing_here",
    "nothing_known_there",
    "nothing_moving",
    "one_at",
    "one_is_colour",
    "probably",
    "read_before",
    "reads",
    "reads_there",
    "spread",
    "that_is",
    "unknown",
    "went",
    "when_where",
    "yes",
    "yes_colour",
]
"""What can be said; each is a template in each language, with the same fields in all of them."""


@dataclass(frozen=True, slots=True)
class Sense:
    """What a word stands for."""

    labels: tuple[str, ...]
    "Labels of the detector."
    narrower: str = ""
    "The word itself where it says more than the labels do: ``woman``."
    kind: str = ""
    "The word itself where it is one for several labels: ``animal``."


@dataclass(frozen=True, slots=True)
class Rule:
    """A question's form."""

    intent: Intent
    "What is asked when it fits."
    pattern: re.Pattern[str]
    "Searched for in the tidied text."


@dataclass(frozen=True, slots=True)
class Link:
    """A form of speaking of a place by another thing: ``left of the bus``."""

    relation: Relation
    "Which way from that thing."
    pattern: re.Pattern[str]
    "The words that tell the relation, without the thing's."


@dataclass(frozen=True, slots=True)
class Grammar:
    """How questions are put. All text in it is tidied: lower case, no signs."""

    rules: tuple[Rule, ...]
    "The first that fits tells the intent."
    links: tuple[Link, ...]
    "The first with a known thing at it, its anchor, counts."
    anchor_first: bool
    "Whether the anchor comes before the words of a link."
    between: re.Pattern[str]
    "All that may stand between a link and its anchor."
    nouns: Mapping[str, Sense]
    "Words for things, beside the names of labels."
    colours: Mapping[str, str]
    "Words for colours, to their English names."
    sides: Mapping[str, Side]
    "Phrases for a part of the picture."
    pointers: frozenset[str]
    "Words that stand for what was pointed at."
    plain: frozenset[str]
    "Words that add nothing to what is asked."
    ages: re.Pattern[str]
    "A stretch of time, with groups ``count``, which may be missing, and ``unit``."
    numbers: Mapping[str, float]
    "Words for numbers."
    units: Mapping[str, float]
    "Words for stretches of time, in seconds."
    correctly: frozenset[str]
    "Words that are not misspelt labels, however like."
    others: frozenset[str]
    "Words that have a name of a thing in them, and mean another: ``bus stop``."
    spaced: bool
    "Whether words are set apart by spaces."


class Tongue(Protocol):
    """One language."""

    @property
    def language(self) -> Language:
        """Which."""
        ...

    @property
    def grammar(self) -> Grammar:
        """How questions are put in it."""
        ...

    def tidy(self, text: str) -> str:
        """Text in the form that the grammar is written for; ``text`` is of bounded length."""
        ...

    def say(self, saying: Saying, count: int = 1, **parts: str) -> str:
        """A sentence, or a part of one, about ``count`` things."""
        ...

    def things(self, label: str, count: int, colour: str = "") -> str:
        """So many of a kind: ``two red cups``."""
        ...

    def counted(self, label: str, count: int, colour: str = "") -> str:
        """The same with a number even for one."""
        ...

    def anything(self, count: int) -> str:
        """So many things of whatever kind."""
        ...

    def the(self, label: str, count: int = 1, colour: str = "") -> str:
        """Known ones of a kind: ``the red cup``."""
        ...

    def names(self, label: str) -> tuple[str, ...]:
        """What a label is called in questions, tidied; synonyms are in the grammar."""
        ...

    def kind(self, label: str) -> str:
        """The name of a kind, of several: ``cups``."""
        ...

    def either(self, labels: Sequence[str], colour: str = "", kind: str = "") -> str:
        """One of some kinds, as what was looked for: ``a car or a bus``, or ``a vehicle``."""
        ...

    def number(self, count: int) -> str:
        """A number of things, without them."""
        ...

    def place(self, place: Place) -> str:
        """Where something is, to follow on its name."""
        ...

    def side(self, side: Side) -> str:
        """A part of the picture, to follow on a name."""
        ...

    def relation(self, relation: Relation, anchor: str) -> str:
        """A place by something: ``left of the bus``."""
        ...

    def direction(self, direction: Direction) -> str:
        """Which way something moves."""
        ...

    def colour(self, name: str) -> str:
        """A colour from its English name."""
        ...

    def ago(self, seconds: float) -> str:
        """How long ago: ``two minutes ago``."""
        ...

    def span(self, seconds: float) -> str:
        """A stretch of time up to now: ``in the last minute``."""
        ...

    def quote(self, text: str) -> str:
        """Text that was seen or said, in quotation marks that it cannot get out of."""
        ...

    def listing(self, parts: Iterable[str]) -> str:
        """Several, one after the other: ``a, b and c``."""
        ...

    def items(self, parts: Iterable[str]) -> str:
        """Several that are phrases of their own: ``one here; one there``."""
        ...

    def sentences(self, parts: Iterable[str]) -> str:
        """Whole sentences, with capitals and stops as the language has them."""
        ...
