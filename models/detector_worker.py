"""The process in which a detector runs: pictures in by shared memory, detections out by a socket.

Started by ``models.detector_process`` as ``models.worker_side`` says, with NAME DEVICE THREADS.
"""

from __future__ import annotations

import gc
import logging
import socket
import sys
from contextlib import suppress

import cv2
import msgspec
import numpy as np

from models import registry
from models.detector_link import LEAVE_TO_DETECTOR, Failed, Found, Job, Loaded
from models.devices import DEVICES
from models.framing import receive, send
from models.picture_slot import PictureSlot
from models.registry import RunningDetector
from models.worker_side import give_way, joined
from vision.picture import Picture
from vision.ports import LadderDetector

log = logging.getLogger(__name__)


def main() -> None:
    """Serves until the other side has had enough."""
    owner = joined(sys.argv[1:])
    cv2.setNumThreads(1)
    with owner.socket as other, suppress(EOFError, OSError):
        try:
            detector = load(*owner.words)
        except Exception as error:
            log.debug("loading failed", exc_info=True)
            send(other, Failed.by(error))
            return
        send(other, described(detector))
        serve(other, owner.slot, detector)


def load(name: str, device: str, threads: str) -> RunningDetector:
    """The detector, after a first run at each input size; from then on all threads give way.

    The first loading itself does not: until it is done, nothing is detected for anyone.
    """
    chosen = next(each for each in DEVICES if each == device)
    count = None if threads == LEAVE_TO_DETECTOR else int(threads)
    detector = registry.create(name, device=chosen, threads=count)
    picture = Picture.from_bgr(np.zeros((64, 64, 3), np.uint8))
    for rung in reversed(range(max(1, len(_rungs(detector))))):
        set_rung(detector, rung)
        detector.detect(picture)
    gc.collect()
    gc.freeze()
    give_way()
    return detector


def described(detector: RunningDetector) -> Loaded:
    """What the owner needs to know of it."""
    on = detector.runtime
    rungs = _rungs(detector)
    return Loaded(detector.name, tuple(detector.labels), on.device, on.threads, on.reason, rungs)


def serve(owner: socket.socket, slot: PictureSlot, detector: RunningDetector) -> None:
    """Answers jobs.

    Raises:
        EOFError, OSError: the owner is gone.
    """
    told = ""
    while True:
        job = msgspec.msgpack.decode(receive(owner), type=Job)
        try:
            set_rung(detector, job.rung)
            reply: Found | Failed = Found.of(detector.detect(slot.read(job.width, job.rows)))
        except Exception as error:
            reply = Failed.by(error)
            if reply.text != told:  # once, not for every frame
                log.exception("the detector %s failed on a frame", detector.name)
            told = reply.text
        send(owner, reply)


def set_rung(detector: RunningDetector, rung: int) -> None:
    """Chooses the input size, where there is a choice."""
    if isinstance(detector, LadderDetector):
        detector.rung = rung


def _rungs(detector: RunningDetector) -> tuple[str, ...]:
    return tuple(detector.rungs) if isinstance(detector, LadderDetector) else ()


if __name__ == "__main__":
    main()
