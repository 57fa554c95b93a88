"""What the server and its detector's process say to one another.

A picture is no message: it lies in a ``models.picture_slot.PictureSlot``, and a `Job` tells where.
The worker says `Loaded` once, or `Failed`; then it answers each job with `Seen` or `Failed`.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
import numpy as np

from models.devices import Device, Runtime
from models.picture_slot import Place
from vision import errors
from vision.errors import ModelError, OpenEyesError
from vision.types import Detections


class Job(msgspec.Struct):
    """Pictures to look at, one or more, all at once."""

    places: tuple[Place, ...]
    "Of each in the slot."
    rung: int
    "Which of the detector's input sizes to use, where it has several."
    phrases: tuple[str, ...] = ()
    "What to look for, where the detector is one that is asked; classes are places in it."


class Loaded(msgspec.Struct, tag=True):
    """The detector is there, and has run once at each of its input sizes."""

    name: str
    labels: tuple[str, ...]
    device: Device
    threads: int
    reason: str
    "Why this device."
    rungs: tuple[str, ...] = ()
    "Names of its input sizes, best first; none where it has but one."
    batch_sizes: tuple[int, ...] = (1,)
    "How many pictures one run of it is for, ascending."
    why: str = ""
    "Why it is this detector, where that was left to us."
    asked: bool = False
    "Whether jobs tell what to look for."
    first_run: float = 0.0
    "Seconds that it took, once it was loaded: of its largest input size, and of its largest batch."

    @property
    def runtime(self) -> Runtime:
        """What it runs on."""
        return Runtime(self.device, self.threads, self.reason)


class Found(msgspec.Struct):
    """What is in one picture: arrays as bytes, in this machine's order."""

    boxes: bytes
    scores: bytes
    classes: bytes

    @classmethod
    def of(cls, detections: Detections) -> Found:
        """As a message."""
        return cls(
            np.ascontiguousarray(detections.boxes, np.float32).tobytes(),
            np.ascontiguousarray(detections.scores, np.float32).tobytes(),
            np.ascontiguousarray(detections.classes, np.int32).tobytes(),
        )

    def detections(self) -> Detections:
        """As arrays of their own.

        Raises:
            ValueError: the lengths do not belong together.
        """
        boxes = np.frombuffer(self.boxes, np.float32).reshape(-1, 4).copy()
        scores = np.frombuffer(self.scores, np.float32).copy()
        classes = np.frombuffer(self.classes, np.int32).copy()
        if not len(boxes) == len(scores) == len(classes):
            raise ValueError("as many boxes, scores and classes are expected")
        return Detections(boxes, scores, classes)


class Seen(msgspec.Struct, tag=True):
    """What is in the pictures of a job, in their order."""

    found: tuple[Found, ...]


class Failed(msgspec.Struct, tag=True):
    """An error, as far as it can be told to another process."""

    kind: str
    "Which of ``vision.errors`` it is; empty for any other."
    text: str

    @classmethod
    def by(cls, error: Exception) -> Failed:
        """As a message; an error that is not ours is told with its type."""
        if isinstance(error, OpenEyesError) and type(error).__name__ in errors.__all__:
            return cls(type(error).__name__, str(error))
        return cls("", f"{type(error).__name__}: {error}")

    def error(self) -> OpenEyesError:
        """To be raised again: the same kind, or a ``ModelError`` where it was none of ours."""
        kind = getattr(errors, self.kind) if self.kind in errors.__all__ else ModelError
        again: OpenEyesError = kind(self.text)
        return again


Reply: TypeAlias = Loaded | Seen | Failed
