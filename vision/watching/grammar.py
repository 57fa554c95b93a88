"""Understands standing instructions: from what a person says to a rule.

Each language has its own module with one function ``understood``; what they share is here: input
of any length and content is made harmless first, the language is told from the writing, and what
is no rule is answered with what could be.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from vision.types import Language
from vision.watching import chinese, english
from vision.watching.clauses import Instruction, Misfit
from vision.watching.rules import NotUnderstood, Rule

LONGEST_INSTRUCTION = 400
"""Characters; more is no instruction."""

MOST_READ = 4000
"""Characters that are looked at to find out whether there are more than allowed."""

HELP: dict[Language, str] = {
    "en": (
        "I can watch for things that appear, leave or enter a part of the picture, for how many "
        "there are, for text, for things near one another, and for things that have been gone "
        "for a while. Say for example: “tell me when a dog appears”, “alert me when there are at "
        "least three people”, “let me know when the cup has been gone for 10 seconds”."
    ),
    "zh": (
        "我可以留意：什么东西出现、离开或进入画面的某一部分，有多少个，看到什么文字，"
        "什么靠近什么，什么消失了多久。例如：“有狗出现时告诉我”、“超过三个人时提醒我”、"
        "“杯子消失10秒就告诉我”。"
    ),
}
"""What can be watched for."""

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def parse(
    text: str, labels: tuple[str, ...], language: Language | None = None
) -> Rule | NotUnderstood:
    """The rule that an instruction stands for.

    Never raises, whatever the text; takes well under a millisecond for each hundred characters.

    Args:
        text: as typed or spoken; of any length and content.
        labels: the detector's.
        language: to speak to the person in; told from the writing where it is None.
    """
    tidy = _tidied(text[:MOST_READ])
    written: Language = "zh" if _CHINESE.search(tidy) else "en"
    spoken = language or written
    if not tidy or len(text) > MOST_READ or len(tidy) > LONGEST_INSTRUCTION:
        return NotUnderstood(HELP[spoken])
    understood = chinese.understood if written == "zh" else english.understood
    found = understood(Instruction(tidy, labels))
    if isinstance(found, Misfit):
        return NotUnderstood(HELP[spoken])
    return replace(found, language=spoken)


def _tidied(text: str) -> str:
    """Without control characters, emoji, double spaces and differences of width."""
    plain = unicodedata.normalize("NFKC", text)
    kept = (" " if unicodedata.category(char)[0] in "CZ" else char for char in plain)
    return " ".join("".join(char for char in kept if unicodedata.category(char) != "So").split())
