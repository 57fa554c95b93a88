"""Chinese words inside a condition: numbers, times, parts of the picture, things."""

from __future__ import annotations

import re

from vision.grounded import chinese_words as table
from vision.watching.nouns import nouns
from vision.watching.rules import AREAS, Area, Subject

NUMBER = r"(?:\d{1,6}(?:\.\d{1,3})?|[零\u3007一二两三四五六七八九十百]{1,4})"
"""A number, in digits or characters."""

MEASURE = (
    "["
    + "".join(
        sorted({measure for _, measure in table.NAMES.values()} | set("个名位口件种样条支瓶杯"))
    )
    + "]"
)
"""The word between a number and a thing."""

AREA_WORDS = (
    r"(?:左上|右上|左下|右下)(?:角|方|边|部|侧)?|(?:左|右|上|下)(?:半边|半部分?|边|侧|方|半面|面|半)"
    r"|(?:正)?(?:中间|中央|中心|当中)"
)
"""A part of the picture."""

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "\u3007": 0,
    "两": 2,
}
_UNITS = {"秒": 1.0, "秒钟": 1.0, "分": 60.0, "分钟": 60.0, "小时": 3600.0, "钟头": 3600.0}
_COLOURS = {
    "红": "red",
    "橙": "orange",
    "橘": "orange",
    "黄": "yellow",
    "绿": "green",
    "蓝": "blue",
    "紫": "purple",
    "粉": "pink",
    "粉红": "pink",
    "棕": "brown",
    "褐": "brown",
    "黑": "black",
    "灰": "grey",
    "白": "white",
}
_COLOUR = re.compile(
    rf"(?P<name>粉红|[{''.join(name for name in _COLOURS if len(name) == 1)}])色?的?"
)
_BEFORE = r"(?:有|任何|那|这|我的|你的|他的|她的|别的|其他|另|新的?|某)*"
_LEADING = (re.compile(_BEFORE), re.compile(rf"{_BEFORE}(?:[一两]?{MEASURE})?(?:的)?"))
"""What may stand before a thing. With a measure last: 杯 is one, and begins 杯子."""


def number(words: str) -> float | None:
    """The number that is meant, up to 999."""
    if words[:1].isascii():
        return float(words)
    hundreds, has, rest = words.rpartition("百")
    total = _DIGITS.get(hundreds, 1) * 100 if has else 0
    tens, has, ones = rest.rpartition("十")
    total += (_DIGITS.get(tens, 1) * 10) if has else 0
    ones = ones.lstrip("零\u3007") or "零"
    return float(total + _DIGITS[ones]) if ones in _DIGITS else None


def seconds(count: str, unit: str) -> float | None:
    """A stretch of time."""
    amount = 0.5 if count == "半" else number(count)
    return None if amount is None else amount * _UNITS[unit]


def area(words: str) -> Area:
    """The part of the picture that is meant; a mere side means the half."""
    down = "top" if "上" in words else "bottom" if "下" in words else ""
    across = "left" if "左" in words else "right" if "右" in words else ""
    name = f"{down} {across}" if down and across else f"{down or across} half"
    return next((known for known in AREAS if known == name), "middle")


def subject(words: str, labels: tuple[str, ...]) -> Subject | None:
    """The things that are meant, ``红色的车``; None if a word is not understood."""
    alternatives = [_single(part, labels) for part in re.split("或者|或是|或", words)]
    known = [one for one in alternatives if one is not None]
    if len(known) < len(alternatives) or len({one.colour for one in known}) > 1:
        return None
    if len(known) == 1:
        return known[0]
    every = tuple(dict.fromkeys(label for one in known for label in one.labels))
    return Subject(every, known[0].colour) if all(one.labels for one in known) else None


def _single(words: str, labels: tuple[str, ...]) -> Subject | None:
    known = nouns("zh", labels)
    words = words.lower()
    for rest in (words, *(leading.sub("", words, count=1) for leading in _LEADING)):
        if rest in known:
            return known[rest]
        colour = _COLOUR.match(rest)
        found = known.get(rest[colour.end() :]) if colour else None
        if colour and found:
            return Subject(found.labels, _COLOURS[colour["name"]], found.kind)
    return None
