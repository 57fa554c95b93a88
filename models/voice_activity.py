"""Whether somebody speaks: Silero VAD, a small recurrent network, one run for each 32 ms of sound.

Silero Team, "Silero VAD", https://github.com/snakers4/silero-vad, MIT. Where its file cannot be
used, loudness against the room's own noise has to do (``models.voice_loudness``).
"""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from models import weights
from models.session import session_options
from models.voice_loudness import Loudness
from vision.errors import ModelError
from vision.speech import RATE, WINDOW, Samples, VoiceDetector

log = logging.getLogger(__name__)

NAME = "silero-vad-16k"

CONTEXT = 64
"""Samples of the window before that the network looks at again."""

STATE = (2, 1, 128)
FULL_SCALE = 32768.0


class VoiceActivity:
    """A ``vision.speech.VoiceDetector``: the network, and what it remembers of one person.

    A run takes a fraction of a millisecond; one thread at a time.
    """

    def __init__(self, session: ort.InferenceSession) -> None:
        """``session`` may be shared: it holds nothing of anybody."""
        self._session = session
        self._rate = np.array(RATE, np.int64)
        self._input = np.zeros((1, CONTEXT + WINDOW), np.float32)
        self._state: npt.NDArray[np.float32] = np.zeros(STATE, np.float32)

    def probability(self, window: Samples) -> float:
        """How probable it is that somebody speaks in these ``WINDOW`` samples: 0 to 1.

        Windows are to come one after the other.
        """
        self._input[0, :CONTEXT] = self._input[0, -CONTEXT:].copy()
        self._input[0, CONTEXT:] = window / FULL_SCALE
        given = {"input": self._input, "state": self._state, "sr": self._rate}
        found, self._state = self._session.run(["output", "stateN"], given)
        return float(found[0, 0])

    def forget(self) -> None:
        """What comes next has nothing to do with what came before."""
        self._input[:] = 0
        self._state = np.zeros(STATE, np.float32)


class VoiceDetectors:
    """Makes one detector for each person, of one network. Loading blocks; making does not."""

    def __init__(self) -> None:
        self._session: ort.InferenceSession | None = None
        try:
            network = weights.load(weights.manifest(NAME))
            options = session_options(1)
            self._session = ort.InferenceSession(
                network, options, providers=["CPUExecutionProvider"]
            )
        except ModelError as error:
            log.warning("speech is told from noise by loudness alone: %s", error)

    def make(self) -> VoiceDetector:
        """A detector that has heard nothing yet."""
        return Loudness() if self._session is None else VoiceActivity(self._session)
