from __future__ import annotations

from typing import Any

import pytest

from models.coco import LABELS
from vision.grounded import needs, understand
from vision.grounded.questions import LONGEST_AGE, MOST_LETTERS, MOST_SEARCHED
from vision.grounded.tongues import TONGUES
from vision.grounded.words import one_off


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("how many red cups are on the left?", {"labels": ("cup",), "colour": "red"}),
        ("how many red cups are on the left?", {"side": "left", "intent": "count"}),
        ("is there a mug next to the sofa", {"labels": ("cup",), "anchor": ("couch",)}),
        ("is there a mug next to the sofa", {"relation": "by", "intent": "exists"}),
        ("what is left of the bus", {"relation": "left", "anchor": ("bus",), "labels": ()}),
        ("what is on top of the table", {"relation": "on", "anchor": ("dining table",)}),
        ("what changed in the last five minutes", {"within": 300.0, "intent": "changed"}),
        ("what changed in the past 2 hours", {"within": 7200.0}),
        ("what happened in the last minute", {"within": 60.0}),
        ("what changed in the last 999999 days", {"within": LONGEST_AGE}),
        ("is there a woman", {"labels": ("person",), "narrower": "woman"}),
        ("are there any children", {"narrower": "child"}),
        ("any animals there?", {"kind": "animal"}),
        ("where did I leave my keys", {"intent": "last_seen", "search": "keys", "labels": ()}),
        ("is there an orange car", {"labels": ("car",), "colour": "orange"}),
        ("are there oranges", {"labels": ("orange",), "colour": ""}),
        ("where is the bus stop", {"labels": (), "search": "bus stop"}),
        ("左边有几个红色的杯子", {"labels": ("cup",), "colour": "red", "side": "left"}),
        ("沙发旁边有杯子吗", {"labels": ("cup",), "anchor": ("couch",), "relation": "by"}),
        ("最近五分钟有什么变化", {"within": 300.0, "intent": "changed"}),
        ("过去两小时有什么变化", {"within": 7200.0}),
        ("最近10秒有什么变化", {"within": 10.0}),
        ("有没有女人", {"narrower": "女人"}),
        ("有动物吗", {"kind": "动物"}),
        ("我把钥匙放哪了", {"intent": "last_seen", "search": "钥匙"}),
        ("可以过马路吗", {"intent": "unknown", "labels": ()}),
        ("cup 在哪里", {"intent": "where", "labels": ("cup",), "language": "zh"}),
        ("where is the 手机", {"intent": "where", "labels": ("cell phone",)}),
    ],
)
def test_what_is_made_of_a_question(text: str, expected: dict[str, Any]) -> None:
    question = understand(text, LABELS)
    assert {name: getattr(question, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("typo", "label"),
    [
        ("where is the laptpo", "laptop"),
        ("where is the lapttop", "laptop"),
        ("where is the lptop", "laptop"),
        ("where is the lapyop", "laptop"),
        ("how many bicyles", "bicycle"),
        ("is there an umbrela", "umbrella"),
        ("WHERE IS THE BOTLE", "bottle"),
    ],
)
def test_one_wrong_letter_is_forgiven(typo: str, label: str) -> None:
    assert understand(typo, LABELS).labels == (label,)


@pytest.mark.parametrize("word", ["house", "hat", "keyhole", "chairs and", "trial", "mobster"])
def test_other_words_are_not_taken_for_typos(word: str) -> None:
    assert understand(f"where is the {word}", LABELS).labels in ((), ("chair",))
    assert not one_off("house", "mouse")


def test_words_of_labels_that_the_detector_lacks_are_searched_for() -> None:
    question = understand("where is the cup", ("person",))
    assert question.labels == ()
    assert question.search == "cup"


def test_labels_of_another_detector_are_known_by_their_names() -> None:
    assert understand("how many forklifts", ("forklift",)).labels == ("forklift",)
    assert understand("有 forklift 吗", ("forklift",)).labels == ("forklift",)


@pytest.mark.parametrize("label", LABELS)
def test_every_label_is_known_by_its_names_in_both_languages(label: str) -> None:
    for tongue in TONGUES.values():
        for word in (*tongue.names(label), tongue.kind(label)):
            asked = "有{}吗" if tongue.language == "zh" else "where are the {}"
            labels = understand(asked.format(word), LABELS).labels
            assert label in labels, word


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_synonym_is_known(language: str) -> None:
    tongue = TONGUES["zh" if language == "zh" else "en"]
    for word, sense in tongue.grammar.nouns.items():
        assert set(sense.labels) <= set(LABELS), word
        asked = f"有没有{word}" if language == "zh" else f"where is the {word}"
        assert understand(asked, LABELS).labels == sense.labels, word


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("what does it say", {"text"}),
        ("read the page", {"text"}),
        ("translate this", {"text"}),
        ("what is this", {"text"}),
        ("where is the exit", {"memory", "text"}),
        ("where is the cup", {"memory"}),
        ("when did you last see the dog", {"memory"}),
        ("what did that sign say", {"memory"}),
        ("how many people are there", set()),
        ("what is here", set()),
        ("上面写着什么", {"text"}),
        ("杯子在哪", {"memory"}),
    ],
)
def test_what_is_needed_to_answer(text: str, wanted: set[str]) -> None:
    assert needs(understand(text, LABELS)) == wanted


def test_the_language_is_that_of_the_text_unless_told() -> None:
    assert understand("what is here", LABELS).language == "en"
    assert understand("这里有什么", LABELS).language == "zh"
    assert understand("what is here", LABELS, "zh").language == "zh"
    assert understand("", LABELS).language == "en"


def test_what_is_kept_of_a_question_is_bounded_and_on_one_line() -> None:
    question = understand("where is\x00 the\n\tzebrafish " * 1000, LABELS)
    assert len(question.text) <= MOST_LETTERS
    assert len(question.search) <= MOST_SEARCHED
    assert "\n" not in question.text
    assert "\x00" not in question.text
