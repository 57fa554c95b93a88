"""The pose estimator in a process of its own, which gives way to everything else.

It computes for tens of milliseconds at a time, several times a second. In this process it would
take the interpreter's lock and the processor from the picture's way through.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np

from models.movenet import NAME
from models.picture_slot import PictureSlot, Place
from models.pose_worker import Found, Look
from models.process_limits import ProcessLimits
from models.worker_child import Lost, WorkerChild
from models.worker_host import WorkerHost
from vision.body import JOINTS
from vision.errors import ModelError
from vision.picture import Picture
from vision.types import Box, Pose

LIMITS = ProcessLimits(start=60.0)
"""The network is small and there is nothing to compile."""

_REPLIES: msgspec.msgpack.Decoder[Found] = msgspec.msgpack.Decoder(Found)


class PoseProcess:
    """Implements ``vision.ports.PoseEstimator``. ``close`` it at the end, from any thread."""

    def __init__(self, *, threads: int = 1, limits: ProcessLimits = LIMITS) -> None:
        """Starts the process and waits until the estimator is loaded.

        Raises:
            ModelError: it cannot be loaded.
        """
        self.name = NAME
        self._words = (str(threads),)
        self._host: WorkerHost[Found] = WorkerHost(
            "the pose estimator", self._launch, self._greet, limits
        )
        try:
            self._host.start()
        except BaseException:
            self._host.close()
            raise

    def poses(self, picture: Picture, boxes: Sequence[Box]) -> tuple[Pose, ...]:
        """The pose of the person in each box, in the order of the boxes.

        Raises:
            ModelError: the estimator failed; or its process ended, or hung and was ended: the next
                call starts another, or a later one that comes after a pause, and waits for it.
        """
        if not boxes:
            return ()
        self._host.start()

        def job(places: tuple[Place, ...]) -> Look:
            (place,) = places
            return Look(place, tuple(boxes))

        return self._host.ask([picture], job, lambda reply: _poses(reply, len(boxes)))

    def close(self) -> None:
        """Ends the process; once or more."""
        self._host.close()

    def _launch(self, slot: PictureSlot, *, gently: bool) -> WorkerChild[Found]:
        return WorkerChild("models.pose_worker", self._words, slot, _REPLIES, gently=gently)

    def _greet(self, reply: Found) -> None:
        if reply.failed:
            raise ModelError(reply.failed)
        self.name = reply.name


def _poses(reply: Found, count: int) -> tuple[Pose, ...]:
    if reply.failed:
        raise ModelError(reply.failed)
    shape = (count, len(JOINTS), 3)
    if len(reply.joints) != math.prod(shape) * np.dtype(np.float32).itemsize:
        raise Lost(f"it sent {len(reply.joints)} bytes for {count} people")
    return tuple(map(Pose, np.frombuffer(reply.joints, np.float32).reshape(shape)))
