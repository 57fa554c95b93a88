"""English words inside a condition: numbers, times, parts of the picture, things."""

from __future__ import annotations

import re

from vision.colour import NAMES
from vision.watching.nouns import nouns
from vision.watching.rules import AREAS, Area, Subject

_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen twenty"
)
_NUMBERS = {word: float(value) for value, word in enumerate(_COUNTED.split())}
_NUMBERS |= {"thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0}
_NUMBERS |= {"a couple of": 2.0, "a dozen": 12.0}

NUMBER = r"(?:\d{1,6}(?:\.\d{1,3})?|" + "|".join(_NUMBERS) + ")"
"""A number, in digits or letters."""

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
_COLOURS = {name: name for name in NAMES} | {"gray": "grey", "violet": "purple", "silver": "grey"}

AREA_WORDS = (
    r"(?:(?:top|upper|bottom|lower|left|right)[ -]?(?:hand)?[ -]?){1,2}"
    r"(?: ?(?:half|side|part|corner|quarter|third|edge))?|(?:middle|cent(?:er|re))(?: part| third)?"
)
"""A part of the picture."""

_DETERMINERS = re.compile(
    r"(?:(?:a|an|the|some|any|another|more|my|your|our|his|her|its|their|this|that|these|those|new"
    r"|single|one of|of|at least one|one)\s+)+",
    re.IGNORECASE,
)
_UP, _DOWN = re.compile(r"top|upper", re.IGNORECASE), re.compile(r"bottom|lower", re.IGNORECASE)


def number(words: str) -> float | None:
    """The number that is meant."""
    known = _NUMBERS.get(words.lower())
    if known is not None:
        return known
    return float(words) if words[:1].isdigit() and words.isascii() else None


def seconds(count: str, unit: str) -> float | None:
    """A stretch of time; None if the unit is none of time."""
    size = _UNITS.get(unit.lower())
    if size is None:
        return None
    if count.lower().startswith("half a"):
        return size / 2
    amount = 1.0 if count.lower() in {"a", "an"} else number(count)
    return None if amount is None else amount * size


def area(words: str) -> Area | None:
    """The part of the picture that is meant; a mere side means the half."""
    down = "top" if _UP.search(words) else "bottom" if _DOWN.search(words) else ""
    across = "left" if "left" in words.lower() else "right" if "right" in words.lower() else ""
    if not down and not across:
        return "middle"
    name = f"{down} {across}" if down and across else f"{down or across} half"
    return next((known for known in AREAS if known == name), None)


def subject(words: str, labels: tuple[str, ...]) -> Subject | None:
    """The things that are meant, ``a red car or a bus``; None if a word is not understood."""
    alternatives = [_single(part, labels) for part in re.split(r"\s+or\s+", words.strip())]
    known = [one for one in alternatives if one is not None]
    colours = {one.colour for one in known[1:] if one.colour} | {known[0].colour} if known else {}
    if len(known) < len(alternatives) or len(colours) > 1:
        return None
    if len(known) == 1:
        return known[0]
    every = tuple(dict.fromkeys(label for one in known for label in one.labels))
    return Subject(every, known[0].colour) if all(one.labels for one in known) else None


def _single(words: str, labels: tuple[str, ...]) -> Subject | None:
    words = _DETERMINERS.sub("", words.lower(), count=1) if _DETERMINERS.match(words) else words
    table = nouns("en", labels)
    first, _, rest = words.lower().partition(" ")
    colour = _COLOURS.get(first.removesuffix("-coloured").removesuffix("-colored"), "")
    found = table.get(rest if colour and rest else words.lower())
    return found and Subject(found.labels, colour if rest else "", found.kind)
