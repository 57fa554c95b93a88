"""Understands standing instructions in Chinese.

As in English: a frame (``……的时候告诉我``) around a clause (``有狗出现``), which has to have one of
the forms of ``chinese_forms`` from end to end.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vision.watching.chinese_forms import FORMS, gone_for
from vision.watching.clauses import QUOTED, Clause, Instruction, Misfit, first_form, quoted
from vision.watching.rules import LONGEST_WORDS, Judged, Rule

FEWEST_JUDGED = 3
"""Characters of a condition that a model is asked to judge."""

MOST_FRAMES = 12
"""Phrases that are taken off either end."""

_ONCE = re.compile(
    r"(?:只|就)(?:要)?(?:提醒|告诉|通知|说|叫)?(?:我)?一次|一次就(?:好|行|够|可以)了?|下一?次|第一次"
)
_EVERY = re.compile(r"每一?(?:次|当|回)|总是|都要?(?=告诉|提醒|通知|叫)")
_CONFIRM = re.compile(
    r"(?:一定要|请|先|再)?(?:确认|确定|核实|核对|检查)(?:一下|清楚|无误|好)?(?:再|后|之后)?|务必"
)
_TELL = (
    r"(?:请|就|再|再来|马上|立刻|立即|要|记得|都)*(?:告诉|提醒|通知|警告|告知|叫|喊|跟|和|对|给)"
    r"(?:我|咱们|我们)(?:一声|一下|说一?声?|知道|发?个?(?:提醒|通知|警报))?"
)
_FRAME = re.compile(
    rf"{_TELL}|请|麻烦你?|帮我|帮忙|我想让你|我要你|你|能不能|可以|可不可以|留意|注意|盯着|看着|监视|关注"
    r"|等到|等|当|如果|要是|假如|一旦|只要|万一|每一?(?:次|当|回)|下一?次|第一次|若|一下|画面(?:里|中)(?:面)?"
)
_TAIL = re.compile(
    rf"{_TELL}|说一声|报警|吗|吧|呢|啊|好吗|谢谢|的(?:时候|话)|之?时|之?后|以后|就|(?<!不见)(?<!没)(?<!走)了"
)
_CONDITION = re.compile(
    r"当|如果|要是|假如|一旦|只要|万一|若|等到|每次|每当|的时候|的话|时|告诉|提醒|通知|警告|叫我|喊我"
)
_SIGNS = re.compile(rf"(?<!\d)\.|\.(?!\d)|[^\w.{QUOTED}]")


def understood(instruction: Instruction) -> Rule | Misfit:
    """The rule that an instruction stands for."""
    text, quote = quoted(instruction.text)
    text = _SIGNS.sub("", text)
    once, every, confirm = (bool(sign.search(text)) for sign in (_ONCE, _EVERY, _CONFIRM))
    condition = bool(_CONDITION.search(text))
    clause = Clause(_bare(_without_terms(text)), quote, instruction.labels, every)
    rule = gone_for(clause) or first_form(clause, FORMS) or _judged(clause, condition=condition)
    if isinstance(rule, Misfit):
        return rule
    return replace(rule, once=once and not every, every=every, confirm=confirm)


def _without_terms(text: str) -> str:
    for terms in (_ONCE, _EVERY, _CONFIRM):
        text = terms.sub("", text)
    return text


def _bare(text: str) -> str:
    """The clause without its frame."""
    for _ in range(MOST_FRAMES):
        start = _FRAME.match(text)
        shorter = text[start.end() :] if start else text
        ends = [match for match in _TAIL.finditer(shorter) if match.end() == len(shorter)]
        shorter = shorter[: ends[0].start()] if ends else shorter
        if shorter == text:
            break
        text = shorter
    return text


def _judged(clause: Clause, *, condition: bool) -> Rule | Misfit:
    """What no form covers is for a model to judge, if it is a condition at all."""
    words = clause.text.replace(QUOTED, f"“{clause.quote}”")
    if not condition or len(words) < FEWEST_JUDGED:
        return Misfit()
    return Judged(words[:LONGEST_WORDS])
