"""Says in English what is watched for and what happened."""

from __future__ import annotations

from vision.grounded.english_words import NAMES, PLURALS, UNCOUNTED
from vision.watching.conditions import Happening
from vision.watching.nouns import plural
from vision.watching.rules import (
    Appears,
    Area,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Judged,
    Leaves,
    Near,
    Rule,
    Subject,
    TextContains,
)

LONGEST_QUOTE = 120
"""Characters of a quotation."""

_VOWELS = "aeiou"


def condition(rule: Rule) -> str:
    """What the rule waits for."""
    match rule:
        case AtLeast() | AtMost() | Exactly():
            return _number_wanted(rule)
        case TextContains() | Judged() | GoneFor():
            return _state_wanted(rule)
        case Appears():
            return f"when {_one(rule.subject)} appears"
        case Leaves():
            return f"when {_one(rule.subject)} goes out of sight"
        case Enters():
            return f"when {_one(rule.subject)} enters {_area(rule.area)} of the picture"
    return f"when {_one(rule.subject)} is near {_other(rule)}"


def terms(rule: Rule) -> str:
    """How it is carried out."""
    how = ", only once" if rule.once else ", every single time" if rule.every else ""
    return how + (", after a second look by the language model" if rule.confirm else "")


def news(rule: Rule, happening: Happening) -> str:
    """What happened."""
    return _sentence(_news(rule, happening))


def _news(rule: Rule, happening: Happening) -> str:
    match rule:
        case AtLeast() | AtMost() | Exactly():
            return _number_found(rule, happening.count)
        case TextContains() | Judged() | GoneFor():
            return _state_found(rule, happening)
        case Appears():
            return f"{_those(rule.subject, happening)} appeared"
        case Leaves():
            return f"{_those(rule.subject, happening)} went out of sight"
        case Enters():
            return f"{_those(rule.subject, happening)} entered {_area(rule.area)} of the picture"
    return f"{_one(rule.subject)} is near {_other(rule)}"


def _number_wanted(rule: AtLeast | AtMost | Exactly) -> str:
    if isinstance(rule, AtLeast) and rule.count == 1:
        return f"when there is {_one(rule.subject)} in the picture"
    if rule.count == 0:
        return f"when there is no {_noun(rule.subject)} in the picture"
    be = "is" if rule.count == 1 else "are"
    how = {AtLeast: "at least", AtMost: "at most", Exactly: "exactly"}[type(rule)]
    return f"when there {be} {how} {_so_many(rule.subject, rule.count)}"


def _number_found(rule: AtLeast | AtMost | Exactly, count: int) -> str:
    if count == 0:
        return f"there is no {_noun(rule.subject)} in the picture now"
    return f"there {'is' if count == 1 else 'are'} {_so_many(rule.subject, count)} now"


def _state_wanted(rule: TextContains | Judged | GoneFor) -> str:
    match rule:
        case GoneFor():
            return f"when no {_noun(rule.subject)} has been seen for {_time(rule.seconds)}"
        case Judged():
            return f"when a language model that sees finds that {_quote(rule.question)}"
    return f"when the text {_quote(rule.text)} can be read" if rule.text else "when there is text"


def _state_found(rule: TextContains | Judged | GoneFor, happening: Happening) -> str:
    match rule:
        case GoneFor():
            return f"no {_noun(rule.subject)} seen for {_time(rule.seconds)}"
        case Judged():
            return f"the language model finds that {_quote(rule.question)}"
    return f"the text {_quote(happening.text)} can be read"


def _name(label: str) -> str:
    return NAMES.get(label, label)


def _noun(subject: Subject) -> str:
    """The thing without article: ``red car``; ``car, bus or truck``."""
    names = [_name(label) for label in subject.labels] or ["thing"]
    whole = subject.kind if subject.kind.isascii() and subject.kind else _either(names)
    return f"{subject.colour} {whole}".strip()


def _many(subject: Subject) -> str:
    names = [PLURALS.get(label) or plural(_name(label)) for label in subject.labels] or ["things"]
    whole = plural(subject.kind) if subject.kind and subject.kind.isascii() else _either(names)
    return f"{subject.colour} {whole}".strip()


def _one(subject: Subject) -> str:
    if not subject.labels:
        return f"anything {subject.colour}".strip()
    uncounted = len(subject.labels) == 1 and subject.labels[0] in UNCOUNTED
    if uncounted and not subject.colour and subject.only is None:
        return UNCOUNTED[subject.labels[0]]
    noun = _noun(subject)
    if subject.only is not None:
        return f"this {noun}"
    return f"{'an' if noun[0].lower() in _VOWELS else 'a'} {noun}"


def _other(rule: Near) -> str:
    return f"another {_noun(rule.other)}" if rule.other == rule.subject else _one(rule.other)


def _so_many(subject: Subject, count: int) -> str:
    return f"{count} {_noun(subject) if count == 1 else _many(subject)}"


def _those(subject: Subject, happening: Happening) -> str:
    if happening.count > 1:
        return _so_many(subject, happening.count)
    return "something" if not subject.labels else _one(subject)


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _area(area: Area) -> str:
    if area == "middle":
        return "the middle"
    return f"the {area}" if area.endswith("half") else f"the {area} quarter"


def _time(seconds: float) -> str:
    for size, unit in ((3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}{'' if seconds == size else 's'}"
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"


def _quote(text: str) -> str:
    """In quotation marks that it cannot get out of."""
    inner = " ".join(text.replace("“", "'").replace("”", "'").split())
    return f"“{inner if len(inner) <= LONGEST_QUOTE else inner[: LONGEST_QUOTE - 1] + '…'}”"


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
