from __future__ import annotations

import pytest

from streaming.allowance import EACH_WORD, MOST_WORDS, Allowance, TooOften, WordAllowance
from vision.vocabulary import Share, Vocabulary


def test_so_many_at_once_and_another_every_so_often() -> None:
    allowance = Allowance(3, 2.0)
    assert allowance.missing(3, 0.0) == 0
    allowance.take(2, 0.0)
    assert allowance.missing(1, 0.0) == 0
    assert allowance.missing(3, 0.0) == 4.0
    assert allowance.missing(3, 3.0) == 1.0
    assert allowance.missing(3, 4.0) == 0
    allowance.take(3, 4.0)
    assert allowance.missing(1, 4.0) == 2.0
    assert allowance.missing(9, 100.0) == 0, "more than there ever are is not waited for"
    allowance.take(3, 1000.0)
    assert allowance.missing(3, 1000.0) == 6.0, "what was not had is not saved up"


def test_only_new_words_cost_and_only_of_a_detector_that_is_asked() -> None:
    labels = Share(Vocabulary(["red mug"]))
    words = WordAllowance(labels)
    assert words.new(["Red  Mug", "keys", "KEYS"], 0.0) == 1
    assert words.new([], 0.0) == 0
    words.take(MOST_WORDS, 0.0)
    with pytest.raises(TooOften, match=f"Try again in {2 * int(EACH_WORD)} s"):
        words.new(["cat", "dog"], 0.0)
    assert words.new(["red mug"], 0.0) == 0
    assert words.new(["cat", "dog"], 2 * EACH_WORD) == 2
    closed = WordAllowance(("cat", "dog"))
    closed.take(MOST_WORDS, 0.0)
    assert closed.new([f"thing {number}" for number in range(9)], 0.0) == 0
