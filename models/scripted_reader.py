"""A text reader that plays back what it was given: for tests, and for replaying what was read.

It keeps the contract of ``vision.ports.TextReader`` and holds its callers to it: two calls at once
raise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vision.picture import Picture
from vision.types import TextBlock


@dataclass(frozen=True, slots=True)
class Reading:
    """What one call of ``read`` does: first it waits, then it raises or returns."""

    blocks: tuple[TextBlock, ...] = ()
    "What it returns."
    seconds: float = 0
    "How long it takes."
    fault: Exception | None = None
    "What it raises instead of returning."


class ScriptedReader:
    """Plays its readings, one a call; after the last one it goes on from the first."""

    def __init__(
        self,
        readings: Sequence[Reading],
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """A test passes its own ``sleep``, such as ``Event.wait``, to decide when a call ends.

        Raises:
            ValueError: there is no reading.
        """
        if not readings:
            raise ValueError("a script needs at least one reading")
        self.name = "scripted"
        self.calls = 0
        "How many calls have begun."
        self._readings = tuple(readings)
        self._sleep = sleep
        self._busy = threading.Lock()

    def read(self, picture: Picture) -> tuple[TextBlock, ...]:  # noqa: ARG002 — the port's signature
        """What the script says for this call, whatever the picture.

        Raises:
            RuntimeError: another call has not returned yet.
            Exception: the fault that the reading names.
        """
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("a text reader is called from one thread at a time")
        try:
            return self._play(self._readings[self.calls % len(self._readings)])
        finally:
            self._busy.release()

    def close(self) -> None:
        """Holds nothing."""

    def _play(self, reading: Reading) -> tuple[TextBlock, ...]:
        self.calls += 1
        if reading.seconds:
            self._sleep(reading.seconds)
        if reading.fault is not None:
            raise reading.fault
        return reading.blocks
