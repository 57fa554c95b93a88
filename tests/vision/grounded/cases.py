"""Questions with their answers, from tables that people can read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what is answered."""

    question: str
    answer: str
    objects: tuple[int, ...]
    "What the answer speaks of."
    knows: bool


def cases(name: str) -> list[Case]:
    """The cases of a table: blocks of three lines, after the first, which is a comment."""
    text = (Path(__file__).parent / name).read_text("utf-8")
    _, *blocks = text.strip().split("\n\n")
    return [_case(*block.splitlines()) for block in blocks]


def _case(question: str, answer: str, marks: str) -> Case:
    ids = [mark for mark in marks.removeprefix("@").split() if mark != "!"]
    return Case(question, answer, tuple(map(int, ids)), not marks.endswith("!"))
