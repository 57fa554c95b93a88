"""Where utterances begin and end, for any course of probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from streaming.hearing_ends import (
    AFTER_WINDOWS,
    BEFORE_WINDOWS,
    BEGIN_WINDOWS,
    MOST_SECONDS,
    SILENCE_WINDOWS,
    Utterance,
    Utterances,
)
from vision.speech import RATE, WINDOW

MOST = int(MOST_SECONDS * RATE / WINDOW)


def fed(utterances: Utterances, *probabilities: float) -> list[Utterance]:
    """What comes of windows that are numbered, one second apart."""
    found = []
    for number, probability in enumerate(probabilities):
        window = np.full(WINDOW, number, np.int16)
        utterance = utterances.take(window, probability, float(number))
        if utterance is not None:
            found.append(utterance)
    return found


def numbers(utterance: Utterance) -> list[int]:
    return [int(each) for each in utterance.samples[::WINDOW]]


def test_an_utterance_has_what_came_just_before_and_just_after_speech() -> None:
    course = [0.0] * 20 + [0.9] * 30 + [0.0] * SILENCE_WINDOWS
    (said,) = fed(Utterances(by_silence=True), *course)
    first = 20 + BEGIN_WINDOWS - BEFORE_WINDOWS
    assert numbers(said) == list(range(first, 50 + AFTER_WINDOWS))
    assert said.ended == 49


def test_a_click_is_no_utterance() -> None:
    course = ([0.9] * (BEGIN_WINDOWS - 1) + [0.0]) * 40
    utterances = Utterances(by_silence=True)
    assert fed(utterances, *course) == []
    assert not utterances.speaking
    assert utterances.finish() is None


def test_a_pause_shorter_than_the_silence_is_part_of_it() -> None:
    course = [0.9] * 10 + [0.0] * (SILENCE_WINDOWS - 1) + [0.9] * 10 + [0.0] * SILENCE_WINDOWS
    (said,) = fed(Utterances(by_silence=True), *course)
    assert len(numbers(said)) == 20 + SILENCE_WINDOWS - 1 + AFTER_WINDOWS


def test_between_likely_and_unlikely_it_stays_as_it_was() -> None:
    speaking, silent = Utterances(by_silence=True), Utterances(by_silence=True)
    assert fed(speaking, *[0.9] * 5, *[0.4] * 100) == []
    assert speaking.speaking
    assert fed(silent, *[0.4] * 100) == []
    assert not silent.speaking


def test_without_silence_only_the_person_ends_it() -> None:
    utterances = Utterances(by_silence=False)
    assert fed(utterances, *[0.9] * 10, *[0.0] * (SILENCE_WINDOWS * 3)) == []
    said = utterances.finish()
    assert said is not None
    assert len(numbers(said)) == 10 + AFTER_WINDOWS
    assert utterances.finish() is None


@pytest.mark.parametrize("by_silence", [True, False])
def test_whoever_goes_on_and_on_is_cut(*, by_silence: bool) -> None:
    utterances = Utterances(by_silence=by_silence)
    said = fed(utterances, *[0.9] * (2 * MOST + 10))
    assert [len(numbers(each)) for each in said] == [MOST, MOST]
