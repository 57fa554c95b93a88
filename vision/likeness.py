"""How alike two texts are: the same sign is rarely read twice to the letter."""

from __future__ import annotations

from functools import lru_cache

REMEMBERED = 2048
"""Results kept: most of what is read was read a moment ago too."""


@lru_cache(maxsize=REMEMBERED)
def edit_distance(a: str, b: str) -> int:
    """Letters to insert, delete or replace so that one text becomes the other.

    Bit-parallel (Myers, 1999, in Hyyrö's form of 2003): one step for each letter of the shorter
    text, on integers of as many bits as the longer has letters.
    """
    longer, shorter = (a, b) if len(a) >= len(b) else (b, a)
    if not shorter:
        return len(longer)
    places: dict[str, int] = {}
    for index, letter in enumerate(longer):
        places[letter] = places.get(letter, 0) | 1 << index
    everywhere, last = (1 << len(longer)) - 1, 1 << (len(longer) - 1)
    rises, falls, distance = everywhere, 0, len(longer)
    for letter in shorter:
        here = places.get(letter, 0)
        even = (((here & rises) + rises) ^ rises) | here | falls
        up = falls | ~(even | rises)
        down = rises & even
        distance += bool(up & last) - bool(down & last)
        up = (up << 1) | 1
        rises = ((down << 1) | ~(even | up)) & everywhere
        falls = up & even & everywhere
    return distance


def likeness(a: str, b: str) -> float:
    """0…1, 1 for equal texts: the share of the longer text's letters that need no edit."""
    if a == b:
        return 1.0
    longest = max(len(a), len(b))
    return 1.0 - edit_distance(a, b) / longest


@lru_cache(maxsize=REMEMBERED)
def skeleton(text: str) -> str:
    """What readers agree on: letters and digits, without case, blanks and punctuation."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())
