from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.types import Detections
from vision.vocabulary import (
    LONGEST,
    MOST_EACH,
    MOST_LABELS,
    MOST_WANTED,
    Share,
    Vocabulary,
    shared,
    told_once,
    words,
)

phrases = st.lists(st.sampled_from([f"thing {number}" for number in range(12)]), max_size=MOST_EACH)


def test_what_is_always_looked_for_comes_first() -> None:
    vocabulary = Vocabulary(["Red  Mug", "door handle", "red mug"])
    assert tuple(vocabulary) == ("red mug", "door handle")
    assert vocabulary.wanted == vocabulary.always == ("red mug", "door handle")


@pytest.mark.parametrize("alike", [("straße", "strasse"), ("ﬁsh", "fish"), ("MUG", "mug")])
def test_what_is_written_otherwise_is_the_same(alike: tuple[str, str]) -> None:
    assert len(Vocabulary(alike)) == 1


def test_what_anyone_wants_is_looked_for_until_they_are_gone() -> None:
    vocabulary = Vocabulary(["mug"])
    ann, bob = Share(vocabulary), Share(vocabulary)
    ann.want(["white cane"])
    bob.want(["Keys", "white cane"])
    assert vocabulary.wanted == ("mug", "white cane", "keys")
    ann.want([])
    bob.close()
    bob.close()
    assert vocabulary.wanted == ("mug",)


def test_each_knows_only_its_own_words() -> None:
    vocabulary = Vocabulary(["mug"])
    ann, bob = Share(vocabulary), Share(vocabulary)
    ann.want(["insulin pen"])
    assert (words(ann), words(bob)) == (("insulin pen",), ("mug",))
    assert (ann.places, bob.places) == ((1,), (0,))
    assert [bob[place] for place in ann.places] == ["insulin pen"]


def test_labels_that_are_fixed_are_everyones() -> None:
    assert shared(("person", "cup")) == words(("person", "cup")) == ("person", "cup")


def test_one_that_is_gone_wants_nothing_any_more() -> None:
    vocabulary = Vocabulary(["mug"])
    ann = Share(vocabulary)
    ann.close()
    ann.want(["keys"])
    assert (vocabulary.wanted, ann.words) == (("mug",), ("mug",))


@given(st.lists(st.tuples(st.sampled_from("abc"), phrases), max_size=20))
def test_a_place_keeps_its_phrase_while_there_is_room(wishes: list[tuple[str, list[str]]]) -> None:
    vocabulary = Vocabulary(["mug"])
    people = {name: Share(vocabulary) for name in "abc"}
    before: tuple[str, ...] = tuple(vocabulary)
    for who, wish in wishes:
        people[who].want(wish)
        assert tuple(vocabulary)[: len(before)] == before
        before = tuple(vocabulary)
        assert all(vocabulary[vocabulary.index(each)] == each for each in vocabulary.wanted)
        assert len(set(vocabulary)) == len(vocabulary)


def test_nobody_takes_all() -> None:
    vocabulary = Vocabulary(["mug"])
    ann = Share(vocabulary)
    ann.want(["keys"])
    with pytest.raises(ValueError, match=f"at most {MOST_EACH} things"):
        ann.want([f"thing {number}" for number in range(MOST_EACH + 1)])
    assert vocabulary.wanted == ("mug", "keys")


def test_too_much_for_all_together_is_refused_and_what_was_wanted_stays() -> None:
    vocabulary = Vocabulary(["mug"])
    people = [Share(vocabulary) for _ in range(MOST_WANTED // MOST_EACH)]
    for number, each in enumerate(people[:-1]):
        each.want([f"{number} {thing}" for thing in range(MOST_EACH)])
    wanted = vocabulary.wanted
    with pytest.raises(ValueError, match=f"at most {MOST_WANTED} things .* by all together"):
        people[-1].want([f"last {thing}" for thing in range(MOST_EACH)])
    assert vocabulary.wanted == wanted
    people[-1].want([f"last {thing}" for thing in range(MOST_EACH - 1)])


def test_when_it_is_full_the_longest_idle_phrase_gives_up_its_place() -> None:
    vocabulary = Vocabulary(["mug"])
    ann, bob = Share(vocabulary), Share(vocabulary)
    bob.want(["keys"])
    for number in range(MOST_LABELS + 50):
        ann.want([f"thing {number}"])
        assert vocabulary[ann.places[0]] == f"thing {number}"
    assert len(vocabulary) == MOST_LABELS
    assert (vocabulary[0], vocabulary[1]) == ("mug", "keys")
    assert "thing 0" not in vocabulary
    with pytest.raises(ValueError, match="nobody has asked"):
        vocabulary.index("thing 0")


def test_more_than_can_be_looked_for_at_all_is_refused_from_the_start() -> None:
    with pytest.raises(ValueError, match=f"at most {MOST_WANTED} things"):
        Vocabulary([f"thing {number}" for number in range(MOST_WANTED + 1)])


@pytest.mark.parametrize("phrase", ["", "  ", "x" * (LONGEST + 1), "red\x1b[31m", "a\x00b"])
def test_what_is_no_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="plain characters"):
        Vocabulary([phrase])


def test_of_two_phrases_for_a_box_the_surer_is_told() -> None:
    boxes = np.array([[0.1] * 4, [0.2] * 4, [0.1] * 4], np.float32)
    found = Detections(boxes, np.float32([0.9, 0.8, 0.7]), np.int32([4, 5, 6]))
    kept = told_once(found)
    assert kept.classes.tolist() == [4, 5]
    assert len(told_once(Detections.empty())) == 0
