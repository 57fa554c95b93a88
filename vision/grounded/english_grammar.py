"""How questions are put in English. Tables only; patterns are short, and none nests repetitions."""

from __future__ import annotations

import re

from vision.grounded.english_others import NO_TYPOS, OTHERS
from vision.grounded.english_words import KINDS, NARROWER, PLURALS, SYNONYMS
from vision.grounded.places import Relation, Side
from vision.grounded.tongue import Grammar, Intent, Link, Rule, Sense

_COLOURS = {
    "red": "red",
    "orange": "orange",
    "yellow": "yellow",
    "green": "green",
    "blue": "blue",
    "purple": "purple",
    "violet": "purple",
    "pink": "pink",
    "brown": "brown",
    "black": "black",
    "grey": "grey",
    "gray": "grey",
    "white": "white",
}

_PAGES = (
    "page|document|letter|menu|book|everything|all|whole|entire|article|paper|recipe|leaflet"
    "|newspaper"
)
_SEVERAL = r"\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|several|many|lots of|a few"
_CAME = r"came|come|arrived?|appear\w*|entered|gone|went|disappear\w*"

_RULES: tuple[tuple[Intent, str], ...] = (
    ("translate", r"\btranslat\w*|\bwhat does (?:it|this|that) mean\b"),
    ("help", r"\bhelp\b|\bwhat (?:can|do) you (?:do|know|understand)\b"),
    ("help", r"\bwhat (?:can|should|may) i (?:ask|say)\b|\bwhat can you (?:recogni|detect)\w*"),
    ("said", r"\bwhat (?:did|was|were|had)\b(?=.*\b(?:say|said|read|written|text|spell)\b)"),
    ("said", r"\blast (?:text|words|sign)\b"),
    ("read_page", rf"\bread\b(?=.*\b(?:{_PAGES})\b)"),
    ("read", r"\bread\b|\bwhat (?:does|do|is)\b(?=.*\b(?:say|says|read|reads|written|text)\b)"),
    ("read", r"\b(?:any|some|what|which) (?:text|writing|words|letters)\b|\bspell\b"),
    ("what_at", r"\bwhat(?: kind of thing)? (?:is|are) (?:this|that|it|these|those)\b(?! colou?r)"),
    ("unknown", r"\bwho (?:is|are|was) (?:it|this|that|he|she|they)\b|\bwho am i\b|\bwhere am i\b"),
    ("last_seen", r"\bwhen (?:did|have|was|were|had)\b|\blast (?:see|saw|seen|time|spotted)\b"),
    (
        "last_seen",
        r"\b(?:did|have) (?:you|i|we) (?:ever |just |already )?(?:see|seen|saw|spot\w*)\b",
    ),
    ("last_seen", r"\bwhere (?:did|have|had) (?:i|we|you)\b|\bwhere (?:was|were)\b"),
    ("last_seen", r"\bhow long ago\b|\bi (?:have )?(?:lost|misplaced)\b|\b(?:was|were) there\b"),
    (
        "describe",
        r"\bgoing on\b|\bwhat is happening\b|\bwhat (?:do|can) (?:you|we|i) (?:\w+ )?see\b",
    ),
    (
        "changed",
        r"\bchang\w*|\bwhat(?: is| has| have)? (?:new|different|happened)\b|\bdid i miss\b",
    ),
    ("changed", r"\b(?:anything|something) (?:new|different|happen\w*)|\bwho left\b|\bhappened\b"),
    (
        "changed",
        rf"\b(?:who|what|many|anyone|someone|has|have|did)\b(?=.*\b(?:{_CAME})\b)",
    ),
    ("changed", r"\b(?:anyone|anybody|someone|anything|somebody) left\b"),
    (
        "moved",
        r"\b(?:moving|moves?|moved|motion|walking|going|heading|headed|approaching|coming)\b",
    ),
    ("moved", r"\b(?:running|driving|standing still|stationary)\b"),
    ("nearest", r"\b(?:nearest|closest)\b"),
    ("count", r"\bhow many\b|\bcount\b|\bnumber of\b"),
    ("count", rf"\b(?:is|are) there (?:{_SEVERAL})\b"),
    ("colour", r"\bcolou?r(?:s|ed)?\b"),
    ("colour", rf"^(?:is|are) (?!there\b)(?=.*\b(?:{'|'.join(_COLOURS)})$)"),
    ("exists", r"\b(?:is|are) there\b|\bdo (?:you|we|i) (?:see|have|spot|notice)\b|\bsee any\b"),
    (
        "exists",
        r"\bcan (?:you|we|i) (?:see|spot)\b|\b(?:any|some)(?:one|body) (?:here|there|around)\b",
    ),
    ("exists", r"^(?:is|are) (?:an?|any|the|my|anyone|someone)\b(?=.*\b(?:here|visible|in view)$)"),
    ("where", r"\bwhere\b|\bfind\b|\blocate\b|\bwhich (?:way|direction|side)\b|\blooking for\b"),
    ("where", r"\bhow (?:far|near|close)\b|\bshow me\b"),
    ("describe", r"\bdescri\w+|\blook around\b|\bsurroundings\b|\bscene\b|\btell me about\b"),
    ("describe", r"\bwhat(?: else| all)?(?: is| are)?\b(?! time)|\bwho(?: is| are)\b|\banything\b"),
)

_SIDES: dict[str, Side] = {
    "left": "left",
    "right": "right",
    "middle": "middle",
    "centre": "middle",
    "center": "middle",
    "top": "top",
    "bottom": "bottom",
}

_FAR_AND_NEAR: dict[str, Side] = {
    "near me": "near",
    "close to me": "near",
    "close by": "near",
    "nearby": "near",
    "in the foreground": "near",
    "far away": "far",
    "far off": "far",
    "in the distance": "far",
    "in the background": "far",
    "leftmost": "left",
    "rightmost": "right",
    "straight ahead": "middle",
}

_LINKS: tuple[tuple[Relation, str], ...] = (
    ("left", r"\bleft(?: hand)?(?: side)? (?:of|from)"),
    ("right", r"\bright(?: hand)?(?: side)? (?:of|from)"),
    ("on", r"\bon top of"),
    ("by", r"\b(?:next to|beside|besides|by|near|close to|alongside|around)"),
    ("above", r"\b(?:above|over)"),
    ("below", r"\b(?:under|below|beneath|underneath)"),
    ("on", r"\bon"),
    ("in", r"\b(?:in|inside)"),
)

_PLAIN_WORDS = """
a an the my your our his her its their some any all of in on at to from for with by and or is
are was were be been am do does did has have had can could would will shall may there here now
currently right still just please hey hi hello ok okay so then me i you we us he she they tell
say says said know see seen saw look looking thing things object objects stuff kind sort picture
image photo view sight frame camera scene room street around visible present what which who
where when how many much what's exactly anything something nothing everything one ones ever
already again last time ago side hand front ahead leave left put lost thanks thank pointing
standing total altogether also moment way direction far near close away about yet since asked
seconds going text read reads written writing words colour color colours colors s up out more
else really actually maybe perhaps too not no yes as if that's long recently within over during
past anywhere somewhere spot find
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())

_NUMBERS: dict[str, float] = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "couple of": 2,
    "a couple of": 2,
    "few": 3,
    "a few": 3,
    "three": 3,
    "four": 4,
    "five": 5,
    "ten": 10,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "half a": 0.5,
}

_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}


def plural(word: str) -> str:
    """Several of them."""
    return PLURALS.get(word, word if word.endswith("s") else word + "s")


def _nouns() -> dict[str, Sense]:
    nouns: dict[str, Sense] = {}
    for word, labels in NARROWER.items():
        nouns[word] = nouns[plural(word)] = Sense(labels, word)
    for word, labels in KINDS.items():
        nouns[word] = nouns[plural(word)] = Sense(labels, kind=word)
    for label, words in SYNONYMS.items():
        for word in words:
            nouns[word] = nouns[plural(word)] = Sense((label,))
    return nouns


def _sided() -> dict[str, Side]:
    sides = dict(_FAR_AND_NEAR)
    for name, side in _SIDES.items():
        sides |= {f"{whose} {name}": side for whose in ("the", "my", "your")}
        sides |= {f"{name} side": side, f"{name} hand side": side, f"{name} half": side}
    return sides


_COUNTS = "|".join(sorted(_NUMBERS, key=len, reverse=True))

GRAMMAR = Grammar(
    rules=tuple(Rule(intent, re.compile(pattern)) for intent, pattern in _RULES),
    links=tuple(Link(relation, re.compile(pattern)) for relation, pattern in _LINKS),
    anchor_first=False,
    between=re.compile(
        r" (?:(?:the|a|an|my|your|this|that|any|some|one|other) )?"
        rf"(?:(?:{'|'.join(_COLOURS)}) )?"
    ),
    nouns=_nouns(),
    colours=_COLOURS,
    sides=_sided(),
    pointers=frozenset(("this", "that", "it", "these", "those")),
    plain=_PLAIN,
    ages=re.compile(
        rf"\b(?:(?:in|within|during|over) )?(?:the )?(?:last|past|previous)"
        rf"(?: (?P<count>\d{{1,6}}|{_COUNTS}))? (?P<unit>second|minute|hour|day)s?\b"
    ),
    numbers=_NUMBERS,
    units=_UNITS,
    correctly=NO_TYPOS,
    others=OTHERS,
    spaced=True,
)
"""English."""
