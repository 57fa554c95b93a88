"""Keeping a detector on what each job names, in words."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vision.errors import ConfigError
from vision.ports import AskedDetector
from vision.types import Detections

log = logging.getLogger(__name__)


class Asking:
    """Turns a detector to other phrases where they change, and numbers what it finds by them.

    A phrase that the detector cannot read is left out: nobody else's is lost by it.
    """

    def __init__(self, detector: AskedDetector) -> None:
        """``detector`` is turned by nobody else."""
        self._detector = detector
        self._phrases: tuple[str, ...] | None = None
        self._numbers = np.zeros(0, np.int32)

    def turn_to(self, phrases: Sequence[str]) -> None:
        """Looks for these from here on."""
        if tuple(phrases) == self._phrases:
            return
        self._phrases = None  # until it is turned to all of them
        numbers = [number for number, phrase in enumerate(phrases) if self._turned_to(phrase)]
        self._detector.want([phrases[number] for number in numbers])
        self._phrases, self._numbers = tuple(phrases), np.array(numbers, np.int32)

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
