"""Rules and firings in plain words, in the languages there are."""

from __future__ import annotations

from typing import Protocol

from vision.types import Language
from vision.watching import chinese_telling, english_telling
from vision.watching.conditions import Happening
from vision.watching.rules import Rule


class Teller(Protocol):
    """A module that says things in one language."""

    def condition(self, rule: Rule) -> str:
        """What the rule waits for: ``when a dog appears``."""
        ...

    def terms(self, rule: Rule) -> str:
        """How it is carried out, to follow on that; empty for the usual terms."""
        ...

    def news(self, rule: Rule, happening: Happening) -> str:
        """What happened, as a sentence."""
        ...


TELLERS: dict[Language, Teller] = {"en": english_telling, "zh": chinese_telling}
"""Who says it."""


def describe(rule: Rule, language: Language) -> str:
    """A rule as it was understood: ``when a dog appears, every single time``."""
    teller = TELLERS[language]
    return teller.condition(rule) + teller.terms(rule)


def why(rule: Rule, happening: Happening) -> str:
    """Why a rule fired: a sentence in its language. What was read in the scene is quoted."""
    return TELLERS[rule.language].news(rule, happening)
