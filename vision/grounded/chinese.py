"""The phrases of Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from vision.grounded.chinese_grammar import GRAMMAR, TRADITIONAL
from vision.grounded.chinese_words import MEASURE, NAMES
from vision.grounded.places import Direction, Place, Relation, Side
from vision.grounded.quoting import inside
from vision.grounded.tongue import Grammar, Saying
from vision.types import Language

_SAYINGS: dict[Saying, str] = {
    "as_of": "我最后的画面是{ago}的",
    "at": "{where}有{what}",
    "came": "新出现：{what}",
    "count_maybe": "至少{what}，也可能有{most}",
    "earlier": "在以前的会话里，{what}",
    "group": "{all}：{what}",
    "help": "我可以告诉你这里有什么、有多少、在哪里、什么颜色、写着什么、什么在动、有什么变化，"
    "以及上次看到某样东西是什么时候。我认得的有{what}等",
    "here": "{where}有{what}",
    "i_see": "我看到{what}",
    "is_at": "{what}在{where}",
    "is_colour": "{what}是{colour}的",
    "last_ago": "上次看到{what}是{when}",
    "last_earlier": "上次看到{what}是{when}，在以前的会话里",
    "last_here": "{what}现在就在{where}",
    "looks_nearest": "看起来最近的是{where}的{what}",
    "more_lines": "还有{number}行",
    "moving": "{what}在{way}移动",
    "moving_somehow": "{what}在移动",
    "never_seen": "我没有看到过{what}",
    "new_text": "新出现的文字：{what}",
    "next_to": "{where}，旁边是{what}",
    "no_colour": "我看不出{where}的{what}是什么颜色",
    "no_finer": "没有视觉语言模型，我分辨不出是不是{word}",
    "no_memory": "记忆没有及时回应，可能还有更多",
    "no_reading": "现在没能读出文字",
    "no_text": "我在这里读不到文字",
    "no_translation": "没有视觉语言模型，我无法翻译",
    "none_changed": "{span}我没有看到{what}来去",
    "none_here": "我现在没有看到{what}",
    "not_a_kind": "没有视觉语言模型，我认不出{word}，也没有读到过这样的文字",
    "not_colour": "不是，{what}看起来是{colour}的",
    "not_moving": "{what}没有在移动",
    "not_there": "那里没有",
    "noted": "我记下了{what}，是{when}",
    "nothing_at": "{where}没有我认得的东西",
    "nothing_changed": "{span}我没有看到什么变化",
    "nothing_here": "我没有看到认得的东西",
    "nothing_known_there": "那里没有我认得的东西",
    "nothing_moving": "我没有看到什么在移动",
    "one_at": "{where}{what}",
    "one_is_colour": "{where}的{what}是{colour}的",
    "probably": "可能是{what}",
    "read_before": "{when}，我读到{what}",
    "reads": "上面写着：{what}",
    "reads_there": "我在{where}读到{what}",
    "spread": "{what}：{where}",
    "that_is": "那是{what}，在{where}",
    "unknown": "没有视觉语言模型，我无法判断",
    "went": "{what}{ago}离开了",
    "when_where": "{ago}，在{where}",
    "yes": "有，{what}",
    "yes_colour": "是的，{what}看起来是{colour}的",
}

_NUMBERS = "零一两三四五六七八九十"
_SIDES: dict[str, str] = {
    "left": "左边",
    "right": "右边",
    "middle": "中间",
    "wide": "大半个画面",
    "top": "上方",
    "bottom": "下方",
    "near": "近处",
    "far": "远处",
}
_CORNERS = {
    ("left", "top"): "左上方",
    ("left", "bottom"): "左下方",
    ("right", "top"): "右上方",
    ("right", "bottom"): "右下方",
}
_RELATIONS: dict[Relation, str] = {
    "left": "左边",
    "right": "右边",
    "above": "上方",
    "below": "下面",
    "on": "上",
    "in": "那里",
    "by": "旁边",
}
_DIRECTIONS: dict[Direction, str] = {
    "left": "向左",
    "right": "向右",
    "up": "向画面上方",
    "down": "向画面下方",
}
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
_SPANS = ((86400.0, "天"), (3600.0, "小时"), (60.0, "分钟"), (1.0, "秒"))
_SIGNS = re.compile(r"[\W_]+")
_HAN = "[\u3400-\u9fff]"
_BESIDE_HAN = re.compile(f"(?<={_HAN}) | (?={_HAN})")


class _Chinese:
    """Implements `vision.grounded.tongue.Tongue`."""

    @property
    def language(self) -> Language:
        return "zh"

    @property
    def grammar(self) -> Grammar:
        return GRAMMAR

    def tidy(self, text: str) -> str:
        plain = _SIGNS.sub(" ", text.casefold().translate(TRADITIONAL)).strip()
        return _BESIDE_HAN.sub("", plain)

    def say(self, saying: Saying, count: int = 1, **parts: str) -> str:
        del count  # Chinese has no plural.
        return _SAYINGS[saying].format(**parts).replace("是可能是", "可能是")

    def things(self, label: str, count: int, colour: str = "") -> str:
        return self.counted(label, count, colour)

    def counted(self, label: str, count: int, colour: str = "") -> str:
        name, measure = _name(label)
        return f"{_digits(count)}{measure}{_shade(colour)}{name}"

    def anything(self, count: int) -> str:
        return f"{_digits(count)}样东西"

    def the(self, label: str, count: int = 1, colour: str = "") -> str:
        if count > 1:
            return f"这{self.things(label, count, colour)}"
        return _shade(colour) + _name(label)[0]

    def names(self, label: str) -> tuple[str, ...]:
        return (NAMES[label][0],) if label in NAMES else ()

    def kind(self, label: str) -> str:
        return _name(label)[0]

    def either(self, labels: Sequence[str], colour: str = "", kind: str = "") -> str:
        names = [_shade(colour) + _name(label)[0] for label in ([kind] if kind else labels)]
        return "或".join(names) or f"{_shade(colour)}东西"

    def number(self, count: int) -> str:
        return f"{_digits(count)}个"

    def place(self, place: Place) -> str:
        side = _CORNERS.get((place.side, place.height), "")
        if not side:
            across = _SIDES[place.side]
            side = f"{across}{_SIDES[place.height]}" if place.height else across
        return f"{side}{_SIDES[place.depth]}" if place.depth else side

    def side(self, side: Side) -> str:
        return _SIDES.get(side, "")

    def relation(self, relation: Relation, anchor: str) -> str:
        return f"{anchor}{_RELATIONS[relation]}"

    def direction(self, direction: Direction) -> str:
        return _DIRECTIONS[direction]

    def colour(self, name: str) -> str:
        return _COLOURS.get(name, name)

    def ago(self, seconds: float) -> str:
        return f"{_stretch(seconds)}前" if seconds >= 1 else "刚才"

    def span(self, seconds: float) -> str:
        return f"最近{_stretch(seconds)}里"

    def quote(self, text: str) -> str:
        return f"「{inside(text)}」"

    def listing(self, parts: Iterable[str]) -> str:
        *first, last = parts
        return f"{'、'.join(first)}和{last}" if first else last

    def items(self, parts: Iterable[str]) -> str:
        return "，".join(parts)

    def sentences(self, parts: Iterable[str]) -> str:
        return "".join(
            part if part.endswith(("。", "！", "？", "…")) else f"{part}。" for part in parts
        )


def _name(label: str) -> tuple[str, str]:
    return NAMES.get(label, (label, MEASURE))


def _digits(count: int) -> str:
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else str(count)


def _shade(colour: str) -> str:
    return f"{_COLOURS.get(colour, colour)}的" if colour else ""


def _stretch(seconds: float) -> str:
    for length, unit in _SPANS:
        if seconds >= length:
            count = int(seconds / length)
            measure = "个" if unit == "小时" else ""
            return f"{_digits(count)}{measure}{unit}"
    return "一秒"


CHINESE = _Chinese()
"""Chinese."""
