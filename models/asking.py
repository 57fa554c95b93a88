"""Keeping a detector on what each job names, in words."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vision.errors import ConfigError
from vision.ports import AskedDetector
from vision.types import Detections

log = logging.getLogger(__name__)

MOST_NEW = 2
"""Phrases that are read for the first time before a picture: each costs a run of a network, and
everybody waits for it. Those left over are looked for some pictures later."""

MOST_KNOWN = 128
"""Phrases that are known to be read, or not: those wanted last. Fewer than those whose meaning a
detector keeps, so that none of them costs a run again."""


class Asking:
    """Turns a detector to other phrases where they change, and numbers what it finds by them.

    A phrase that the detector cannot read is left out: nobody else's is lost by it.
    """

    def __init__(self, detector: AskedDetector, most_new: int = MOST_NEW) -> None:
        """``detector`` is turned by nobody else; ``most_new`` phrases are read at each turn."""
        self._detector = detector
        self._most_new = most_new
        self._phrases: tuple[str, ...] | None = None
        self._numbers = np.zeros(0, np.int32)
        self._readable: OrderedDict[str, bool] = OrderedDict.fromkeys(detector.labels, True)

    def turn_to(self, phrases: Sequence[str]) -> None:
        """Looks for these from here on, except for those that it has not come to read yet."""
        if tuple(phrases) == self._phrases:
            return
        self._phrases = None  # until it is turned to all of them
        new = [phrase for phrase in phrases if phrase not in self._readable]
        for phrase in new[: self._most_new]:
            self._readable[phrase] = self._turned_to(phrase)
        numbers = [n for n, phrase in enumerate(phrases) if self._readable.get(phrase)]
        self._detector.want([phrases[number] for number in numbers])
        self._numbers = np.array(numbers, np.int32)
        self._remember(phrases)
        if len(new) <= self._most_new:
            self._phrases = tuple(phrases)

    def _remember(self, phrases: Sequence[str]) -> None:
        for phrase in phrases:
            if phrase in self._readable:
                self._readable.move_to_end(phrase)
        while len(self._readable) > MOST_KNOWN:
            self._readable.popitem(last=False)

    def numbered(self, found: Detections) -> Detections:
        """Detections whose classes are places in the phrases."""
        return replace(found, classes=self._numbers[found.classes])

    def _turned_to(self, phrase: str) -> bool:
        """Whether the detector can read it; then it looks for nothing else."""
        try:
            self._detector.want([phrase])
        except ConfigError as error:
            log.warning("%s", error)
            return False
        return True
