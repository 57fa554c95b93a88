"""A detector in a process of its own, so that its Python never holds up a frame's.

A detection is not only native code: some milliseconds before and after it are Python. In a thread
of an idle class they keep the interpreter's lock while the scheduler lets others go first, and
event loop and media path wait for both. A process shares no lock, can be of the idle class without
harm, and can be killed when it hangs, which no thread can.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np

from models.choice import Choice
from models.detector_link import Failed, Job, Loaded, Reply, Seen
from models.devices import Runtime
from models.picture_slot import PictureSlot
from models.process_limits import ProcessLimits
from models.worker_child import Lost, WorkerChild
from models.worker_host import WorkerHost
from vision.picture import Picture
from vision.types import Detections
from vision.vocabulary import Vocabulary

log = logging.getLogger(__name__)

_REPLIES: msgspec.msgpack.Decoder[Reply] = msgspec.msgpack.Decoder(Reply)


class DetectorProcess:
    """A ladder and a batch detector of ``vision.ports``, as far as the one in the process is.

    ``start`` it first. One thread at a time calls ``start`` and ``detect``, which wait without the
    interpreter's lock. ``close`` it at the end, from any thread: that ends what they wait for.
    """

    def __init__(self, choice: Choice, limits: ProcessLimits | None = None) -> None:
        """Loads nothing yet, and does not block."""
        self._words = (msgspec.json.encode(choice).decode(),)
        self._host: WorkerHost[Reply] = WorkerHost(
            "the detector", self._launch, self._greet, limits or ProcessLimits()
        )
        self.name = Path(choice.name).name
        self.labels: Sequence[str] = ()
        self._vocabulary = Vocabulary(choice.find)
        self.rungs: tuple[str, ...] = ()
        self.batch_sizes: tuple[int, ...] = (1,)
        self.runtime: Runtime | None = None
        self.rung = 0

    def start(self) -> None:
        """Starts the process and waits until the detector is loaded and has run once.

        Raises:
            UnknownModel, WeightsMissing, WeightsCorrupt, DeviceUnavailable: as
                ``models.detectors.open_detector`` does.
            ModelError: it cannot be loaded for another reason.
        """
        self._host.start()

    def detect(self, picture: Picture) -> Detections:
        """Detections in the picture, best score first, at the input size ``rungs[rung]``.

        Raises:
            OpenEyesError: the detector raised one; any other error of its comes as ``ModelError``.
            ModelError: the process ended, or hung and was ended: another is started by a later
                call, after a pause, and until it has loaded the detector this is raised again.
        """
        return self._look([picture])[0]

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Detections]:
        """For each picture what ``detect`` gives for it, in as few jobs as the slot allows.

        Raises:
            OpenEyesError, ModelError: as ``detect`` does, where one of the pictures fails.
        """
        return [found for part in self._host.fitting(pictures) for found in self._look(part)]

    def _look(self, pictures: Sequence[Picture]) -> list[Detections]:
        wanted = self._vocabulary.wanted
        found = self._host.ask(
            pictures,
            lambda places: Job(places, self.rung, wanted),
            lambda reply: _understood(reply, len(pictures)),
        )
        return [self._labelled(each, wanted) for each in found] if self._asked else found

    def _labelled(self, found: Detections, wanted: Sequence[str]) -> Detections:
        """With places in the vocabulary, which outlast what was wanted."""
        places = np.array([self._vocabulary.index(each) for each in wanted], np.int32)
        return replace(found, classes=places[found.classes])

    @property
    def _asked(self) -> bool:
        return self.labels is self._vocabulary

    def close(self) -> None:
        """Ends the process; once or more."""
        self._host.close()

    def _launch(self, slot: PictureSlot, *, gently: bool) -> WorkerChild[Reply]:
        return WorkerChild("models.detector_worker", self._words, slot, _REPLIES, gently=gently)

    def _greet(self, reply: Reply) -> float:
        """Takes in what was loaded: after a loss it may be on another device."""
        if isinstance(reply, Failed):
            raise reply.error()
        if not isinstance(reply, Loaded):
            raise Lost("it answers before it was asked")
        self.name, self.rungs = reply.name, reply.rungs
        self.labels = self._vocabulary if reply.asked else reply.labels
        self.batch_sizes, self.runtime = reply.batch_sizes, reply.runtime
        self.rung = min(self.rung, max(0, len(self.rungs) - 1))
        if reply.why:
            log.info("%s", reply.why)
        log.info("detector %s on %s, in a process of its own", self.name, self.runtime)
        return reply.first_run


def _understood(reply: Reply, pictures: int) -> list[Detections]:
    if isinstance(reply, Failed):
        raise reply.error()
    if not isinstance(reply, Seen) or len(reply.found) != pictures:
        raise Lost("it answers something else than what it was asked")
    try:
        return [each.detections() for each in reply.found]
    except ValueError as error:
        raise Lost(f"it says what is not understood: {error}") from error
