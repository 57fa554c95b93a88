"""Says in Chinese what is watched for and what happened."""

from __future__ import annotations

from vision.grounded.chinese_words import MEASURE, NAMES
from vision.watching.conditions import Happening
from vision.watching.rules import (
    Appears,
    Area,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Judged,
    Leaves,
    Near,
    Rule,
    Subject,
    TextContains,
)

LONGEST_QUOTE = 120
"""Characters of a quotation."""

_COLOURS = {
    "red": "红色",
    "orange": "橙色",
    "yellow": "黄色",
    "green": "绿色",
    "blue": "蓝色",
    "purple": "紫色",
    "pink": "粉色",
    "brown": "棕色",
    "black": "黑色",
    "grey": "灰色",
    "white": "白色",
}
_AREAS: dict[Area, str] = {
    "left half": "左半边",
    "right half": "右半边",
    "top half": "上半部分",
    "bottom half": "下半部分",
    "middle": "中间",
    "top left": "左上角",
    "top right": "右上角",
    "bottom left": "左下角",
    "bottom right": "右下角",
}


def condition(rule: Rule) -> str:
    """What the rule waits for."""
    match rule:
        case AtLeast() | AtMost() | Exactly():
            return _number_wanted(rule)
        case TextContains() | Judged() | GoneFor():
            return _state_wanted(rule)
        case Appears():
            return f"当有{_noun(rule.subject)}出现时"
        case Leaves():
            there = "有" if rule.subject.only is None else ""
            return f"当{there}{_noun(rule.subject)}离开视野时"
        case Enters():
            return f"当有{_noun(rule.subject)}进入画面{_AREAS[rule.area]}时"
    return f"当有{_noun(rule.subject)}靠近{_other(rule)}时"


def terms(rule: Rule) -> str:
    """How it is carried out."""
    how = "，只提醒一次" if rule.once else "，每次都提醒" if rule.every else ""
    return how + ("，先由语言模型确认" if rule.confirm else "")


def news(rule: Rule, happening: Happening) -> str:
    """What happened."""
    match rule:
        case AtLeast() | AtMost() | Exactly():
            return _number_found(rule, happening.count)
        case TextContains() | Judged() | GoneFor():
            return _state_found(rule, happening)
        case Appears():
            return f"{_those(rule.subject, happening)}出现了。"
        case Leaves():
            return f"{_those(rule.subject, happening)}离开了视野。"
        case Enters():
            return f"{_those(rule.subject, happening)}进入了画面{_AREAS[rule.area]}。"
    return f"有{_noun(rule.subject)}靠近了{_other(rule)}。"


def _number_wanted(rule: AtLeast | AtMost | Exactly) -> str:
    if isinstance(rule, AtLeast) and rule.count == 1:
        return f"当画面中有{_noun(rule.subject)}时"
    if rule.count == 0:
        return f"当画面中没有{_noun(rule.subject)}时"
    how = {AtLeast: "至少", AtMost: "最多", Exactly: "正好"}[type(rule)]
    return f"当{how}有{_so_many(rule.subject, rule.count)}时"


def _number_found(rule: AtLeast | AtMost | Exactly, count: int) -> str:
    if count == 0:
        return f"画面中现在没有{_noun(rule.subject)}。"
    return f"现在有{_so_many(rule.subject, count)}。"


def _state_wanted(rule: TextContains | Judged | GoneFor) -> str:
    match rule:
        case GoneFor():
            return f"当{_time(rule.seconds)}没有看到{_noun(rule.subject)}时"
        case Judged():
            return f"当视觉语言模型判断{_quote(rule.question)}时"
    return f"当能看到文字{_quote(rule.text)}时" if rule.text else "当能看到文字时"


def _state_found(rule: TextContains | Judged | GoneFor, happening: Happening) -> str:
    match rule:
        case GoneFor():
            return f"已经{_time(rule.seconds)}没有看到{_noun(rule.subject)}了。"
        case Judged():
            return f"视觉语言模型判断：{_quote(rule.question)}。"
    return f"看到了文字{_quote(happening.text)}。"


def _noun(subject: Subject) -> str:
    """The thing: ``红色的汽车``."""
    names = [NAMES.get(label, (label, MEASURE))[0] for label in subject.labels] or ["东西"]
    whole = subject.kind if subject.kind and not subject.kind.isascii() else "或".join(names)
    whole = f"{_COLOURS[subject.colour]}的{whole}" if subject.colour in _COLOURS else whole
    return whole if subject.only is None else f"这个{whole}"


def _so_many(subject: Subject, count: int) -> str:
    one_kind = len(subject.labels) == 1
    measure = NAMES.get(subject.labels[0], ("", MEASURE))[1] if one_kind else MEASURE
    return f"{count}{measure}{_noun(subject)}"


def _those(subject: Subject, happening: Happening) -> str:
    if happening.count > 1:
        return f"有{_so_many(subject, happening.count)}"
    return _noun(subject) if subject.only is not None else f"有{_noun(subject)}"


def _other(rule: Near) -> str:
    return f"另一个{_noun(rule.other)}" if rule.other == rule.subject else _noun(rule.other)


def _time(seconds: float) -> str:
    for size, unit in ((3600, "小时"), (60, "分钟")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}秒"


def _quote(text: str) -> str:
    """In quotation marks that it cannot get out of."""
    inner = " ".join(text.replace("“", "'").replace("”", "'").split())
    return f"“{inner if len(inner) <= LONGEST_QUOTE else inner[: LONGEST_QUOTE - 1] + '…'}”"
