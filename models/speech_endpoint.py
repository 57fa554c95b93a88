"""Speech by an OpenAI-compatible server: ``/audio/transcriptions`` and ``/audio/speech``.

OpenAI itself, Speaches, LocalAI, vLLM, llama.cpp and many more speak it. What a person says goes
there and nowhere else, and only if the operator has named the server.
"""

from __future__ import annotations

import io
import wave

import msgspec

from models.endpoint_config import EndpointConfig
from models.speech_http import SpeechHTTP
from vision.speech import RATE, Samples, Spoken
from vision.types import Language

RECOGNISER = "whisper-1"
SPEAKER = "tts-1"
VOICE = "alloy"
"""What is asked for where the operator does not say: the names that compatible servers know."""

SOUNDS = ("audio/", "application/octet-stream")
"""How the media types of sound begin."""


class _Transcript(msgspec.Struct):
    text: str


class SpeechEndpoint:
    """A ``vision.speech.Recogniser``."""

    def __init__(self, config: EndpointConfig) -> None:
        """Contacts nobody yet.

        Raises:
            ConfigError: the file of certificates cannot be used.
        """
        self.name = config.model or RECOGNISER
        self.slots = config.slots
        self._http = SpeechHTTP(config, "the speech recogniser")

    async def prepare(self) -> None:
        """Nothing: nobody is contacted before somebody speaks."""

    async def transcribe(self, speech: Samples, language: Language) -> str:
        """What is said; empty where nothing was understood.

        Raises:
            NoAnswer: it cannot be had, or failed.
        """
        wanted = {"model": self.name, "language": language, "response_format": "json"}
        sound = {"file": ("speech.wav", wav(speech), "audio/wav")}
        answer = await self._http.post("/audio/transcriptions", data=wanted, files=sound)
        try:
            return msgspec.json.decode(answer.body, type=_Transcript).text
        except msgspec.MsgspecError:
            raise self._http.misfit("gave an answer of another kind") from None

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._http.aclose()


class VoiceEndpoint:
    """A ``vision.speech.Voice``."""

    def __init__(self, config: EndpointConfig, voice: str = "") -> None:
        """``voice`` as the server calls it. Contacts nobody yet.

        Raises:
            ConfigError: the file of certificates cannot be used.
        """
        self.name = config.model or SPEAKER
        self.slots = config.slots
        self._voice = voice or VOICE
        self._http = SpeechHTTP(config, "the voice")

    async def say(self, text: str, language: Language) -> Spoken:  # noqa: ARG002
        """The text, spoken; the interface has no language, these models tell it by the text.

        Raises:
            NoAnswer: it cannot be had, or failed.
        """
        wanted = {"model": self.name, "input": text, "voice": self._voice, "response_format": "mp3"}
        answer = await self._http.post("/audio/speech", json=wanted)
        if not answer.body or not answer.kind.startswith(SOUNDS):
            raise self._http.misfit("gave an answer of another kind")
        kind = answer.kind if answer.kind.startswith("audio/") else "audio/mpeg"
        return Spoken(answer.body, kind)

    async def aclose(self) -> None:
        """Closes every connection."""
        await self._http.aclose()


def wav(speech: Samples) -> bytes:
    """The samples as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(speech.dtype.itemsize)
        writer.setframerate(RATE)
        writer.writeframes(speech.tobytes())
    return file.getvalue()
