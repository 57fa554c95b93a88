from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.vocabulary import LONGEST, MOST_LABELS, MOST_WANTED, Vocabulary

phrases = st.lists(st.sampled_from([f"thing {number}" for number in range(12)]), max_size=6)


def test_what_is_always_looked_for_comes_first() -> None:
    vocabulary = Vocabulary(["Red  Mug", "door handle", "red mug"])
    assert tuple(vocabulary) == ("red mug", "door handle")
    assert vocabulary.wanted == vocabulary.always == ("red mug", "door handle")


def test_what_anyone_wants_is_looked_for_until_they_are_gone() -> None:
    vocabulary = Vocabulary(["mug"])
    vocabulary.want("ann", ["white cane"])
    vocabulary.want("bob", ["Keys", "white cane"])
    assert vocabulary.wanted == ("mug", "white cane", "keys")
    vocabulary.want("ann", [])
    vocabulary.forget("bob")
    vocabulary.forget("nobody")
    assert vocabulary.wanted == ("mug",)


@given(st.lists(st.tuples(st.sampled_from("abc"), phrases), max_size=20))
def test_an_index_keeps_its_phrase_for_ever(wishes: list[tuple[str, list[str]]]) -> None:
    vocabulary = Vocabulary(["mug"])
    before: tuple[str, ...] = tuple(vocabulary)
    for who, wish in wishes:
        vocabulary.want(who, wish)
        assert tuple(vocabulary)[: len(before)] == before
        before = tuple(vocabulary)
        assert set(vocabulary.wanted) <= set(vocabulary)
        assert len(set(vocabulary)) == len(vocabulary)


def test_too_much_at_a_time_is_refused_and_what_was_wanted_stays() -> None:
    vocabulary = Vocabulary(["mug"])
    vocabulary.want("ann", ["keys"])
    with pytest.raises(ValueError, match=f"at most {MOST_WANTED} things"):
        vocabulary.want("bob", [f"thing {number}" for number in range(MOST_WANTED - 1)])
    assert vocabulary.wanted == tuple(vocabulary) == ("mug", "keys")


def test_a_change_of_mind_counts_once() -> None:
    vocabulary = Vocabulary()
    full = [f"thing {number}" for number in range(MOST_WANTED)]
    vocabulary.want("ann", full)
    vocabulary.want("ann", [*full[1:], "another"])
    assert len(vocabulary.wanted) == MOST_WANTED


def test_it_does_not_grow_without_end() -> None:
    vocabulary = Vocabulary()
    for number in range(MOST_LABELS):
        vocabulary.want("ann", [f"thing {number}"])
    with pytest.raises(ValueError, match="restart the server"):
        vocabulary.want("ann", ["one more"])
    assert vocabulary.wanted == (f"thing {MOST_LABELS - 1}",)


@pytest.mark.parametrize("phrase", ["", "  ", "x" * (LONGEST + 1), "red\x1b[31m", "a\x00b"])
def test_what_is_no_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match="plain characters"):
        Vocabulary([phrase])
