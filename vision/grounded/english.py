"""The phrases of English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from vision.grounded.english_grammar import GRAMMAR, plural
from vision.grounded.english_words import NAMES, UNCOUNTED
from vision.grounded.places import Direction, Place, Relation, Side
from vision.grounded.quoting import inside
from vision.grounded.tongue import Grammar, Saying
from vision.types import Language

_SAYINGS: dict[Saying, str] = {
    "as_of": "my last picture is from {ago}",
    "at": "{where}: {what}",
    "came": "new: {what}",
    "count_maybe": "at least {what}, perhaps {most}",
    "earlier": "in an earlier session: {what}",
    "group": "{all}: {what}",
    "help": "I can tell you what is here, how many, where, which colour, what it says, what moves,"
    " what changed, and when I last saw something. I know things like {what}",
    "here": "{what} {where}",
    "i_see": "I see {what}",
    "is_at": "{what} {be} {where}",
    "is_colour": "{what} looks {colour}",
    "last_ago": "I last saw {what} {when}",
    "last_earlier": "I last saw {what} in an earlier session, {when}",
    "last_here": "{what} {be} here now, {where}",
    "looks_nearest": "{what} {where} looks nearest",
    "more_lines": "there {be} {number} more {lines}",
    "moving": "{what} {be} moving {way}",
    "moving_somehow": "{what} {be} moving",
    "never_seen": "I haven't seen {what}",
    "new_text": "new text: {what}",
    "next_to": "{where}, next to {what}",
    "no_colour": "I can't tell the colour of {what} {where}",
    "no_finer": "whether {it} is {an} {word} I can't tell without a vision-language model",
    "no_memory": "my memory did not answer in time, so there may be more",
    "no_reading": "text could not be read just now",
    "no_text": "I can't read any text here",
    "no_translation": "I can't translate without a vision-language model",
    "none_changed": "I didn't see {what} come or go {span}",
    "none_here": "I don't see {what} now",
    "not_a_kind": "I can't recognise {word} without a vision-language model,"
    " and I haven't read it anywhere",
    "not_colour": "no, {what} looks {colour}",
    "not_moving": "{what} {be} not moving",
    "not_there": "not there",
    "noted": "I noted {what} {when}",
    "nothing_at": "I don't recognise anything {where}",
    "nothing_changed": "nothing that I can see changed {span}",
    "nothing_here": "I don't see anything that I know",
    "nothing_known_there": "I don't recognise anything there",
    "nothing_moving": "nothing that I can see is moving",
    "one_at": "{what} {where}",
    "one_is_colour": "{what} {where} looks {colour}",
    "probably": "probably {what}",
    "read_before": "{when}, I read {what}",
    "reads": "it says: {what}",
    "reads_there": "I read {what} {where}",
    "spread": "{what}: {where}",
    "that_is": "that is {what}, {where}",
    "unknown": "I can't tell that without a vision-language model",
    "went": "{what} left {ago}",
    "when_where": "{ago}, {where}",
    "yes": "yes, {what}",
    "yes_colour": "yes, {what} looks {colour}",
}

_COUNTING = "no one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = _COUNTING.split()

_SIDES: dict[str, str] = {
    "left": "on the left",
    "right": "on the right",
    "middle": "in the middle",
    "wide": "across most of the view",
    "top": "at the top",
    "bottom": "at the bottom",
    "near": "near you",
    "far": "far away",
}
_RELATIONS: dict[Relation, str] = {
    "left": "left of",
    "right": "right of",
    "above": "above",
    "below": "below",
    "on": "on",
    "in": "at",
    "by": "next to",
}
_DIRECTIONS: dict[Direction, str] = {
    "left": "left",
    "right": "right",
    "up": "up in the picture",
    "down": "down in the picture",
}
_SPANS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))
_SHORT = (
    ("what's", "what is"),
    ("where's", "where is"),
    ("who's", "who is"),
    ("there's", "there is"),
    ("that's", "that is"),
    ("it's", "it is"),
    ("how's", "how is"),
    (" whats ", " what is "),
    (" wheres ", " where is "),
    (" whos ", " who is "),
    (" theres ", " there is "),
    ("'ve ", " have "),
    ("'re ", " are "),
    ("'m ", " am "),
    ("'s ", " "),
)
_SIGNS = re.compile(r"[^\w-]+")


class _English:
    """Implements `vision.grounded.tongue.Tongue`."""

    @property
    def language(self) -> Language:
        return "en"

    @property
    def grammar(self) -> Grammar:
        return GRAMMAR

    def tidy(self, text: str) -> str:
        plain = f" {text.casefold().replace('’', chr(39))} "
        for short, long in _SHORT:
            plain = plain.replace(short, long)
        return _SIGNS.sub(" ", plain).strip()

    def say(self, saying: Saying, count: int = 1, **parts: str) -> str:
        one = count == 1
        forms = {"be": "is" if one else "are", "it": "that" if one else "one of them"}
        forms["an"] = _article(parts.get("word", ""))
        return _SAYINGS[saying].format(**forms, lines="line" if one else "lines", **parts)

    def things(self, label: str, count: int, colour: str = "") -> str:
        if count == 1:
            name = _coloured(UNCOUNTED.get(label, _name(label)), colour)
            return name if label in UNCOUNTED and not colour else f"{_article(name)} {name}"
        return self.counted(label, count, colour)

    def counted(self, label: str, count: int, colour: str = "") -> str:
        name = _name(label) if count == 1 else _names(label)
        return f"{self.number(count)} {_coloured(name, colour)}"

    def anything(self, count: int) -> str:
        return "one thing" if count == 1 else f"{self.number(count)} things"

    def the(self, label: str, count: int = 1, colour: str = "") -> str:
        number = "" if count == 1 else f"{self.number(count)} "
        name = _name(label) if count == 1 else _names(label)
        return f"the {number}{_coloured(name, colour)}"

    def names(self, label: str) -> tuple[str, ...]:
        words = (label, plural(label), _name(label), _names(label))
        return tuple(self.tidy(word) for word in words)

    def kind(self, label: str) -> str:
        return _names(label)

    def either(self, labels: Sequence[str], colour: str = "", kind: str = "") -> str:
        names = [self.things(label, 1, colour) for label in ([kind] if kind else labels)]
        if not names:
            return f"anything {colour}" if colour else "anything"
        return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))

    def number(self, count: int) -> str:
        return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)

    def place(self, place: Place) -> str:
        side = _SIDES[place.side]
        if place.height and place.side in ("left", "right"):
            side = f"at the {place.height} {place.side}"
        elif place.height and place.side == "middle":
            side = f"{_SIDES[place.height]}, {side}"
        return f"{side}, {_SIDES[place.depth]}" if place.depth else side

    def side(self, side: Side) -> str:
        return _SIDES.get(side, "")

    def relation(self, relation: Relation, anchor: str) -> str:
        return f"{_RELATIONS[relation]} {anchor}"

    def direction(self, direction: Direction) -> str:
        return _DIRECTIONS[direction]

    def colour(self, name: str) -> str:
        return name

    def ago(self, seconds: float) -> str:
        count, unit = _stretch(seconds)
        return f"{_amount(count, unit)} ago" if count else "just now"

    def span(self, seconds: float) -> str:
        count, unit = _stretch(seconds)
        return f"in the last {unit if count <= 1 else _amount(count, unit)}"

    def quote(self, text: str) -> str:
        return f"“{inside(text)}”"

    def listing(self, parts: Iterable[str]) -> str:
        *first, last = parts
        return f"{', '.join(first)} and {last}" if first else last

    def items(self, parts: Iterable[str]) -> str:
        return "; ".join(parts)

    def sentences(self, parts: Iterable[str]) -> str:
        return " ".join(_sentence(part) for part in parts)


def _sentence(text: str) -> str:
    ended = text if text.endswith((".", "!", "?", "…")) else f"{text}."
    return ended[:1].upper() + ended[1:]


def _name(label: str) -> str:
    return NAMES.get(label, label)


def _names(label: str) -> str:
    return plural(_name(label))


def _coloured(name: str, colour: str) -> str:
    return f"{colour} {name}" if colour else name


def _article(name: str) -> str:
    return "an" if name[:1] in "aeiou" else "a"


def _stretch(seconds: float) -> tuple[int, str]:
    """Seconds as a whole number of the largest unit that fits."""
    for length, unit in _SPANS:
        if seconds >= length:
            return int(seconds / length), unit
    return 0, "second"


def _amount(count: int, unit: str) -> str:
    if count == 1:
        return f"{_article(unit) if unit != 'hour' else 'an'} {unit}"
    return f"{_NUMBERS[count] if count < len(_NUMBERS) else count} {unit}s"


ENGLISH = _English()
"""English."""
