"""A detector that plays back what it was given: for tests, and for replaying recorded detections.

It keeps the contract of ``vision.ports.Detector`` and holds its callers to it: two calls at once
raise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models import coco
from models.devices import Runtime
from vision.picture import Picture
from vision.types import Detections


@dataclass(frozen=True, slots=True)
class Step:
    """What one call of ``detect`` does: first it waits, then it raises or returns."""

    detections: Detections = field(default_factory=Detections.empty)
    "What it returns."
    seconds: float = 0
    "How long it takes."
    fault: Exception | None = None
    "What it raises instead of returning."


class ScriptedDetector:
    """Plays its steps, one a call; after the last one it goes on from the first."""

    def __init__(
        self,
        steps: Sequence[Step],
        labels: tuple[str, ...] = coco.LABELS,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """A test passes its own ``sleep``, such as ``Event.wait``, to decide when a call ends.

        Raises:
            ValueError: there is no step.
        """
        if not steps:
            raise ValueError("a script needs at least one step")
        self.name = "scripted"
        self.labels = labels
        self.runtime = Runtime("cpu", 1, "plays a script")
        self.calls = 0
        "How many calls have begun."
        self._steps = tuple(steps)
        self._sleep = sleep
        self._busy = threading.Lock()

    def detect(self, picture: Picture) -> Detections:  # noqa: ARG002 — the port's signature
        """What the script says for this call, whatever the picture.

        Raises:
            RuntimeError: another call has not returned yet.
            Exception: the fault that the step names.
        """
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("a detector is called from one thread at a time")
        try:
            return self._play(self._steps[self.calls % len(self._steps)])
        finally:
            self._busy.release()

    def _play(self, step: Step) -> Detections:
        self.calls += 1
        if step.seconds:
            self._sleep(step.seconds)
        if step.fault is not None:
            raise step.fault
        return step.detections
