"""What an operator can set of hearing and speaking. By default there is neither."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SpeechServer:
    """An OpenAI-compatible server for speech, one way."""

    url: str = ""
    "Its address; empty for none."
    model: str = ""
    "The model to ask for there; empty for the usual one."
    key_env: str = ""
    "Environment variable that holds the key for it."
    key_file: Path | None = None
    "File that holds the key for it."
    slots: int = 2
    "Requests that it takes at a time."
    timeout: float = 15.0
    "Seconds that it may take for one."


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """The settings of hearing and speaking."""

    recogniser: str = ""
    "One to run on this machine."
    hearing: SpeechServer = field(default_factory=SpeechServer)
    "A server to ask for text instead."
    speaking: SpeechServer = field(default_factory=SpeechServer)
    "A server to ask for speech."
    voice: str = ""
    "The voice to ask for there; empty for the usual one."
