"""Making text that was seen, or said by others, fit to stand between quotation marks."""

from __future__ import annotations

LONGEST_QUOTE = 200
"""Letters of one quotation; a longer one is cut."""

_MARKS = str.maketrans({"“": "'", "”": "'", "「": "'", "」": "'", "『": "'", "』": "'"})


def inside(text: str) -> str:
    """The text on one line, cut, with no mark in it that would end the quotation."""
    line = " ".join(text[: 2 * LONGEST_QUOTE].translate(_MARKS).split())
    shown = "".join(sign for sign in line if sign.isprintable())
    return shown if len(shown) <= LONGEST_QUOTE else f"{shown[: LONGEST_QUOTE - 1]}…"
