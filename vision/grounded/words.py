"""Finding known words in a question: longest first, and forgiving one wrong letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from vision.grounded.tongue import Grammar, Sense
from vision.grounded.tongues import TONGUES
from vision.types import Language

LEAST_MISSPELT = 5
"""Letters that a word needs to be taken for another one that it is like."""

MOST_DOUBTFUL = 8
"""Unknown words of a question that are looked at for a wrong letter."""

PHRASES_KEPT = 64
"""Sets of phrases kept, each made ready to be found."""

LEXICONS_KEPT = 8
"""Lexicons kept: one for each language and detector."""

_WORDY = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
_WORD = re.compile(r"[a-z]+")


class Phrases:
    """Finds phrases in a text from left to right, the longest that fits first."""

    def __init__(self, phrases: Iterable[str], *, spaced: bool) -> None:
        self._spaced = spaced
        self._by_letter: dict[str, list[str]] = {}
        for phrase in sorted(filter(None, phrases), key=lambda each: (-len(each), each)):
            self._by_letter.setdefault(phrase[0], []).append(phrase)

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each that is found; none overlaps another."""
        at = 0
        while at < len(text):
            end = self._end(text, at)
            if end:
                yield at, end
            at = end or at + 1

    def without(self, text: str) -> str:
        """The text with what is found blanked out."""
        return blanked(text, list(self.spans(text)))

    def _end(self, text: str, start: int) -> int:
        """Where the longest phrase ends that begins there; 0 if none does."""
        if self._spaced and text[start - 1 : start] in _WORDY:
            return 0
        for phrase in self._by_letter.get(text[start], ()):
            end = start + len(phrase)
            whole = not self._spaced or text[end : end + 1] not in _WORDY
            if whole and text.startswith(phrase, start):
                return end
        return 0


@lru_cache(maxsize=PHRASES_KEPT)
def any_of(phrases: frozenset[str], spaced: bool) -> Phrases:  # noqa: FBT001
    """The same phrases again; only whole words are found if ``spaced``."""
    return Phrases(phrases, spaced=spaced)


def blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with a space in the place of each span; they are in order."""
    for start, end in reversed(spans):
        text = f"{text[:start]} {text[end:]}"
    return text


@dataclass(frozen=True, slots=True)
class Named:
    """A thing that is named in a text."""

    start: int
    "Where its words begin."
    end: int
    "Where they end."
    sense: Sense
    "What it is."


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one language for what one detector knows."""

    nouns: Mapping[str, Sense]
    "Words, tidied, to what they mean."
    phrases: Phrases
    "The same, and the grammar's other words, to be found."
    by_letter: Mapping[str, tuple[str, ...]]
    "The same words by the letter that they begin with."
    grammar: Grammar
    "Of the language."

    def named(self, text: str) -> list[Named]:
        """The things that a text speaks of, in its order."""
        hits = [
            Named(start, end, self.nouns[text[start:end]])
            for start, end in self.phrases.spans(text)
            if text[start:end] not in self.grammar.others
        ]
        return hits or (self._misspelt(text) if self.grammar.spaced else [])

    def _misspelt(self, text: str) -> list[Named]:
        """The first word that is one letter off a word for a thing."""
        doubtful = (each for each in _WORD.finditer(text) if not self._is_right(each.group()))
        for match in islice(doubtful, MOST_DOUBTFUL):
            for noun in self.by_letter.get(match.group()[0], ()):
                if one_off(match.group(), noun):
                    return [Named(match.start(), match.end(), self.nouns[noun])]
        return []

    def _is_right(self, word: str) -> bool:
        grammar = self.grammar
        if len(word) < LEAST_MISSPELT:
            return True
        return word in grammar.plain or word in grammar.correctly or word in grammar.colours


@lru_cache(maxsize=LEXICONS_KEPT)
def lexicon(language: Language, labels: frozenset[str]) -> Lexicon:
    """The words of a language for what a detector with these labels knows."""
    tongue = TONGUES[language]
    nouns: dict[str, Sense] = {}
    for word, sense in tongue.grammar.nouns.items():
        known = tuple(label for label in sense.labels if label in labels)
        if known:
            nouns[word] = replace(sense, labels=known)
    for label in sorted(labels):
        nouns |= {word: Sense((label,)) for word in tongue.names(label) if word}
    letters = {word[0] for word in nouns}
    by_letter = {each: tuple(word for word in nouns if word[0] == each) for each in letters}
    phrases = Phrases(tongue.grammar.others.union(nouns), spaced=tongue.grammar.spaced)
    return Lexicon(nouns, phrases, by_letter, tongue.grammar)


def one_off(word: str, meant: str) -> bool:
    """Whether one letter is missing, too many, wrong, or swapped with its neighbour.

    The first letter has to be right: few get it wrong, and *house* is no *mouse*.
    """
    if abs(len(word) - len(meant)) > 1 or len(meant) < LEAST_MISSPELT or word[:1] != meant[:1]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), None)
    if start is None:
        return len(word) != len(meant)
    given, right = word[start:], meant[start:]
    swapped = given[:2] == right[1::-1] and given[2:] == right[2:]
    return swapped or given[1:] == right[1:] or given[1:] == right or given == right[1:]
