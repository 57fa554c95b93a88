"""A detector that plays back what it was given: for tests, and for replaying recorded detections.

It keeps the contract of ``vision.ports.Detector`` and holds its callers to it: two calls at once
raise.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from models import batching, coco
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


class ScriptedBatches:
    """Sees in each picture one thing, whose box is the picture's first four pixels.

    It notes how many pictures each call brought, and may be short of memory, slow or at fault.
    """

    name = "scripted"
    labels = coco.LABELS

    def __init__(
        self,
        sizes: tuple[int, ...] = (1,),
        *,
        memory: int = batching.SIZES[-1],
        fails_on: Callable[[Picture], bool] = lambda _: False,
        sleep: Callable[[int], object] = lambda _: None,
    ) -> None:
        """A script.

        Args:
            sizes: of its batches.
            memory: pictures for which it is enough.
            fails_on: pictures on which it raises, and with them the whole batch.
            sleep: waits as long as a call of so many pictures takes.
        """
        self.runtime = Runtime("cpu", 1, "plays a script")
        self.batch_sizes = sizes
        self.batches: list[int] = []
        "How many pictures each batch had."
        self.calls = 0
        "How many pictures came alone."
        self._memory, self._fails_on, self._sleep = memory, fails_on, sleep
        self._busy = threading.Lock()

    def take_up_to(self, pictures: int) -> None:
        """From here on a batch may have so many."""
        self.batch_sizes = batching.up_to(pictures)

    def detect(self, picture: Picture) -> Detections:
        """Its one thing.

        Raises:
            ValueError: the script says so.
        """
        self.calls += 1
        return self._look([picture])[0]

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Detections]:
        """The one thing of each.

        Raises:
            ValueError: the script says so for one of them.
            MemoryError: there are too many.
        """
        self.batches.append(len(pictures))
        return self._look(pictures)

    def _look(self, pictures: Sequence[Picture]) -> list[Detections]:
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("a detector is called from one thread at a time")
        try:
            self._sleep(len(pictures))
            if len(pictures) > self._memory:
                raise MemoryError("no memory")
            if any(map(self._fails_on, pictures)):
                raise ValueError("scripted")
            return [_first_pixels(each) for each in pictures]
        finally:
            self._busy.release()


def _first_pixels(picture: Picture) -> Detections:
    boxes = picture.i420.reshape(-1)[:4].astype(np.float32).reshape(1, 4)
    return Detections(boxes, np.full(1, 0.5, np.float32), np.zeros(1, np.int32))
