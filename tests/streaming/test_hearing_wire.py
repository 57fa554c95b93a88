"""Voice over a real connection: an aiortc client speaks, the server says what it heard."""

from __future__ import annotations

import asyncio
import json
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack

from models.voice_activity import VoiceDetectors
from streaming.hearing_open import SpeechLoaders
from vision.errors import ModelError, NoAnswer
from vision.speech import RATE, Samples, Spoken
from vision.types import Language

SPEECH = Path(__file__).parent.parent / "data" / "speech" / "how-many-people.wav"
STEP = RATE // 50


class Microphone(MediaStreamTrack):
    """The speech, with a second of silence before and all that is needed after."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        with wave.open(str(SPEECH)) as file:
            speech = np.frombuffer(file.readframes(1 << 24), np.int16)
        self._samples = np.concatenate([np.zeros(RATE, np.int16), speech])
        self._sent = 0

    async def recv(self) -> av.AudioFrame:
        await asyncio.sleep(0.02)
        part = self._samples[self._sent : self._sent + STEP]
        part = np.pad(part, (0, STEP - len(part)))
        frame = av.AudioFrame.from_ndarray(part.reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts = RATE, self._sent
        frame.time_base = Fraction(1, RATE)
        self._sent += STEP
        return frame


class Ear:
    name = "scripted"
    slots = 1

    def __init__(self) -> None:
        self.got: list[Samples] = []

    async def prepare(self) -> None:
        pass

    async def transcribe(self, speech: Samples, language: Language) -> str:
        self.got.append(speech)
        return f"{language}: how many?"

    async def aclose(self) -> None:
        pass


class Mouth:
    name = "scripted-voice"
    slots = 1

    async def say(self, text: str, language: Language) -> Spoken:
        if text == "fail":
            raise NoAnswer("secret", "the voice failed")
        return Spoken(f"{language}: {text}".encode(), "audio/wav")

    async def aclose(self) -> None:
        pass


@asynccontextmanager
async def hearing(serving, ear: Ear | None) -> AsyncIterator:
    def make() -> Ear:
        if ear is None:
            raise ModelError("it is not here")
        return ear

    loaders = SpeechLoaders(VoiceDetectors, make, Mouth)
    async with serving(speech=loaders) as running:
        yield running


async def test_what_a_client_says_is_told_to_it(serving, connected) -> None:
    ear = Ear()
    async with hearing(serving, ear) as running:
        config = (await running.http.get("/v1/config")).json()
        assert config["features"]["hears"] == "scripted"
        async with connected(running, tracks=[Microphone()]) as client:
            assert "m=audio" in client.answer
            await client.until(lambda: client.said("hello"))
            await asyncio.sleep(0.5)
            assert not client.said("heard")
            client.channels["events"].send(
                json.dumps({"type": "listen", "mode": "free", "language": "zh"})
            )
            await client.until(lambda: any(each.get("final") for each in client.said("heard")), 60)
            begun, said = client.said("heard")
            assert begun == {"type": "heard", "id": "heard-1"}
            assert (said["id"], said["text"]) == ("heard-1", "zh: how many?")
            assert said["ms"] >= 0
    (samples,) = ear.got
    assert np.abs(samples.astype(int)).max() > 3000


async def test_a_server_that_hears_nothing_turns_sound_down_and_says_so(serving, connected) -> None:
    async with (
        hearing(serving, None) as running,
        connected(running, tracks=[Microphone()]) as client,
    ):
        config = (await running.http.get("/v1/config")).json()
        assert config["features"]["hears"] == ""
        section = client.answer.split("m=audio")[1].split("m=")[0]
        assert "a=inactive" in section
        await client.until(lambda: client.said("hello"))
        client.channels["events"].send(json.dumps({"type": "listen", "mode": "free"}))
        await client.until(lambda: client.said("problem"))
        assert client.said("problem")[0]["code"] == "no-hearing"


async def test_a_session_has_its_words_spoken(serving, connected) -> None:
    async with hearing(serving, Ear()) as running, connected(running) as client:
        config = (await running.http.get("/v1/config")).json()
        assert config["features"]["speaks"] == "scripted-voice"
        path = f"{client.location}/speech"
        spoken = await running.http.post(path, json={"text": "Hi.", "language": "en"})
        assert (spoken.status_code, spoken.content) == (200, b"en: Hi.")
        assert (spoken.headers["content-type"], spoken.headers["cache-control"]) == (
            "audio/wav",
            "no-store",
        )
        failed = await running.http.post(path, json={"text": "fail", "language": "en"})
        assert (failed.status_code, failed.json()["detail"]) == (502, "the voice failed")
        for wrong in ({"text": "", "language": "en"}, {"text": "a" * 601, "language": "en"}, {}):
            assert (await running.http.post(path, json=wrong)).status_code == 400
        huge = await running.http.post(path, json={"text": "a" * 9000, "language": "en"})
        assert huge.status_code == 413
        gone = await running.http.post("/v1/sessions/none/speech", json={})
        assert gone.status_code == 404


async def test_without_a_voice_there_is_no_speech(serving, connected) -> None:
    async with serving() as running, connected(running) as client:
        answer = await running.http.post(
            f"{client.location}/speech", json={"text": "Hi.", "language": "en"}
        )
        assert answer.status_code == 404
        assert "--voice-url" in answer.json()["detail"]


@pytest.mark.parametrize("mode", ["loud", None])
async def test_a_listening_that_does_not_fit_is_refused(serving, connected, mode) -> None:
    async with hearing(serving, Ear()) as running, connected(running) as client:
        await client.until(lambda: client.said("hello"))
        client.channels["events"].send(json.dumps({"type": "listen", "mode": mode}))
        await client.until(lambda: client.said("problem"))
        assert client.said("problem")[0]["code"] == "bad-message"
