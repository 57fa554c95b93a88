"""The rules that standing instructions become: what to look for, and how often to say so.

Each rule is one frozen dataclass; ``Rule`` is any of them. Rules over objects have a ``Subject``;
every rule has the ``Terms`` on which it was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

from vision.types import Language, TrackId

MOST_COUNTED = 64
"""The largest number of things in a rule."""

LONGEST_ABSENCE = 86_400.0
"""Seconds in the longest time that something may be asked to be gone for: a day."""

LONGEST_WORDS = 200
"""Characters of a text that is watched for, or of what a model is to judge."""

Area = Literal[
    "left half",
    "right half",
    "top half",
    "bottom half",
    "middle",
    "top left",
    "top right",
    "bottom left",
    "bottom right",
]
"""A part of the picture: halves, the middle third each way, quarters."""

AREAS: Final[tuple[Area, ...]] = get_args(Area)


@dataclass(frozen=True, slots=True)
class Subject:
    """Which things a rule is about."""

    labels: tuple[str, ...]
    "English class names, any of which will do; empty for anything at all."
    colour: str = ""
    "English colour name; empty for any."
    kind: str = ""
    "What the person called several labels at once (``vehicle``), in their language; or empty."
    only: TrackId | None = None
    "The very thing that is meant, by the id that it has as the watch begins; None for any."


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How an instruction wants to be carried out."""

    language: Language = "en"
    "In which the person is told."
    once: bool = False
    "Whether it is over once it has fired."
    every: bool = False
    "Whether each time counts, however soon after the one before."
    confirm: bool = False
    "Whether a model that sees is to confirm each firing, where there is one."


@dataclass(frozen=True, slots=True)
class Appears(Terms):
    """A thing comes that was not there."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Leaves(Terms):
    """A thing that was there can no longer be seen."""

    subject: Subject


@dataclass(frozen=True, slots=True)
class Enters(Terms):
    """The middle of a thing gets into a part of the picture."""

    subject: Subject
    area: Area


@dataclass(frozen=True, slots=True)
class AtLeast(Terms):
    """So many are there, or more."""

    subject: Subject
    count: int
    "1…`MOST_COUNTED`."


@dataclass(frozen=True, slots=True)
class AtMost(Terms):
    """So many are there, or fewer; 0 for none."""

    subject: Subject
    count: int
    "0…`MOST_COUNTED`."


@dataclass(frozen=True, slots=True)
class Exactly(Terms):
    """Just so many are there."""

    subject: Subject
    count: int
    "0…`MOST_COUNTED`."


@dataclass(frozen=True, slots=True)
class GoneFor(Terms):
    """Nothing of the sort was seen for a while."""

    subject: Subject
    seconds: float
    "Above 0, at most `LONGEST_ABSENCE`."


@dataclass(frozen=True, slots=True)
class TextContains(Terms):
    """Some words can be read."""

    text: str
    "The words, compared without case, spacing and width; empty for any text at all."


@dataclass(frozen=True, slots=True)
class Near(Terms):
    """One thing is close to another in the picture."""

    subject: Subject
    other: Subject


@dataclass(frozen=True, slots=True)
class Judged(Terms):
    """Something that only a model that sees can tell."""

    question: str
    "What is to be the case, in the person's words."


Rule: TypeAlias = (
    Appears | Leaves | Enters | AtLeast | AtMost | Exactly | GoneFor | TextContains | Near | Judged
)
"""Any rule."""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """An instruction that became no rule."""

    help: str
    "For the person, in their language: what can be watched for, with examples."
