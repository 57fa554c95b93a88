"""What the grammars of all languages share: instructions, quoted words, forms of clauses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from vision.watching.rules import LONGEST_WORDS, Rule

QUOTED = "\ufffc"
"""Stands for the quoted words while the rest is understood; nobody types it."""

LONGEST_CLAUSE = 120
"""Characters of a clause that can have one of the known forms: no rule takes more to say."""

_QUOTES = re.compile(
    r"“([^”]*)”|「([^」]*)」|『([^』]*)』|\"([^\"]*)\"|‘([^’]*)’|(?<!\w)'([^']*)'(?!\w)"
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """What was said."""

    text: str
    "Of bounded length, one line, without control characters."
    labels: tuple[str, ...]
    "The detector's."


@dataclass(frozen=True, slots=True)
class Misfit:
    """No rule is meant, or none that there is."""


@dataclass(frozen=True, slots=True)
class Clause:
    """The condition of an instruction, freed of what surrounds it."""

    text: str
    "With `QUOTED` for what was in quotation marks."
    quote: str
    "What was; empty if nothing."
    labels: tuple[str, ...]
    "The detector's."
    each: bool
    "Whether every single time was asked for."


Builder: TypeAlias = Callable[[re.Match[str], Clause], "Rule | Misfit | None"]
"""Makes a rule of a clause that has its form; None if it is not meant after all."""

Form: TypeAlias = tuple[re.Pattern[str], Builder]
"""A form of clauses. Patterns have to cover all of the clause."""


def quoted(text: str) -> tuple[str, str]:
    """The text with `QUOTED` for the first words in quotation marks, and those words."""
    match = _QUOTES.search(text)
    words = match and next((group for group in match.groups() if group), "").strip()
    if not match or not words:
        return text, ""
    return f"{text[: match.start()]} {QUOTED} {text[match.end() :]}", words[:LONGEST_WORDS]


def first_form(clause: Clause, forms: Iterable[Form]) -> Rule | Misfit | None:
    """What the first form that fits makes of the clause."""
    if len(clause.text) > LONGEST_CLAUSE:
        return None
    for pattern, build in forms:
        match = pattern.fullmatch(clause.text)
        made = build(match, clause) if match else None
        if made is not None:
            return made
    return None
