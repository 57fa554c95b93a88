from __future__ import annotations

import json
import re

import pytest

from models.coco import LABELS
from vision.watching import (
    SCHEMA_WORDS,
    Appears,
    AtLeast,
    GoneFor,
    Near,
    NotUnderstood,
    Subject,
    TextContains,
    rule_from_json,
    to_json,
)

DOG = Subject(("dog",))


def test_every_form_that_the_model_is_shown_can_be_read() -> None:
    forms = re.findall(r"^\{.*\}$", SCHEMA_WORDS, re.MULTILINE)
    rules = [rule_from_json(form, LABELS) for form in forms]
    assert len(rules) == 11
    assert isinstance(rules[-1], NotUnderstood)
    for rule in rules[:-1]:
        assert not isinstance(rule, NotUnderstood)
        assert rule_from_json(to_json(rule), LABELS) == rule
        assert rule_from_json(json.dumps(to_json(rule)), LABELS) == rule


def test_terms_and_colours_are_read() -> None:
    terms = '"colour": "red", "once": true, "confirm": true, "language": "zh"'
    text = f'{{"rule": "appears", "labels": ["dog"], {terms}}}'
    expected = Appears(Subject(("dog",), "red"), once=True, confirm=True, language="zh")
    assert rule_from_json(text, LABELS) == expected


def test_models_may_talk_around_the_object() -> None:
    text = 'Sure!\n```json\n{"rule": "appears", "labels": ["dog"]}\n```'
    assert rule_from_json(text, LABELS) == Appears(DOG)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no",
        "{",
        "}{",
        "[1]",
        "{}",
        '{"rule": "none"}',
        '{"rule": "explodes"}',
        '{"rule": ["appears"], "labels": ["dog"]}',
        '{"rule": "appears"}',
        '{"rule": "appears", "labels": "dog"}',
        '{"rule": "appears", "labels": ["unicorn"]}',
        '{"rule": "appears", "labels": [["dog"]]}',
        '{"rule": "appears", "labels": ["dog"], "colour": "mauve"}',
        '{"rule": "appears", "labels": ["dog"], "mood": "sad"}',
        '{"rule": "appears", "labels": ["dog"], "once": "yes"}',
        '{"rule": "appears", "labels": ["dog"], "language": "xx"}',
        '{"rule": "at least", "labels": ["dog"], "count": 0}',
        '{"rule": "at least", "labels": ["dog"], "count": 2.5}',
        '{"rule": "at least", "labels": ["dog"], "count": true}',
        '{"rule": "at least", "labels": ["dog"], "count": 1e999}',
        '{"rule": "at least", "labels": ["dog"], "count": NaN}',
        '{"rule": "gone for", "labels": ["dog"], "seconds": -1}',
        '{"rule": "gone for", "labels": ["dog"], "seconds": NaN}',
        '{"rule": "enters", "labels": ["dog"], "area": "the sky"}',
        '{"rule": "enters", "labels": ["dog"]}',
        '{"rule": "text contains", "text": 7}',
        '{"rule": "judged", "question": ""}',
        '{"rule": "near", "labels": ["dog"]}',
        '{"a":' * 600,
        '{"rule": "appears", "labels": ["dog"], "x": "' + "y" * 5000 + '"}',
    ],
)
def test_nonsense_is_no_rule(text: str) -> None:
    assert isinstance(rule_from_json(text, LABELS), NotUnderstood)


def test_what_is_left_out_is_usual() -> None:
    assert rule_from_json({"rule": "appears", "labels": []}, LABELS, "zh") == Appears(
        Subject(()), language="zh"
    )


@pytest.mark.parametrize(
    "rule",
    [
        AtLeast(Subject(("car", "bus"), "red"), 3, every=True),
        Near(DOG, Subject(("cat",), "black"), language="zh"),
        GoneFor(DOG, 12.5, confirm=True),
        TextContains("“quoted” {brace}"),
    ],
)
def test_rules_survive_the_journey(rule: AtLeast | Near | GoneFor | TextContains) -> None:
    assert rule_from_json(json.dumps(to_json(rule)), LABELS) == rule
