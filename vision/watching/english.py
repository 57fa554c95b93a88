"""Understands standing instructions in English.

An instruction is a frame ("please tell me when …") around a clause ("a dog appears"). The frame
is taken off and tells how often to speak; the clause has to have one of the forms of
``english_forms``, from end to end: a clause with a word more than that means something else.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vision.watching.clauses import QUOTED, Clause, Instruction, Misfit, first_form, quoted
from vision.watching.english_forms import FORMS, gone_for
from vision.watching.rules import LONGEST_WORDS, Judged, Rule

FEWEST_JUDGED = 2
"""Words of a condition that a model is asked to judge."""

MOST_FRAMES = 12
"""Phrases that are taken off either end."""

_ONCE = re.compile(
    r"\b(?:just|only)(?: the)? (?:once|one time)\b|\b(?:one time|once) only\b"
    r"|\b(?:the )?(?:next|first) time\b",
    re.IGNORECASE,
)
_EVERY = re.compile(r"\b(?:every|each)(?: single)? time\b|\bwhenever\b|\balways\b", re.IGNORECASE)
_CONFIRM = re.compile(
    r"\b(?:and )?(?:make|be|making) (?:very |really |absolutely )?sure\b(?: that| it is true)?"
    r"|\b(?:and )?(?:double[- ]check|verify|confirm)\b(?: that| it| first)?"
    r"|\bonly if (?:you are|it is) (?:really )?(?:sure|certain)\b",
    re.IGNORECASE,
)
_WHEN = (
    r"when|whenever|if|once|as soon as|the moment|the instant|until|in case"
    r"|(?:every|each)(?: single)? time|(?:the )?(?:next|first) time"
)
_CONDITION = re.compile(rf"(?:^|\s)(?:{_WHEN})\s", re.IGNORECASE)
_FRAME = re.compile(
    r"(?:please|hey|hi|ok(?:ay)?|just|also|and|then|now|that|so|always|i (?:want|need) you to"
    r"|i would like you to|i want to know|(?:can|could|would|will) you|let me know|let us know"
    r"|(?:tell|alert|notify|warn|inform|remind|ping|call|message|text) (?:me|us)"
    r"|(?:give|send) me an? (?:shout|call|alert|warning|heads[- ]up|message|signal)"
    r"|(?:say|do) (?:something|so)|shout|beep|speak up|sound the alarm|raise an alarm"
    r"|(?:keep|have) (?:an eye|a look|a lookout) out|keep (?:watching|looking|waiting)"
    r"|be on the lookout|(?:watch|look|listen)(?: out)?|wait|monitor|look ?out|to see|for"
    rf"|{_WHEN})(?=\s|$)\s*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s+(?:please|then|thanks|thank you|and|but|again|now|here|there|anywhere|around|at all|too"
    r"|any ?more|any longer|for me|(?:tell|alert|notify|warn) (?:me|us)|let (?:me|us) know"
    r"|(?:in|into|on|of|from|inside|within) (?:the |my |this |our )?"
    r"(?:picture|frame|view|room|scene|image|shot|sight|camera|screen|video|photo)"
    r"|in front of (?:me|us|the camera|you|my camera))$",
    re.IGNORECASE,
)
_SHORT = (
    (re.compile(r"[’`]"), "'"),
    (re.compile(r"\bcan't\b|\bcannot\b", re.IGNORECASE), "can not"),
    (re.compile(r"\bwon't\b", re.IGNORECASE), "will not"),
    (re.compile(r"n't\b", re.IGNORECASE), " not"),
    (re.compile(r"'re\b", re.IGNORECASE), " are"),
    (re.compile(r"'ve\b", re.IGNORECASE), " have"),
    (re.compile(r"'ll\b", re.IGNORECASE), " will"),
    (re.compile(r"'s\b", re.IGNORECASE), " is"),
    (re.compile(r"'m\b", re.IGNORECASE), " am"),
    (re.compile(r"'d\b", re.IGNORECASE), " would"),
)
_SIGNS = re.compile(rf"(?<!\d)\.|\.(?!\d)|[^\w\s.{QUOTED}-]")


def understood(instruction: Instruction) -> Rule | Misfit:
    """The rule that an instruction stands for."""
    text, quote = quoted(instruction.text)
    text = _plain(text)
    once, every, confirm = (bool(sign.search(text)) for sign in (_ONCE, _EVERY, _CONFIRM))
    text = _trimmed(_CONFIRM.sub(" ", text))
    condition = bool(_CONDITION.search(f" {text} "))
    clause = Clause(_bare(text), quote, instruction.labels, every)
    rule = gone_for(clause) or first_form(clause, FORMS) or _judged(clause, condition=condition)
    if isinstance(rule, Misfit):
        return rule
    return replace(rule, once=once and not every, every=every, confirm=confirm)


def _plain(text: str) -> str:
    """Long forms, single spaces, and no signs but hyphens and decimal points."""
    for short, long in _SHORT:
        text = short.sub(long, text)
    return _trimmed(_SIGNS.sub(" ", text))


def _bare(text: str) -> str:
    """The clause without its frame."""
    text = _trimmed(re.sub(r"\b(?:just|only) (?:once|one time)\b|\bonce only\b", " ", text))
    for _ in range(MOST_FRAMES):
        shorter = _TAIL.sub("", _FRAME.sub("", text, count=1) if _FRAME.match(text) else text)
        if shorter == text:
            break
        text = shorter
    return text


def _judged(clause: Clause, *, condition: bool) -> Rule | Misfit:
    """What no form covers is for a model to judge, if it is a condition at all."""
    words = clause.text.replace(QUOTED, f"“{clause.quote}”")
    if not condition or len(words.split()) < FEWEST_JUDGED:
        return Misfit()
    return Judged(words[:LONGEST_WORDS])


def _trimmed(text: str) -> str:
    return " ".join(text.split())
