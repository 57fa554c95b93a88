"""Whether somebody speaks, told from loudness alone: for where there is no network to tell.

The level of the noise is followed slowly upwards and at once downwards, so that a fan soon counts
as silence; what is well above it counts as speech. A closing door does too.
"""

from __future__ import annotations

import numpy as np

from vision.speech import Samples

QUIETEST = 30.0
"""RMS of 16-bit samples; below this nobody speaks, however quiet the room is."""

RISE = 1.004
"""Times that the noise may rise in one window of 32 ms: to double it takes 5.5 s."""

SURE = 4.0
"""Times the noise, 12 dB, at which it is surely speech; halfway there it is as likely as not."""


class Loudness:
    """A ``vision.speech.VoiceDetector``."""

    def __init__(self) -> None:
        self._noise = QUIETEST

    def probability(self, window: Samples) -> float:
        """How probable it is that somebody speaks: 0 to 1."""
        level = float(np.sqrt(np.mean(np.square(window, dtype=np.float64))))
        self._noise = max(QUIETEST, min(level, self._noise * RISE))
        return min(1.0, max(0.0, (level / self._noise - 1) / (SURE - 1)))

    def forget(self) -> None:
        """The room stays as noisy as it was."""
