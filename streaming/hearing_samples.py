"""From decoded sound of any rate to windows of the house's own."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import av
import numpy as np

from vision.speech import RATE, WINDOW, Samples

MOST_WAITING = 2 * RATE
"""Samples that may wait to be judged; beyond, the oldest are dropped and counted."""


class Sound:
    """Frames in, windows out. On the loop's thread."""

    def __init__(self) -> None:
        self.dropped = 0
        "Samples that nobody judged in time."
        self._resampler = _resampler()
        self._pieces: deque[Samples] = deque()
        self._waiting = 0

    @property
    def has_window(self) -> bool:
        """Whether a window is whole."""
        return self._waiting >= WINDOW

    def take(self, frame: av.AudioFrame) -> None:
        """Adds a frame; what it takes to make it 16 kHz is some microseconds.

        Raises:
            av.FFmpegError, ValueError: it is of a kind that cannot be.
        """
        frame.pts = None  # gaps are not filled: the sender sends nothing while nobody listens
        for resampled in self._resampler.resample(frame):
            self._add(resampled.to_ndarray()[0])

    def windows(self) -> Iterator[Samples]:
        """All windows that are whole, oldest first."""
        if not self.has_window:
            return
        whole = np.concatenate(list(self._pieces))
        count = len(whole) // WINDOW
        self._keep(whole[count * WINDOW :])
        yield from whole[: count * WINDOW].reshape(count, WINDOW)

    def forget(self) -> None:
        """Drops what waits."""
        self._resampler = _resampler()
        self._keep(np.zeros(0, np.int16))

    def _keep(self, rest: Samples) -> None:
        self._pieces.clear()
        self._pieces.append(rest)
        self._waiting = len(rest)

    def _add(self, samples: Samples) -> None:
        self._pieces.append(samples)
        self._waiting += len(samples)
        while self._waiting > MOST_WAITING:
            oldest = self._pieces.popleft()
            self._waiting -= len(oldest)
            self.dropped += len(oldest)


def _resampler() -> av.AudioResampler:
    return av.AudioResampler(format="s16", layout="mono", rate=RATE)
