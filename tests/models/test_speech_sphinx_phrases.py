"""What the recogniser on this machine is taught that people say."""

from __future__ import annotations

from collections import Counter

import pytest

from models.coco import LABELS
from models.speech_sphinx_phrases import OFTEN, phrases, plural
from vision.watching import NotUnderstood, parse


def test_every_thing_is_asked_about_in_good_english() -> None:
    said = Counter(phrases())
    assert all(said[f"where is my {label}"] for label in LABELS)
    assert said["is there an apple"] == said["is there a cup"] == 1
    assert said["how many people are there"] == OFTEN + 1
    assert not any("{" in phrase for phrase in said)


def test_the_instructions_are_those_that_are_understood() -> None:
    watches = [each for each in phrases() if each.startswith(("tell me when", "let me know when"))]
    about_things = [each for each in watches if "some" not in each]
    assert len(about_things) > 500
    for instruction in about_things:
        assert not isinstance(parse(instruction, LABELS), NotUnderstood), instruction


@pytest.mark.parametrize(
    ("one", "many"),
    [("cup", "cups"), ("bench", "benches"), ("bus", "buses"), ("skis", "skis"), ("mouse", "mice")],
)
def test_more_than_one_of_a_thing(one: str, many: str) -> None:
    assert plural(one) == many


def test_the_recogniser_knows_how_nearly_every_word_sounds() -> None:
    sphinx = pytest.importorskip("pocketsphinx", reason="the extra speech is not installed")
    decoder = sphinx.Decoder(lm=None, loglevel="FATAL")
    words = {word for phrase in phrases() for word in phrase.split()}
    unknown = {word for word in words if decoder.lookup_word(word) is None}
    assert len(unknown) <= 8, unknown
