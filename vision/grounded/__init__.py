"""Answers with no language model at all: from the scene, its text and memory.

`understand` a question, fetch what it `needs`, `answer` it; `summary` is a caption. Pure, and quick
enough for an event loop.
"""

from __future__ import annotations

from vision.grounded.answers import GROUNDED, answer, summary
from vision.grounded.asked import Grounded
from vision.grounded.questions import Need, Question, needs, understand
from vision.grounded.tongue import Intent

__all__ = [
    "GROUNDED",
    "Grounded",
    "Intent",
    "Need",
    "Question",
    "answer",
    "needs",
    "summary",
    "understand",
]
