"""Words for things: which of the detector's labels a noun speaks of.

The words themselves are those that questions are understood by (``vision.grounded``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from vision.grounded import chinese_words, english_words
from vision.types import Language
from vision.watching.rules import Subject

TABLES_KEPT = 8
"""Tables kept: one for each language and set of labels."""

ANYTHING: dict[Language, tuple[str, ...]] = {
    "en": ("anything", "something", "thing", "things", "object", "objects", "stuff"),
    "zh": ("东西", "物体", "什么东西", "任何东西", "什么"),
}
"""Words for whatever a detector finds."""


@lru_cache(maxsize=TABLES_KEPT)
def nouns(language: Language, labels: tuple[str, ...]) -> Mapping[str, Subject]:
    """Every noun that is understood with a detector of those labels."""
    spoken = _english() if language == "en" else _chinese()
    table: dict[str, Subject] = {word: Subject(()) for word in ANYTHING[language]}
    for word, meant, kind in spoken:
        known = tuple(label for label in meant if label in labels)
        if known:
            table.setdefault(word, Subject(known, kind=kind if len(known) > 1 else ""))
    for label in labels:
        table.setdefault(label, Subject((label,)))
    return table


def plural(noun: str) -> str:
    """More than one of an English noun."""
    known = english_words.PLURALS.get(noun)
    if known:
        return known
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun[:-1] + "ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else noun + "s"


def _english() -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Word, labels, and the word for the kind if it stands for several."""
    for singular, labels, kind in _english_singular():
        yield singular, labels, kind
        yield plural(singular), labels, kind


def _english_singular() -> Iterator[tuple[str, tuple[str, ...], str]]:
    words = english_words
    every_label = {*words.NAMES, *words.SYNONYMS, *words.PLURALS, *chinese_words.NAMES}
    for label in sorted(every_label):
        for word in (label, words.NAMES.get(label, label), *words.SYNONYMS.get(label, ())):
            yield word.lower(), (label,), ""
    for table in (words.NARROWER, words.KINDS):
        for word, labels in table.items():
            yield word, labels, word


def _chinese() -> Iterator[tuple[str, tuple[str, ...], str]]:
    words = chinese_words
    for label, (name, _) in words.NAMES.items():
        for word in (name, *words.SYNONYMS.get(label, ())):
            yield word, (label,), ""
    for table in (words.NARROWER, words.KINDS):
        for word, labels in table.items():
            yield word, labels, word
