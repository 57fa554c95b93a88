"""Rules as JSON, so that a language model can put an instruction into the same form.

What a model writes is read strictly: a rule with a label that the detector does not know, a number
that is none, or a word too many is no rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, get_args

from vision.colour import NAMES as COLOURS
from vision.types import Language
from vision.watching.grammar import HELP
from vision.watching.rules import (
    AREAS,
    LONGEST_ABSENCE,
    LONGEST_WORDS,
    MOST_COUNTED,
    Appears,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Judged,
    Leaves,
    Near,
    NotUnderstood,
    Rule,
    Subject,
    TextContains,
)

LONGEST_JSON = 2000
"""Characters of an answer that is looked at."""

MOST_LABELS = 16
"""Labels of one subject."""

SCHEMA_WORDS = f"""\
Answer with one JSON object and nothing else. Forms:
{{"rule": "appears", "labels": ["dog"]}}
{{"rule": "leaves", "labels": ["person"]}}
{{"rule": "enters", "labels": ["person"], "area": "left half"}}
{{"rule": "at least", "labels": ["person"], "count": 3}}
{{"rule": "at most", "labels": ["person"], "count": 0}}
{{"rule": "exactly", "labels": ["cup"], "count": 2}}
{{"rule": "gone for", "labels": ["cup"], "seconds": 10}}
{{"rule": "text contains", "text": "EXIT"}}
{{"rule": "near", "labels": ["cat"], "other_labels": ["couch"]}}
{{"rule": "judged", "question": "the traffic light is green"}}
{{"rule": "none"}}
"labels" are class names of the detector; an empty list means anything. "area" is one of: \
{", ".join(AREAS)}. Use "judged" for what no other form can say, "none" for what is no such \
instruction. Every form but "none" may also have: "colour" ("other_colour" for "near"), one of \
{", ".join(COLOURS)}, where it has labels; "once": true; "every": true for each single time; \
"confirm": true if the person wants to be sure; "language": "en" or "zh", the person's."""
"""Tells a language model how to write a rule."""

_NAMES: dict[type[Rule], str] = {
    Appears: "appears",
    Leaves: "leaves",
    Enters: "enters",
    AtLeast: "at least",
    AtMost: "at most",
    Exactly: "exactly",
    GoneFor: "gone for",
    TextContains: "text contains",
    Near: "near",
    Judged: "judged",
}
_TERMS = ("once", "every", "confirm")
_PLAIN = ("text", "question", "area", "count", "seconds")


class _NoRuleError(Exception):
    """What was written is no rule; never leaves this module."""


def to_json(rule: Rule) -> dict[str, Any]:
    """The rule as JSON can hold it; `rule_from_json` reads it back."""
    data: dict[str, Any] = {"rule": _NAMES[type(rule)], "language": rule.language}
    data |= {term: True for term in _TERMS if getattr(rule, term)}
    data |= {name: getattr(rule, name) for name in _PLAIN if hasattr(rule, name)}
    if not isinstance(rule, TextContains | Judged):
        data |= _written(rule.subject)
    if isinstance(rule, Near):
        data |= _written(rule.other, "other_")
    return data


def rule_from_json(
    data: str | Mapping[str, Any], labels: tuple[str, ...], language: Language = "en"
) -> Rule | NotUnderstood:
    """Reads a rule, from JSON text as a model writes it or from what `to_json` gave.

    Never raises. ``language`` is the person's where the data does not say.
    """
    try:
        return _Reader(_object_in(data), labels, language).rule()
    except _NoRuleError:
        return NotUnderstood(HELP[language])


def _written(subject: Subject, prefix: str = "") -> dict[str, Any]:
    data: dict[str, Any] = {f"{prefix}labels": list(subject.labels)}
    if subject.colour:
        data[f"{prefix}colour"] = subject.colour
    return data


def _object_in(data: str | Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object, which models like to put a fence or a sentence around."""
    if not isinstance(data, str):
        return dict(data)
    start, end = data.find("{"), data.rfind("}")
    if len(data) > LONGEST_JSON or start < 0 or end < start:
        raise _NoRuleError
    try:
        found = json.loads(data[start : end + 1])
    except (ValueError, RecursionError):
        raise _NoRuleError from None
    if not isinstance(found, dict):
        raise _NoRuleError
    return found


class _Reader:
    """Takes one rule's fields, each once; what is left over is a mistake."""

    def __init__(self, data: dict[str, Any], labels: tuple[str, ...], language: Language) -> None:
        self._data = data
        self._labels = labels
        self._language = language

    def rule(self) -> Rule:
        terms: dict[str, Any] = {term: self._flag(term) for term in _TERMS}
        terms["language"] = self._one_of("language", get_args(Language), self._language)
        name = self._data.pop("rule", None)
        read = _FORMS.get(name) if isinstance(name, str) else None
        if read is None:
            raise _NoRuleError
        rule = read(self, terms)
        if self._data:
            raise _NoRuleError
        return rule

    def subject(self, prefix: str = "") -> Subject:
        named = self._data.pop(f"{prefix}labels", None)
        known = isinstance(named, list) and all(label in self._labels for label in named)
        if not known or len(named) > MOST_LABELS:
            raise _NoRuleError
        return Subject(tuple(dict.fromkeys(named)), self._one_of(f"{prefix}colour", COLOURS, ""))

    def area(self) -> Any:
        return self._one_of("area", AREAS, None)

    def count(self, least: int) -> int:
        return int(self._number("count", least, MOST_COUNTED, whole=True))

    def seconds(self) -> float:
        return float(self._number("seconds", 0.1, LONGEST_ABSENCE))

    def words(self, name: str, least: int) -> str:
        value = self._data.pop(name, None)
        if not isinstance(value, str) or not least <= len(value.strip()) <= LONGEST_WORDS:
            raise _NoRuleError
        return " ".join("".join(one if one.isprintable() else " " for one in value).split())

    def _flag(self, name: str) -> bool:
        value = self._data.pop(name, False)
        if not isinstance(value, bool):
            raise _NoRuleError
        return value

    def _number(self, name: str, least: float, most: float, *, whole: bool = False) -> float:
        value = self._data.pop(name, None)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not number or not least <= value <= most or (whole and value != int(value)):
            raise _NoRuleError
        return float(value)

    def _one_of(self, name: str, allowed: tuple[str, ...], default: Any) -> Any:
        value = self._data.pop(name, default)
        if value not in allowed and (default is None or value != default):
            raise _NoRuleError
        return value


_FORMS: dict[str, Callable[[_Reader, dict[str, Any]], Rule]] = {
    "appears": lambda read, terms: Appears(read.subject(), **terms),
    "leaves": lambda read, terms: Leaves(read.subject(), **terms),
    "enters": lambda read, terms: Enters(read.subject(), read.area(), **terms),
    "at least": lambda read, terms: AtLeast(read.subject(), read.count(1), **terms),
    "at most": lambda read, terms: AtMost(read.subject(), read.count(0), **terms),
    "exactly": lambda read, terms: Exactly(read.subject(), read.count(0), **terms),
    "gone for": lambda read, terms: GoneFor(read.subject(), read.seconds(), **terms),
    "text contains": lambda read, terms: TextContains(read.words("text", 0), **terms),
    "near": lambda read, terms: Near(read.subject(), read.subject("other_"), **terms),
    "judged": lambda read, terms: Judged(read.words("question", 2), **terms),
}
