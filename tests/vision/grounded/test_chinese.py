from __future__ import annotations

import pytest

from tests.vision.grounded.cases import Case, cases
from tests.vision.grounded.street import (
    BUS,
    CUP,
    DOG,
    EMPTY,
    NOW,
    STREET,
    WAITER,
    ask,
    going,
    line,
    of,
    thing,
)


@pytest.mark.parametrize("case", cases("street_zh.txt"), ids=lambda case: case.question)
def test_on_the_street(case: Case) -> None:
    said = ask(case.question)
    assert said.text == case.answer
    assert said.objects == case.objects
    assert said.knows is case.knows


def test_of_nothing_it_says_so() -> None:
    assert ask("这里有什么", EMPTY).text == "我没有看到认得的东西。"
    assert ask("上面写着什么", EMPTY).text == "我在这里读不到文字。"
    assert ask("有什么在动吗", EMPTY).text == "我没有看到什么在移动。"
    assert ask("有几个人", EMPTY).text == "我现在没有看到人。"
    assert ask("左边有什么", EMPTY).text == "左边没有我认得的东西。"
    assert ask("这是什么", EMPTY).text == "那里没有我认得的东西。"
    assert ask("有什么变化", EMPTY).text == "最近20秒里我没有看到什么变化。"


def test_what_is_doubtful_is_said_to_be_so() -> None:
    cat = thing(1, "cat", (0.1, 0.4, 0.2, 0.2), score=0.4)
    sure = thing(2, "cat", (0.7, 0.4, 0.2, 0.2))
    assert ask("这里有什么", of(cat)).text == "左边近处有可能是一只猫。"
    assert ask("这是什么", of(cat)).text == "那可能是一只猫，在左边近处。"
    assert ask("猫在哪", of(cat)).text == "可能是猫在左边近处。"
    assert (
        ask("有几只猫", of(cat, sure)).text
        == "至少一只猫，也可能有两个：左边近处一个，右边近处一个。"
    )


def test_a_tapped_object_is_what_is_meant() -> None:
    assert ask("这是什么", focus=4).text == "那是一个白色的杯子，在左边近处。"
    assert ask("它是什么颜色", focus=3).text == "公交车是红色的。"
    assert ask("上面写着什么", focus=3).text == "上面写着：「EXIT」。"
    assert ask("它在动吗", focus=3).text == "公交车没有在移动。"
    assert ask("这是什么", focus=6).objects == (DOG.id,)


def test_movements_are_told_by_direction() -> None:
    left = going(thing(1, "person", (0.1, 0.3, 0.1, 0.3)), -0.4, 0.0)
    right = going(thing(2, "dog", (0.5, 0.3, 0.1, 0.3)), 0.4, 0.1)
    assert ask("什么在动", of(left, right)).text == "一个人在向左移动。一只狗在向右移动。"


def test_an_old_picture_is_said_to_be_old() -> None:
    assert ask("有公交车吗", now=NOW + 12).text == "我最后的画面是12秒前的。有，右边有一辆公交车。"


def test_traditional_characters_are_read() -> None:
    assert ask("這裡有幾個人").objects == ask("这里有几个人").objects == (1, 2)
    assert ask("公交車是什麼顏色").objects == (BUS.id,)


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("person", "一个人"),
        ("cat", "一只猫"),
        ("car", "一辆汽车"),
        ("chair", "一把椅子"),
        ("book", "一本书"),
        ("horse", "一匹马"),
        ("airplane", "一架飞机"),
    ],
)
def test_measure_words(label: str, text: str) -> None:
    assert text in ask("这里有什么", of(thing(1, label, (0.4, 0.4, 0.2, 0.2)))).text


def test_an_answer_can_be_had_in_another_language_than_the_question() -> None:
    assert ask("有几个人", language="en").text.startswith("Two people")


def test_the_scene_is_told_in_one_line_with_people_first() -> None:
    assert ask("这里有什么", STREET).text.startswith("两个人")
    assert ask("有什么", of(CUP, WAITER)).objects == (WAITER.id, CUP.id)
    assert ask("读", of()).text == "我在这里读不到文字。"
    assert line(1, "a", 0.1, 0.1).text == "a"
