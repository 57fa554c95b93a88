"""The process in which text is read: pictures in by shared memory, lines out by a socket.

Started by ``models.reader_process`` as ``models.worker_side`` says, with NAME THREADS.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import msgspec

from models import reader
from models.framing import receive, send
from models.picture_slot import PictureSlot, Place
from models.worker_side import give_way, joined
from vision.ports import TextReader
from vision.types import TextBlock


class Page(msgspec.Struct):
    """A picture to read."""

    place: Place
    "Where in the slot it lies."


class Lines(msgspec.Struct):
    """What came of it, and once at the start, that the reader is there."""

    blocks: tuple[TextBlock, ...] = ()
    "What was read."
    name: str = ""
    "Of the reader, at the start."
    failed: str = ""
    "Why there is nothing; empty when the reader worked."


def main() -> None:
    """Serves until the other side has had enough."""
    owner = joined(sys.argv[1:])
    name, threads = owner.words
    with owner.socket as other, suppress(EOFError, OSError):
        try:
            chosen = reader.create(name, threads=int(threads))
        except Exception as error:
            send(other, Lines(failed=str(error)))
            return
        give_way()
        send(other, Lines(name=chosen.name))
        while True:
            page = msgspec.msgpack.decode(receive(other), type=Page)
            send(other, _read(chosen, owner.slot, page))


def _read(chosen: TextReader, slot: PictureSlot, page: Page) -> Lines:
    try:
        return Lines(chosen.read(slot.read(page.place)))
    except Exception as error:
        return Lines(failed=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
