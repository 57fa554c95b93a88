"""One person's ear: real speech (made by espeak-ng) and the real network that tells it from noise.

The recogniser is scripted here; ``test_hearing_wire`` and the browser's test have a real one.
"""

from __future__ import annotations

import asyncio
import threading
import wave
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from models.voice_activity import VoiceDetectors
from streaming import hearing
from streaming.hearing import Ears, Hearing
from streaming.wire import Heard
from vision.errors import NoAnswer
from vision.speech import RATE, Samples
from vision.types import Language

SPEECH = Path(__file__).parent.parent / "data" / "speech" / "how-many-people.wav"
OPUS = 48_000
FRAME = OPUS // 50


class Scripted:
    """Gives what it was told to, and keeps what it got."""

    name = "scripted"
    slots = 1

    def __init__(self) -> None:
        self.text = " How many\npeople? "
        self.failure: Exception | None = None
        self.got: list[tuple[Samples, Language]] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def prepare(self) -> None:
        pass

    async def transcribe(self, speech: Samples, language: Language) -> str:
        self.got.append((speech, language))
        await self.go_on.wait()
        if self.failure is not None:
            raise self.failure
        return self.text

    async def aclose(self) -> None:
        pass


class Person:
    """Somebody with an ear."""

    def __init__(self, recogniser: Scripted, ear: Hearing, heard: list[Heard]) -> None:
        self.recogniser = recogniser
        self.ear = ear
        self.heard = heard

    @property
    def said(self) -> list[Heard]:
        """What was heard to its end."""
        return [each for each in self.heard if each.final]

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                await asyncio.sleep(0.01)

    async def make_sound(self, samples: npt.NDArray[np.int16]) -> None:
        """As WebRTC brings it: stereo, 48 kHz, 20 ms at a time; but as fast as can be judged."""
        stereo = np.repeat(np.repeat(samples, OPUS // RATE), 2)
        for start in range(0, len(stereo), 2 * FRAME):
            part = stereo[start : start + 2 * FRAME]
            frame = av.AudioFrame.from_ndarray(part.reshape(1, -1), "s16", "stereo")
            frame.sample_rate = OPUS
            frame.pts, frame.time_base = start, Fraction(1, OPUS)
            self.ear.take(frame)
            await asyncio.sleep(0 if start % (FRAME * 40) else 0.01)


@pytest.fixture
def speech() -> Samples:
    with wave.open(str(SPEECH)) as file:
        return np.frombuffer(file.readframes(1 << 24), np.int16)


def silence(seconds: float) -> Samples:
    return np.random.default_rng(1).normal(0, 8, int(seconds * RATE)).astype(np.int16)


@pytest.fixture
async def person() -> AsyncIterator[Person]:
    recogniser, heard = Scripted(), list[Heard]()
    with ThreadPoolExecutor(1) as thread:
        ears = Ears(recogniser, VoiceDetectors(), thread)
        ear = Hearing("s", ears, heard.append)
        yield Person(recogniser, ear, heard)
        ear.close()
        await asyncio.sleep(0)


async def test_silence_ends_what_is_said_and_it_is_told(person: Person, speech: Samples) -> None:
    person.ear.listen("free", "en")
    await person.make_sound(np.concatenate([silence(1), speech, silence(1.5)]))
    await person.until(lambda: person.said)
    begun, said = person.heard
    assert begun == Heard(id="heard-1")
    assert (said.id, said.text, said.error) == ("heard-1", "How many people?", None)
    assert said.ms is not None
    ((samples, language),) = person.recogniser.got
    assert language == "en"
    assert len(speech) * 0.8 < len(samples) < len(speech) + RATE
    loud = np.abs(samples.astype(int)) > 2000
    assert loud.any()


async def test_it_goes_on_to_listen(person: Person, speech: Samples) -> None:
    person.ear.listen("free")
    for count in (1, 2):
        await person.make_sound(np.concatenate([speech, silence(1.5)]))
        await person.until(lambda count=count: len(person.said) == count)
    assert [each.id for each in person.said] == ["heard-1", "heard-2"]


async def test_what_stops_coming_has_ended(person: Person, speech: Samples) -> None:
    person.ear.listen("free")
    await person.make_sound(speech)
    await person.until(lambda: person.said)
    assert person.said[0].text == "How many people?"


async def test_a_push_ends_when_the_person_lets_go(person: Person, speech: Samples) -> None:
    person.ear.listen("push", "zh")
    await person.make_sound(np.concatenate([speech, silence(3), speech]))
    await person.until(lambda: person.heard)
    assert not person.said
    person.ear.listen("off")
    await person.until(lambda: person.said)
    ((samples, language),) = person.recogniser.got
    assert language == "zh"
    assert len(samples) > 2 * len(speech) + 2 * RATE


async def test_a_push_without_a_word_says_so(person: Person) -> None:
    person.ear.listen("push")
    await person.make_sound(silence(1))
    person.ear.listen("off")
    await person.until(lambda: person.said)
    assert person.heard == [Heard(id="heard-1", final=True, error="nothing-said")]
    assert person.recogniser.got == []


async def test_nothing_is_heard_while_it_does_not_listen(person: Person, speech: Samples) -> None:
    await person.make_sound(speech)
    person.ear.listen("free")
    person.ear.listen("off")
    await person.make_sound(np.concatenate([speech, silence(2)]))
    await asyncio.sleep(0.2)
    assert person.heard == []


async def test_what_is_not_understood_says_so(person: Person, speech: Samples) -> None:
    person.recogniser.text = "  "
    person.ear.listen("free")
    await person.make_sound(np.concatenate([speech, silence(1.5)]))
    await person.until(lambda: person.said)
    assert (person.said[0].text, person.said[0].error) == ("", "not-understood")


@pytest.mark.parametrize(
    ("failure", "detail"),
    [(NoAnswer("secret: it hung up", "it hung up"), "it hung up"), (RuntimeError("oops"), None)],
)
async def test_a_recogniser_that_fails_is_told_without_secrets(
    person: Person, speech: Samples, failure: Exception, detail: str | None
) -> None:
    person.recogniser.failure = failure
    person.ear.listen("push")
    await person.make_sound(speech)
    person.ear.listen("off")
    await person.until(lambda: person.said)
    assert (person.said[0].error, person.said[0].detail) == ("away", detail)
    person.recogniser.failure = None
    person.ear.listen("push")
    await person.make_sound(speech)
    person.ear.listen("off")
    await person.until(lambda: len(person.said) == 2)
    assert person.said[1].text == "How many people?"


async def test_a_recogniser_that_takes_too_long_is_given_up(
    person: Person, speech: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "WITHIN", 0.05)
    person.recogniser.go_on.clear()
    person.ear.listen("push")
    await person.make_sound(speech)
    person.ear.listen("off")
    await person.until(lambda: person.said)
    assert (person.said[0].error, person.said[0].detail) == ("away", "no text came in time")


async def test_more_than_it_can_take_is_refused(person: Person, speech: Samples) -> None:
    person.recogniser.go_on.clear()
    person.ear.listen("free")
    for count in (1, 2, 3):
        await person.make_sound(np.concatenate([speech, silence(1.5)]))
        await person.until(lambda count=count: len({each.id for each in person.heard}) == count)
    await person.until(lambda: person.said)
    assert [(each.id, each.error) for each in person.said] == [("heard-3", "busy")]
    person.recogniser.go_on.set()
    await person.until(lambda: len(person.said) == 3)


async def test_closing_ends_what_is_under_way(person: Person, speech: Samples) -> None:
    person.recogniser.go_on.clear()
    person.ear.listen("push")
    await person.make_sound(speech)
    person.ear.listen("off")
    await person.until(lambda: person.recogniser.got)
    person.ear.close()
    person.ear.close()
    person.recogniser.go_on.set()
    await asyncio.sleep(0.05)
    assert not person.said


async def test_a_detector_that_fails_is_told_and_it_goes_on_to_listen(
    person: Person, speech: Samples
) -> None:
    detector = person.ear._detector
    person.ear._detector = Failing()
    person.ear.listen("push")
    await person.make_sound(speech[:RATE])
    await person.until(lambda: person.said)
    assert person.said[0] == Heard(id="heard-1", final=True, error="away")
    person.ear._detector = detector
    before = len(person.said)
    await person.make_sound(speech)
    person.ear.listen("off")
    await person.until(lambda: len(person.said) > before and not person.ear._ending)
    assert person.said[-1].text == "How many people?"


async def test_after_closing_nothing_begins(person: Person, speech: Samples) -> None:
    person.ear.close()
    person.ear.listen("push")
    await person.make_sound(speech)
    person.ear.listen("off")
    await asyncio.sleep(0.1)
    assert person.heard == []
    assert person.ear._judging is None


async def test_what_a_broken_connection_cut_off_is_not_heard(
    person: Person, speech: Samples
) -> None:
    person.ear.listen("push")
    await person.make_sound(speech)
    await person.until(lambda: person.heard)
    person.ear.drop()
    await person.make_sound(speech)
    await asyncio.sleep(0.2)
    assert not person.said
    person.ear.listen("push")
    await person.make_sound(speech)
    person.ear.listen("off")
    await person.until(lambda: person.said)
    ((samples, _),) = person.recogniser.got
    assert len(samples) < len(speech) + RATE, "only what was said after it"


async def test_what_is_judged_while_the_connection_breaks_is_dropped_too(
    person: Person, speech: Samples
) -> None:
    held = Held()
    person.ear._detector = held
    person.ear.listen("push")
    await person.make_sound(speech[: RATE // 2])
    await person.until(held.judging.is_set)
    person.ear.drop()
    held.go_on.set()
    person.ear.listen("push")
    await asyncio.sleep(0.1)
    assert person.heard == []


class Held:
    """Says that all is speech, when it may."""

    def __init__(self) -> None:
        self.judging = threading.Event()
        self.go_on = threading.Event()

    def probability(self, _window: Samples) -> float:
        self.judging.set()
        self.go_on.wait(5)
        return 1.0

    def forget(self) -> None:
        pass


class Failing:
    def probability(self, _window: Samples) -> float:
        raise RuntimeError("worn out")

    def forget(self) -> None:
        pass
