"""What hearing and speaking ask of models: ``models`` implements these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from vision.types import Language

RATE = 16_000
"""Samples a second of all speech in the house, one channel."""

WINDOW = 512
"""Samples that are judged at a time: 32 ms."""

Samples: TypeAlias = npt.NDArray[np.int16]
"""Sound of one channel at ``RATE``, 16 bits: ``(n,)``."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words as sound."""

    audio: bytes
    "A whole file."
    media_type: str
    "``audio/mpeg``, ``audio/wav`` …"


class VoiceDetector(Protocol):
    """Tells whether somebody speaks. Called from one thread at a time, never on the loop."""

    def probability(self, window: Samples) -> float:
        """Of speech in the next ``WINDOW`` samples: 0 to 1."""
        ...

    def forget(self) -> None:
        """What comes next has nothing to do with what came before."""
        ...


class VoiceDetectorMaker(Protocol):
    """Makes detectors, one for each person."""

    def make(self) -> VoiceDetector:
        """One that has heard nothing yet."""
        ...


class Recogniser(Protocol):
    """Turns speech into text."""

    @property
    def name(self) -> str:
        """For people and for ``/v1/config``."""
        ...

    @property
    def slots(self) -> int:
        """Utterances that it takes at a time."""
        ...

    async def prepare(self) -> None:
        """Gets ready, so that the first person need not wait for it.

        Raises:
            NoAnswer: it does not get ready now.
        """
        ...

    async def transcribe(self, speech: Samples, language: Language) -> str:
        """What is said; empty where nothing was understood.

        Raises:
            NoAnswer: it cannot be had, or failed.
        """
        ...

    async def aclose(self) -> None:
        """Frees what it holds."""
        ...


class Voice(Protocol):
    """Turns text into speech."""

    @property
    def name(self) -> str:
        """For people and for ``/v1/config``."""
        ...

    @property
    def slots(self) -> int:
        """Texts that it takes at a time."""
        ...

    async def say(self, text: str, language: Language) -> Spoken:
        """The text, spoken.

        Raises:
            NoAnswer: it cannot be had, or failed.
        """
        ...

    async def aclose(self) -> None:
        """Frees what it holds."""
        ...
