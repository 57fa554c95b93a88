"""The process in which poses are found: pictures in by shared memory, joints out by a socket.

Started by ``models.pose_process`` as ``models.worker_side`` says, with THREADS.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import msgspec
import numpy as np

from models import movenet
from models.framing import receive, send
from models.picture_slot import PictureSlot, Place
from models.worker_side import give_way, joined
from vision.ports import PoseEstimator
from vision.types import Box


class Look(msgspec.Struct):
    """A picture, and whom to look at in it."""

    place: Place
    "Where in the slot it lies."
    boxes: tuple[Box, ...]
    "Of the people."


class Found(msgspec.Struct):
    """What came of it, and once at the start, that the estimator is there."""

    joints: bytes = b""
    "(n, 17, 3) float32, in the machine's own order of bytes: the `vision.types.Joints` of all."
    name: str = ""
    "Of the estimator, at the start."
    failed: str = ""
    "Why there is nothing; empty when the estimator worked."


def main() -> None:
    """Serves until the other side has had enough."""
    owner = joined(sys.argv[1:])
    (threads,) = owner.words
    with owner.socket as other, suppress(EOFError, OSError):
        try:
            estimator = movenet.create(int(threads))
        except Exception as error:
            send(other, Found(failed=str(error)))
            return
        give_way()
        send(other, Found(name=estimator.name))
        while True:
            look = msgspec.msgpack.decode(receive(other), type=Look)
            send(other, _found(estimator, owner.slot, look))


def _found(estimator: PoseEstimator, slot: PictureSlot, look: Look) -> Found:
    try:
        poses = estimator.poses(slot.read(look.place), look.boxes)
        joints = np.stack([pose.joints for pose in poses]) if poses else np.zeros(0)
        return Found(joints.astype(np.float32).tobytes())
    except Exception as error:
        return Found(failed=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
