"""The process in which a detector runs: pictures in by shared memory, detections out by a socket.

Started by ``models.detector_process`` as ``models.worker_side`` says, with a
``models.choice.Choice`` as JSON.
"""

from __future__ import annotations

import gc
import logging
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import cv2
import msgspec
import numpy as np

from models import batching
from models.asking import Asking
from models.choice import Choice
from models.detector_link import Failed, Found, Job, Loaded, Seen
from models.detectors import Opened, open_detector
from models.framing import receive, send
from models.picture_slot import PictureSlot
from models.registry import RunningDetector
from models.worker_side import give_way, joined
from vision.picture import Picture
from vision.ports import AskedDetector, BatchDetector, LadderDetector
from vision.types import Detections

log = logging.getLogger(__name__)

ANYTHING = ("a thing",)
"""What a detector that is asked is first run with."""


def main() -> None:
    """Serves until the other side has had enough."""
    owner = joined(sys.argv[1:])
    cv2.setNumThreads(1)
    with owner.socket as other, suppress(EOFError, OSError):
        try:
            opened, first_run = load(msgspec.json.decode(owner.words[0], type=Choice))
        except Exception as error:
            log.debug("loading failed", exc_info=True)
            send(other, Failed.by(error))
            return
        send(other, described(opened, first_run))
        serve(other, owner.slot, opened.detector)


def load(choice: Choice) -> tuple[Opened, float]:
    """The detector, after a first run at each input size and of each batch.

    The seconds are those of a run of the most that it computes at a time.

    From then on all threads give way. The first loading itself does not: until it is done, nothing
    is detected for anyone.
    """
    opened = open_detector(choice)
    detector = opened.detector
    if isinstance(detector, AskedDetector) and not detector.labels:
        detector.want(ANYTHING)  # else the first run would compute nothing
    picture = Picture.from_bgr(np.zeros((64, 64, 3), np.uint8))
    for rung in reversed(range(1, len(_rungs(detector)))):
        set_rung(detector, rung)
        detector.detect(picture)
    set_rung(detector, 0)
    single = _seconds(detector, [picture])
    batching.widen(detector, choice.batch, detector.runtime.device, picture)
    most = _batch_sizes(detector)[-1]
    several = _seconds(detector, [picture] * most) if most > 1 else 0.0
    gc.collect()
    gc.freeze()
    give_way()
    return opened, max(single, several)


def described(opened: Opened, first_run: float) -> Loaded:
    """What the owner needs to know of it."""
    detector, on = opened.detector, opened.detector.runtime
    return Loaded(
        detector.name,
        tuple(detector.labels),
        on.device,
        on.threads,
        on.reason,
        _rungs(detector),
        _batch_sizes(detector),
        opened.why,
        isinstance(detector, AskedDetector),
        first_run,
    )


def serve(owner: socket.socket, slot: PictureSlot, detector: RunningDetector) -> None:
    """Answers jobs.

    Raises:
        EOFError, OSError: the owner is gone.
    """
    told = ""
    asking = Asking(detector) if isinstance(detector, AskedDetector) else None
    while True:
        job = msgspec.msgpack.decode(receive(owner), type=Job)
        try:
            set_rung(detector, job.rung)
            if asking is not None:
                asking.turn_to(job.phrases)
            seen = look(detector, [slot.read(place) for place in job.places])
            if asking is not None:
                seen = list(map(asking.numbered, seen))
            reply: Seen | Failed = Seen(tuple(Found.of(each) for each in seen))
        except Exception as error:
            reply = Failed.by(error)
            if reply.text != told:  # once, not for every frame
                log.exception("the detector %s failed on a frame", detector.name)
            told = reply.text
        send(owner, reply)


def look(detector: RunningDetector, pictures: Sequence[Picture]) -> list[Detections]:
    """What is in each picture; several go in one run where the detector can do that."""
    if len(pictures) > 1 and isinstance(detector, BatchDetector):
        return detector.detect_batch(pictures)
    return [detector.detect(picture) for picture in pictures]


def set_rung(detector: RunningDetector, rung: int) -> None:
    """Chooses the input size, where there is a choice."""
    if isinstance(detector, LadderDetector):
        detector.rung = rung


def _seconds(detector: RunningDetector, pictures: Sequence[Picture]) -> float:
    began = time.monotonic()
    look(detector, pictures)
    return time.monotonic() - began


def _batch_sizes(detector: RunningDetector) -> tuple[int, ...]:
    return tuple(detector.batch_sizes) if isinstance(detector, BatchDetector) else (1,)


def _rungs(detector: RunningDetector) -> tuple[str, ...]:
    return tuple(detector.rungs) if isinstance(detector, LadderDetector) else ()


if __name__ == "__main__":
    main()
