"""The forms that the condition of an English instruction can have, surest first."""

from __future__ import annotations

import re

from vision.watching.clauses import QUOTED, Clause, Form, Misfit
from vision.watching.english_words import AREA_WORDS, NUMBER, area, number, seconds, subject
from vision.watching.rules import (
    LONGEST_ABSENCE,
    MOST_COUNTED,
    Appears,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Leaves,
    Near,
    Rule,
    Subject,
    TextContains,
)

_AUX = r"(?:(?:is|are|was|were|has|have|had|been|be|gets?|got|can be|will be|being) ){0,4}"
_WITHIN = r"(?: (?:the|my|this|our) (?:picture|frame|view|room|scene|image|house|place|building))?"
_COMES = (
    r"appears?|appeared|comes?(?: (?:in|by|along|back|close|near|over|up|here|around|into view))?"
    r"|came(?: in| by| back)?|shows? up|showed up|turns? up|pops? up|arrives?|arrived|returns?"
    r"|returned|enters?|entered|walks? (?:in|by|past|up)|walked in|drives? (?:in|by|past|up)"
    r"|pass(?:es)?(?: by)?|gets? (?:in|here|back)|(?:is|are) (?:back|coming|arriving|entering)"
    r"|(?:is|are|gets?) (?:detected|spotted|noticed|found)|steps? in|runs? (?:in|by|past)"
)
_GOES = (
    r"leaves?|left|leaving|(?:goes|go|went|walks?|walked|moves?|moved|runs?|drives?|drove|flies|fly"
    r"|gets?|got|wanders?) (?:away|out|off|missing|elsewhere)(?: of)?|disappears?|disappeared"
    r"|vanish(?:es)?|vanished|exits?|exited|departs?|departed"
    r"|(?:no longer|not)(?: (?:visible|seen))?"
    r"|gone|going|lost|missing|taken(?: away)?|stolen|removed|away|absent|invisible"
    r"|out(?: of)?(?: (?:sight|view))?|hidden|no more"
)
_ABSENT = rf"{_AUX}(?:not been|{_GOES})(?: (?:seen|visible))?"
_SEE = (
    r"(?:(?:you|i|we|it) (?:can |could |now )?(?:see|sees|spot|notice|detect|find|recogni[sz]e)s? )"
)
_BE = r"(?:there (?:is|are|was|were|has been|have been) |(?:you|i|we) have )"
_STAY = (
    r"(?:(?:is|are|gets?|comes?|goes|go|moves?|walks?|sits?|stands?|lies|lie|runs?|being|jumps?"
    r"|climbs?|steps?|drives?|crawls?|flies|has|have|been|stays?|sitting|standing|coming|walking"
    r"|moving|going|too|very|right|really) ){0,4}"
)
_ABOUT_TEXT = (
    "you i we it can see sees read reads there is are text word words sign says say a an the"
    " letters label saying written appears appear shows show displayed on screen display contains"
    " writing board phrase that this in with comes up something somewhere reading spot notice find"
    " any"
)
_TEXT_WORDS = frozenset(_ABOUT_TEXT.split())
_SPAN = re.compile(
    rf"(?P<head>.+?) (?:for|since)(?: (?:more than|at least|over|longer than|about|around"
    rf"|the last|the past|a|full))* (?P<count>{NUMBER}|half an?|an?) ?(?P<unit>[a-z]+)",
    re.IGNORECASE,
)
_ABSENCES = (
    rf"(?P<s>.+?) {_ABSENT}",
    (
        rf"(?:{_BE}|{_SEE})?(?:no|not any|without) (?P<s>.+?)"
        rf"(?: {_AUX}(?:seen|visible|detected|found))?"
    ),
    (
        r"(?:you|i|we) (?:do|have|did|can|could|has) not (?:see|seen|spot|spotted|find|found)"
        r"(?: any)? (?P<s>.+?)"
    ),
)
_NOBODY = rf"(?:{_BE}|{_SEE})?(?:nobody|no ?-?one|noone|not anyone|not anybody)(?: .{{0,20}})?"


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ABSENCE_FORMS = tuple(map(_form, _ABSENCES))
_NOBODY_FORM = _form(_NOBODY)


def gone_for(clause: Clause) -> Rule | Misfit | None:
    """``the cup has been gone for 10 seconds``; no other condition has a length of time."""
    span = _SPAN.fullmatch(clause.text)
    lasting = span and seconds(span["count"], span["unit"])
    if span is None or lasting is None:
        return None
    who = _absent(span["head"], clause.labels)
    if who is None or not 0 < lasting <= LONGEST_ABSENCE:
        return Misfit()
    return GoneFor(who, lasting)


def _absent(head: str, labels: tuple[str, ...]) -> Subject | None:
    if _NOBODY_FORM.fullmatch(head):
        return subject("person", labels)
    for form in _ABSENCE_FORMS:
        match = form.fullmatch(head)
        who = subject(match["s"], labels) if match else None
        if who is not None:
            return who
    return None


def _quoted_text(_: re.Match[str], clause: Clause) -> Rule | None:
    around = clause.text.replace(QUOTED, " ").lower().split()
    return TextContains(clause.quote) if set(around) <= _TEXT_WORDS else None


def _said_text(match: re.Match[str], _: Clause) -> Rule | None:
    return TextContains(match["text"]) if QUOTED not in match["text"] else None


def _any_text(_match: re.Match[str], _clause: Clause) -> Rule:
    return TextContains("")


def _near(match: re.Match[str], clause: Clause) -> Rule | None:
    one, other = (subject(match[name], clause.labels) for name in ("s", "o"))
    return Near(one, other) if one and other else None


def _enters(match: re.Match[str], clause: Clause) -> Rule | None:
    who, where = subject(match["s"], clause.labels), area(match["area"])
    return Enters(who, where) if who and where else None


def _counted(match: re.Match[str], clause: Clause) -> Rule | Misfit | None:
    who, count = subject(match["s"], clause.labels), number(match["count"])
    if who is None or count is None:
        return None
    words = match.groupdict()
    return counting(who, int(count), (words.get("how") or words.get("side") or "").lower())


def counting(who: Subject, count: int, how: str) -> Rule | Misfit:
    """The rule for ``how`` (``more than``) many of a thing."""
    if how in {"more than", "over", "above"}:
        count += 1
    elif how in {"fewer than", "less than", "under", "below"}:
        count -= 1
    if not 0 <= count <= MOST_COUNTED:
        return Misfit()
    if how in {"exactly", "just", "only", "precisely"} or (count == 0 and not how):
        return Exactly(who, count) if count else AtMost(who, 0)
    if how in {"fewer than", "less than", "under", "below", "at most", "up to", "no more than"}:
        return AtMost(who, count)
    if how in {"fewer", "less"}:
        return AtMost(who, count)
    return AtLeast(who, count) if count else Misfit()


def _none(match: re.Match[str], clause: Clause) -> Rule | None:
    who = subject(match.groupdict().get("s") or "person", clause.labels)
    return AtMost(who, 0) if who else None


def _leaves(match: re.Match[str], clause: Clause) -> Rule | None:
    who = subject(match["s"], clause.labels)
    return Leaves(who) if who else None


def _appears(match: re.Match[str], clause: Clause) -> Rule | None:
    who = subject(match["s"], clause.labels)
    return Appears(who) if who else None


def _present(match: re.Match[str], clause: Clause) -> Rule | None:
    """That it is there already counts, unless each time is asked for."""
    who = subject(match["s"], clause.labels)
    if who is None:
        return None
    return Appears(who) if clause.each else AtLeast(who, 1)


_HOW = (
    r"(?P<how>at least|more than|over|above|fewer than|less than|under|below|at most|up to"
    r"|no more than|exactly|just|only|precisely)"
)
_COUNT_END = (
    r"(?: (?:is|are|appears?|comes?|show up|can be seen|visible|present|arrive|left|together))*"
)
_SAYS = (
    r"(?:it|you|(?:the |a |an )?(?:sign|screen|display|label|board|text|paper|page|note|poster))"
)

FORMS: tuple[Form, ...] = (
    (_form(rf".*{QUOTED}.*"), _quoted_text),
    (
        _form(
            rf"{_SAYS} (?:says?|reads?|contains?|shows? the (?:text|words?|letters?))"
            r" (?:the (?:word|words|text) )?(?P<text>.+)"
        ),
        _said_text,
    ),
    (_form(rf"(?:{_SEE}|{_BE})(?:any |some )?(?:text|writing|words|letters)"), _any_text),
    (_form(r"(?:any |some )?(?:text|writing)(?: appears?)?"), _any_text),
    (
        _form(
            rf"(?:{_SEE}|{_BE})(?:the )?(?:text|words?|letters?|phrase) (?P<text>.+?)(?: appears?)?"
        ),
        _said_text,
    ),
    (_form(r"(?:you|i) (?:can )?read (?:the (?:text|words?) )?(?P<text>.+)"), _said_text),
    (_form(r"the (?:text|words?|letters?) (?P<text>.+?) appears?"), _said_text),
    (
        _form(
            rf"(?:{_BE}|{_SEE})?(?P<s>.+?) {_STAY}(?:near(?:by|s)?|close|next|beside|by|alongside"
            r"|approach(?:es|ing)?|reach(?:es)?|touch(?:es)?)(?: to)? (?P<o>.+)"
        ),
        _near,
    ),
    (
        _form(
            rf"(?:{_BE}|{_SEE})?(?P<s>.+?) {_STAY}(?:in|into|to|on|onto|at|reach(?:es)?|enters?"
            rf"|cross(?:es)?(?: into)?)(?: to)? (?:the |my )?(?P<area>{AREA_WORDS})"
        ),
        _enters,
    ),
    (_form(rf"(?:{_BE}|{_SEE})?{_HOW} (?P<count>{NUMBER}) (?P<s>.+?){_COUNT_END}"), _counted),
    (
        _form(
            rf"(?:{_BE}|{_SEE})?(?P<count>{NUMBER}) or (?P<side>more|fewer|less) "
            rf"(?P<s>.+?){_COUNT_END}"
        ),
        _counted,
    ),
    (_form(_NOBODY), _none),
    (
        _form(
            r"(?:the |my )?(?:room|place|picture|frame|view|scene|house|street|it) "
            r"(?:is|gets|becomes) empty"
        ),
        _none,
    ),
    (_form(rf"(?:{_BE}|{_SEE})(?:no|not any) (?P<s>.+?)(?: left)?"), _none),
    (_form(r"no (?P<s>.+?)(?: (?:is|are|left|visible|present))*"), _none),
    (_form(rf"(?:everyone|everybody) {_AUX}(?:{_GOES}){_WITHIN}"), _none),
    (_form(rf"all(?: of)?(?: the| my)? (?P<s>.+?) {_AUX}(?:{_GOES}){_WITHIN}"), _none),
    (_form(rf"the last (?P<s>.+?) {_AUX}(?:{_GOES}){_WITHIN}"), _none),
    (_form(rf"(?:{_BE}|{_SEE})?(?P<count>{NUMBER}) (?P<s>.+?){_COUNT_END}"), _counted),
    (_form(rf"(?P<s>.+?) {_AUX}(?:{_GOES}){_WITHIN}"), _leaves),
    (_form(r"(?:you|i|we) (?:do|can|could) not (?:see|find|spot) (?P<s>.+)"), _leaves),
    (_form(rf"(?:{_SEE}|{_BE})?(?P<s>.+?) {_AUX}(?:{_COMES}){_WITHIN}"), _appears),
    (_form(rf"(?:{_SEE}|{_BE})(?P<s>.+)"), _present),
    (_form(r"(?P<s>.+?) (?:is|are)(?: (?:visible|present|in|seen|in sight))?"), _present),
    (_form(r"(?P<s>.+)"), _appears),
)
"""Tried in this order: what is said in more words comes first."""
