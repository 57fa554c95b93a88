"""A text reader in a process of its own, so that its Python never holds up a frame's.

Reading computes for a second at a time, much of it in Python. In a thread of an idle class it would
keep the interpreter's lock while the scheduler lets others go first, and the media path would wait
for both. A process shares no lock, can be of the idle class without harm, and can be killed.
"""

from __future__ import annotations

import msgspec

from models import reader
from models.picture_slot import PictureSlot
from models.process_limits import ProcessLimits
from models.reader_worker import Lines, Page
from models.worker_child import WorkerChild
from models.worker_host import WorkerHost
from vision.errors import ModelError
from vision.picture import Picture
from vision.types import TextBlock

LIMITS = ProcessLimits(answer=60.0, start=60.0)
"""A page full of text takes seconds even where nobody else computes."""

_REPLIES: msgspec.msgpack.Decoder[Lines] = msgspec.msgpack.Decoder(Lines)


class ReaderProcess:
    """Implements ``vision.ports.TextReader``. ``close`` it at the end, from any thread."""

    def __init__(
        self, name: str = reader.DEFAULT, *, threads: int = 1, limits: ProcessLimits = LIMITS
    ) -> None:
        """Starts the process and waits until the reader is loaded.

        Raises:
            ModelError: it cannot be loaded.
        """
        self.name = name
        self._words = (name, str(threads))
        self._host: WorkerHost[Lines] = WorkerHost(
            "the text reader", self._launch, self._greet, limits
        )
        try:
            self._host.start()
        except BaseException:
            self._host.close()
            raise

    def read(self, picture: Picture) -> tuple[TextBlock, ...]:
        """The lines of text in the picture, in no particular order.

        Raises:
            ModelError: the reader failed; or its process ended, or hung and was ended: the next
                call starts another, or a later one that comes after a pause, and waits for it.
        """
        self._host.start()
        return self._host.ask([picture], lambda places: Page(*places), _blocks)

    def close(self) -> None:
        """Ends the process; once or more."""
        self._host.close()

    def _launch(self, slot: PictureSlot, *, gently: bool) -> WorkerChild[Lines]:
        return WorkerChild("models.reader_worker", self._words, slot, _REPLIES, gently=gently)

    def _greet(self, reply: Lines) -> None:
        if reply.failed:
            raise ModelError(reply.failed)
        self.name = reply.name


def _blocks(reply: Lines) -> tuple[TextBlock, ...]:
    if reply.failed:
        raise ModelError(reply.failed)
    return reply.blocks
