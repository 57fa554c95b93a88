from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.coco import LABELS
from vision.watching import (
    Appears,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Judged,
    Leaves,
    Near,
    NotUnderstood,
    Rule,
    Subject,
    TextContains,
    describe,
    parse,
    rule_from_json,
    to_json,
)

PERSON, CUP, DOG, CAT, CAR, COUCH = (
    Subject((label,)) for label in ("person", "cup", "dog", "cat", "car", "couch")
)
ROAD = Subject(("car", "bus", "truck", "motorcycle", "bicycle"), kind="车")

ENGLISH: list[tuple[str, Rule]] = [
    ("tell me when a dog appears", Appears(DOG)),
    ("Please let me know if the person leaves.", Leaves(PERSON)),
    ("when someone enters the left half", Enters(PERSON, "left half")),
    ("tell me when a bird is on the left", Enters(Subject(("bird",)), "left half")),
    ("if the cup moves to the bottom right corner of the picture", Enters(CUP, "bottom right")),
    ("alert me when there are at least three people", AtLeast(PERSON, 3)),
    ("when more than 2 cars", AtLeast(CAR, 3)),
    ("when 3 or more people are here", AtLeast(PERSON, 3)),
    ("when fewer than 3 dogs are visible", AtMost(DOG, 2)),
    ("when there are no more than two cats", AtMost(CAT, 2)),
    ("when there are exactly two cups", Exactly(CUP, 2)),
    ("when nobody is here", AtMost(PERSON, 0)),
    ("when everyone has left", AtMost(PERSON, 0)),
    ("when there are no cars", AtMost(CAR, 0)),
    ("when the cup has been gone for 10 seconds", GoneFor(CUP, 10)),
    ("tell me when no one has been here for half a minute", GoneFor(PERSON, 30)),
    ("if you haven't seen the cat for 2.5 minutes", GoneFor(CAT, 150)),
    ("when you see text 'EXIT'", TextContains("EXIT")),
    ("when it says open", TextContains("open")),
    ("when the text contains exit", TextContains("exit")),
    ("when the sign says “no entry”", TextContains("no entry")),
    ("tell me when there is text", TextContains("")),
    ("when a cat is near the couch", Near(CAT, COUCH)),
    ("tell me if the man gets close to the car", Near(PERSON, CAR)),
    ("every time a car comes", Appears(CAR, every=True)),
    ("the next time somebody comes in, tell me", Appears(PERSON, once=True)),
    ("tell me just once when a dog appears", Appears(DOG, once=True)),
    ("tell me once a dog appears", Appears(DOG)),
    ("tell me when a dog appears, but make sure", Appears(DOG, confirm=True)),
    ("when a red car shows up", Appears(Subject(("car",), "red"))),
    ("when a dog or a cat appears", Appears(Subject(("dog", "cat")))),
    ("tell me when there's a dog", AtLeast(DOG, 1)),
    ("whenever you see a dog", Appears(DOG, every=True)),
    ("watch for dogs", Appears(DOG)),
    ("when anything appears", Appears(Subject(()))),
    ("if the light turns green", Judged("the light turns green")),
    ("when a man in a red shirt leaves", Judged("a man in a red shirt leaves")),
    ("tell me when an orange appears", Appears(Subject(("orange",)))),
    ("when the ball is taken", Leaves(Subject(("sports ball",)))),
]

CHINESE: list[tuple[str, Rule]] = [
    ("有狗出现时告诉我", Appears(DOG)),
    ("有杯子出现时告诉我", Appears(CUP)),
    ("有人离开就提醒我", Leaves(PERSON)),
    ("有人进入左半边", Enters(PERSON, "left half")),
    ("左上角有猫的时候告诉我", Enters(CAT, "top left")),
    ("超过三个人时", AtLeast(PERSON, 4)),
    ("至少有两只猫的时候通知我", AtLeast(CAT, 2)),
    ("三个人以上", AtLeast(PERSON, 3)),
    ("人数超过5个", AtLeast(PERSON, 6)),
    ("最多有两个杯子时", AtMost(CUP, 2)),
    ("正好有2个杯子的时候", Exactly(CUP, 2)),
    ("没有人的时候告诉我", AtMost(PERSON, 0)),
    ("所有人都走了的时候告诉我", AtMost(PERSON, 0)),
    ("杯子消失10秒", GoneFor(CUP, 10)),
    ("十秒没看到猫就叫我", GoneFor(CAT, 10)),
    ("两分钟没有人就告诉我", GoneFor(PERSON, 120)),
    ("看到“出口”两个字", TextContains("出口")),
    ("牌子上写着营业", TextContains("营业")),
    ("猫靠近沙发", Near(CAT, COUCH)),
    ("猫和狗靠近时", Near(CAT, DOG)),
    ("猫在沙发旁边的时候", Near(CAT, COUCH)),
    ("每次有车来都告诉我", Appears(ROAD, every=True)),
    ("下次有人进来的时候提醒我", Appears(PERSON, once=True)),
    ("确认一下再告诉我有没有狗", AtLeast(DOG, 1, confirm=True)),
    ("当画面中出现红色的汽车时", Appears(Subject(("car",), "red"))),
    ("汽车开走了告诉我", Leaves(CAR)),
    ("看到狗的时候告诉我", AtLeast(DOG, 1)),
    ("狗或者猫来了告诉我一声", Appears(Subject(("dog", "cat")))),
    ("如果灯变绿了告诉我", Judged("灯变绿")),
]

NONSENSE = [
    "",
    "   ",
    "what is this?",
    "asdf qwer",
    "watch for a unicorn",
    "这是什么",
    "tell me when",
    "when 1000 dogs",
    "when a dog is gone for 0 seconds",
    "when a dog has been here for 10 seconds",
    "x" * 10_000,
    "tell me when a dog appears " * 400,
    "\x00\x07\n",
    "🦄🦄",
]


@pytest.mark.parametrize(("text", "rule"), ENGLISH)
def test_english(text: str, rule: Rule) -> None:
    assert parse(text, LABELS) == rule


@pytest.mark.parametrize(("text", "rule"), CHINESE)
def test_chinese(text: str, rule: Rule) -> None:
    found = parse(text, LABELS)
    assert not isinstance(found, NotUnderstood)
    assert found.language == "zh"
    assert rule_from_json(to_json(found) | {"language": "en"}, LABELS) == _unkind(rule)


def _unkind(rule: Rule) -> Rule | NotUnderstood:
    """The rule without the person's word for several labels, which JSON does not keep."""
    return rule_from_json(to_json(rule), LABELS)


@pytest.mark.parametrize("text", NONSENSE)
def test_what_is_no_instruction_is_answered_with_what_could_be(text: str) -> None:
    found = parse(text, LABELS)
    assert isinstance(found, NotUnderstood)
    assert found.help.count("“") >= 2


def test_help_is_in_the_persons_language() -> None:
    assert "例如" in parse("blah", LABELS, "zh").help  # type: ignore[union-attr]
    assert "example" in parse("这是什么", LABELS, "en").help  # type: ignore[union-attr]
    assert parse("when a dog appears", LABELS, "zh") == Appears(DOG, language="zh")


def test_labels_that_the_detector_lacks_are_not_watched_for() -> None:
    assert parse("tell me when a dog appears", ("person",)) == Judged("a dog appears")
    assert parse("watch for dogs", ("person",)).__class__ is NotUnderstood
    assert parse("watch for vehicles", ("car", "bus")) == Appears(
        Subject(("car", "bus"), kind="vehicle")
    )


def test_control_characters_emoji_and_width_do_not_matter() -> None:
    assert parse("tell me\x00 when\na \uff44\uff4f\uff47 🐕 appears", LABELS) == Appears(DOG)


@given(st.text(max_size=600))
@settings(max_examples=150, deadline=None)
def test_never_raises_and_always_answers(text: str) -> None:
    found = parse(f"tell me when {text}", LABELS)
    if not isinstance(found, NotUnderstood):
        assert describe(found, "en")
        assert describe(found, "zh")
        assert not isinstance(rule_from_json(to_json(found), LABELS), NotUnderstood)


WORDS = (
    "a the dog cat person is are not no nobody there near for 10 seconds gone left half enters has"
    " been at least three more than when every time you see leaves it says text or"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_order_of_known_words_is_understood_or_not(words: list[str]) -> None:
    found = parse(" ".join(words), LABELS)
    assert isinstance(found, NotUnderstood) or describe(found, "en").startswith("when")
