"""Where an utterance begins and ends, in a stream of sound that is judged window by window.

Without clock or I/O: time is an argument. Begun is an utterance when some windows in a row are
speech, so that a click is none; ended, where silence ends it, when nobody has spoken for a while;
and in any case at ``MOST_SECONDS``.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from vision.speech import RATE, WINDOW, Samples

LIKELY = 0.5
"""Probability from which a window is speech."""

UNLIKELY = 0.35
"""Probability below which speech has stopped; in between it is as it was."""

BEGIN_WINDOWS = 3
"""Windows of speech in a row that begin an utterance: 96 ms."""

SILENCE_WINDOWS = 22
"""Windows of silence that end one: 0.7 s, longer than people stop for breath or thought."""

BEFORE_WINDOWS = 10
"""Windows kept from before it began, 0.3 s: soft consonants come before what is surely speech."""

AFTER_WINDOWS = 6
"""Windows kept after the last speech, 0.2 s."""

MOST_SECONDS = 20.0
"""Of one utterance."""

_MOST_WINDOWS = int(MOST_SECONDS * RATE / WINDOW)


@dataclass(frozen=True, slots=True)
class Utterance:
    """What somebody said, as sound."""

    samples: Samples
    ended: float
    "Monotonic seconds at which the last speech in it had come."


class Utterances:
    """Cuts one stream. ``take`` each window; ``finish`` where the person or the stream ends it."""

    def __init__(self, *, by_silence: bool) -> None:
        """``by_silence``: whether silence ends an utterance, or only the person does."""
        self.by_silence = by_silence
        self._before: deque[Samples] = deque(maxlen=BEFORE_WINDOWS)
        self._windows: list[Samples] = []
        self._in_row = 0
        self._voiced = 0
        self._talking = False
        self._last = 0.0

    @property
    def speaking(self) -> bool:
        """Whether an utterance has begun and not ended."""
        return bool(self._windows)

    def take(self, window: Samples, probability: float, now: float) -> Utterance | None:
        """Notes ``WINDOW`` samples that came by ``now``; gives the utterance that they end."""
        if probability >= LIKELY:
            self._talking = True
        elif probability < UNLIKELY:
            self._talking = False
        self._in_row = self._in_row + 1 if self._talking else 0
        if not self._windows:
            self._wait(window, now)
            return None
        return self._go_on(window, now)

    def finish(self) -> Utterance | None:
        """Ends the utterance that there is, if there is one."""
        if not self._windows:
            self._forget()
            return None
        kept = self._windows[: self._voiced + AFTER_WINDOWS]
        utterance = Utterance(np.concatenate(kept), self._last)
        self._forget()
        return utterance

    def _wait(self, window: Samples, now: float) -> None:
        self._before.append(window)
        if self._in_row >= BEGIN_WINDOWS:
            self._windows = list(self._before)
            self._before.clear()
            self._note_speech(now)

    def _go_on(self, window: Samples, now: float) -> Utterance | None:
        self._windows.append(window)
        if self._talking:
            self._note_speech(now)
        silent = len(self._windows) - self._voiced
        full = len(self._windows) >= _MOST_WINDOWS
        if full or (self.by_silence and silent >= SILENCE_WINDOWS):
            return self.finish()
        return None

    def _note_speech(self, now: float) -> None:
        self._voiced, self._last = len(self._windows), now

    def _forget(self) -> None:
        self._before.clear()
        self._windows = []
        self._in_row = self._voiced = 0
        self._talking = False
