"""The forms that the condition of a Chinese instruction can have, surest first."""

from __future__ import annotations

import re

from vision.watching.chinese_words import (
    AREA_WORDS,
    MEASURE,
    NUMBER,
    area,
    number,
    seconds,
    subject,
)
from vision.watching.clauses import QUOTED, Clause, Form, Misfit
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

_SEE = r"(?:你|我)?(?:能|可以)?(?:看到|看见|见到|发现|检测到|识别到|认出|找到|拍到)(?:了)?"
_HERE = r"(?:画面|屏幕|镜头|视野|房间|屋子|屋|这|那)?(?:里|中|内|上)?(?:面)?"
_COMES = (
    r"(?:出现|进来|过来|走进来|走过来|跑进来|来|到|到来|回来|经过|路过|露面|现身|到达|进门)(?:了)?"
    r"|(?:进入|来到|走进|出现在)(?:了)?(?:画面|镜头|视野|房间|屋子|屋|这里)(?:里|中|内)?"
)
_GOES = (
    r"(?:离开|走开|走掉|离去|消失|不见|不在|没|出去|走|走出去|跑掉|跑|跑开|被拿走|被偷走?|拿走|开走|飞走|跑走|走远|溜走|看不见|看不到"
    r"|不见踪影)(?:了)?(?:画面|镜头|视野|房间|屋子|屋|这里)?(?:里|中|内)?"
)
_SPAN = re.compile(rf"(?P<count>{NUMBER}|半)个?(?P<unit>秒钟?|分钟?|小时|钟头)(?:以上|了|多)?")
_TEXT_WORDS = re.compile(
    rf"(?:{_SEE}|画面|屏幕|上面|牌子|标志|招牌|出现|写着|显示|读到|有|里|中|上|的|了|这|那|两|三|四|几|一"
    r"|个|字样|字|文字|文本|词|单词|是|说|时)*"
)


def _form(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def gone_for(clause: Clause) -> Rule | Misfit | None:
    """``杯子消失10秒``; no other condition has a length of time."""
    span = _SPAN.search(clause.text)
    lasting = span and seconds(span["count"], span["unit"])
    if span is None or lasting is None:
        return None
    head = clause.text[: span.start()] + "|" + clause.text[span.end() :]
    who = _absent(head, clause.labels)
    if who is None or not 0 < lasting <= LONGEST_ABSENCE:
        return Misfit()
    return GoneFor(who, lasting)


_FOR = r"(?:了|已经|超过|至少|达到|有|连续|大约)*"
_ABSENCE_FORMS = (
    _form(rf"(?P<s>.+?){_FOR}(?:{_GOES}){_FOR}\|(?:了)?"),
    _form(
        rf"{_FOR}\|(?:内|里|都|之内)*(?:没有?|不)(?:再)?(?:看到|看见|见到|出现|发现|有)?(?P<s>.+)"
    ),
    _form(rf"(?P<s>.+?){_FOR}\|(?:内|里|都)*(?:没有?|不)(?:再)?(?:出现|在|来|看到|看见|露面)"),
    _form(rf"(?:没有?|看不到|看不见|没看到|没看见)(?P<s>.+?){_FOR}\|"),
)


def _absent(head: str, labels: tuple[str, ...]) -> Subject | None:
    for form in _ABSENCE_FORMS:
        match = form.fullmatch(head)
        who = subject(match["s"], labels) if match else None
        if who is not None:
            return who
    return None


def _quoted_text(_: re.Match[str], clause: Clause) -> Rule | None:
    around = clause.text.replace(QUOTED, "")
    return TextContains(clause.quote) if _TEXT_WORDS.fullmatch(around) else None


def _said_text(match: re.Match[str], _: Clause) -> Rule | None:
    return TextContains(match["text"]) if QUOTED not in match["text"] else None


def _any_text(_match: re.Match[str], _clause: Clause) -> Rule:
    return TextContains("")


def _near(match: re.Match[str], clause: Clause) -> Rule | None:
    one, other = (subject(match[name], clause.labels) for name in ("s", "o"))
    return Near(one, other) if one and other else None


def _enters(match: re.Match[str], clause: Clause) -> Rule | None:
    who = subject(match["s"], clause.labels)
    return Enters(who, area(match["area"])) if who else None


def _counted(match: re.Match[str], clause: Clause) -> Rule | Misfit | None:
    who, count = subject(match["s"], clause.labels), number(match["count"])
    if who is None or count is None:
        return None
    words = match.groupdict()
    how = words.get("how") or words.get("side") or ""
    return _counting(who, int(count), how if how in {"只有", "仅有"} else how.removesuffix("有"))


def _counting(who: Subject, count: int, how: str) -> Rule | Misfit:
    if how in {"超过", "多于", "大于", "不止"}:
        count += 1
    elif how in {"少于", "小于", "不到", "不足"}:
        count -= 1
    if not 0 <= count <= MOST_COUNTED:
        return Misfit()
    if how in {"正好", "刚好", "恰好", "只有", "仅有", "只剩"}:
        return Exactly(who, count) if count else AtMost(who, 0)
    if how in {"少于", "小于", "不到", "不足", "最多", "至多", "不超过", "以下", "以内"}:
        return AtMost(who, count)
    return AtLeast(who, count) if count else AtMost(who, 0)


def _none(match: re.Match[str], clause: Clause) -> Rule | None:
    who = subject(match.groupdict().get("s") or "人", clause.labels)
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
    r"(?P<how>超过|多于|大于|不止|至少有?|不少于|少于|小于|不到|不足|最多有?|至多|不超过|正好有?|刚好有?"
    r"|恰好有?|只有|仅有|只剩)"
)
_COUNT_END = r"(?:了|在这里|在|出现|在画面(?:里|中))?"

FORMS: tuple[Form, ...] = (
    (_form(rf".*{QUOTED}.*"), _quoted_text),
    (
        _form(
            r"(?:它|牌子|标志|招牌|屏幕|上面)*(?:上)?(?:写着|显示着?|写的是)(?P<text>.+?)(?:字样)?"
        ),
        _said_text,
    ),
    (_form(rf"(?:{_SEE}|有|出现)(?:任何|什么)?(?:文字|字)(?:出现)?(?:了)?"), _any_text),
    (_form(rf"(?:{_SEE}|出现)(?:文字|文本|字样)(?P<text>.+)"), _said_text),
    (
        _form(rf"(?:{_SEE}|出现)(?P<text>.+?)(?:这|那)?[一两二三四五六七八]?个?(?:字样|字|的字)"),
        _said_text,
    ),
    (
        _form(
            rf"(?P<s>.+?)(?:进入|走进|来到|走到|跑到|跑进|移到|移动到|到达|到|出现在|在|进到)(?:了)?"
            rf"{_HERE}的?(?P<area>{AREA_WORDS})"
        ),
        _enters,
    ),
    (_form(rf"{_HERE}的?(?P<area>{AREA_WORDS})(?:有|出现)(?:了)?(?P<s>.+?)(?:出现)?"), _enters),
    (_form(r"(?P<s>.+?)(?:靠近|接近|走近|挨近|碰到|挨着|贴近)(?:了)?(?P<o>.+)"), _near),
    (
        _form(
            r"(?P<s>.+?)(?:在|到|走到|跑到|来到)(?:了)?(?P<o>.+?)(?:附近|旁边|边上|旁|跟前|身边)"
        ),
        _near,
    ),
    (
        _form(r"(?P<s>.+?)(?:和|跟|与|离)(?P<o>.+?)(?:靠近|接近|挨着|靠在一起|挨在一起|很近|近)"),
        _near,
    ),
    (
        _form(rf"{_HERE}(?:有|{_SEE})?{_HOW}(?P<count>{NUMBER}){MEASURE}的?(?P<s>.+?){_COUNT_END}"),
        _counted,
    ),
    (
        _form(
            rf"{_HERE}(?:有|{_SEE})?(?P<count>{NUMBER}){MEASURE}?(?:或者?)?(?P<side>以上|以下|以内)的?"
            rf"(?P<s>.+?){_COUNT_END}"
        ),
        _counted,
    ),
    (
        _form(
            rf"{_HERE}(?:有|{_SEE})?(?P<count>{NUMBER}){MEASURE}(?P<s>.+?)(?:或者?)?(?P<side>以上|以下|以内)"
        ),
        _counted,
    ),
    (
        _form(rf"(?P<s>.+?)(?:的?数量|数|的?个数)?{_HOW}(?:了)?(?P<count>{NUMBER}){MEASURE}?"),
        _counted,
    ),
    (
        _form(
            rf"{_HERE}(?:空无一人|没有?人|一个人都?没有|没有?任何人|空了)(?:在|在这里|的)?(?:了)?"
        ),
        _none,
    ),
    (
        _form(r"(?:所有的?|全部的?)?(?:人|大家)(?:都|全都|全)(?:走|离开|走光|不在|出去)(?:了)?"),
        _none,
    ),
    (_form(r"(?:所有的?|全部的?)(?P<s>.+?)(?:都|全都|全)(?:走|离开|消失|不见|不在)(?:了)?"), _none),
    (_form(rf"{_HERE}(?:没有|一.都?没有)(?P<s>.+?)(?:了|在)?"), _none),
    (_form(rf"{_HERE}(?:有|{_SEE})?(?P<count>{NUMBER}){MEASURE}(?P<s>.+?){_COUNT_END}"), _counted),
    (_form(rf"(?P<s>.+?)(?:{_GOES})"), _leaves),
    (_form(r"(?:看不到|看不见|没看到|没看见)(?P<s>.+?)(?:了)?"), _leaves),
    (_form(rf"{_HERE}(?P<s>.+?)(?:{_COMES})"), _appears),
    (_form(rf"{_HERE}(?:出现|来|进来)(?:了)?(?P<s>.+)"), _appears),
    (_form(r"有没有(?P<s>.+)"), _present),
    (_form(rf"{_HERE}(?:有|{_SEE})(?:了)?(?P<s>.+?)(?:在|在这里|在画面(?:里|中))?"), _present),
    (_form(r"(?P<s>.+?)在(?:这里|这儿|画面|屏幕)?(?:里|中)?"), _present),
    (_form(r"(?P<s>.+)"), _appears),
)
"""Tried in this order: what is said in more words comes first."""
