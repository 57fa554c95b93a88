"""The process in which text is read: pictures in, lines out, over a socket that it inherits.

Started by ``models.reader_process`` as ``python -m models.reader_worker FD NAME THREADS``. It ends
when the other side closes the socket or is gone. Every message is four bytes of length, most
significant first, and MessagePack.
"""

from __future__ import annotations

import logging
import os
import socket
import struct
import sys
from contextlib import suppress

import msgspec
import numpy as np

from models import reader
from vision.picture import Picture
from vision.ports import TextReader
from vision.types import TextBlock

NICENESS = 15
"""Where the system has no idle class."""

HEAD = struct.Struct(">I")

LONGEST = 64 << 20
"""Bytes of one message: a picture of 6000 by 6000 fits."""


class Page(msgspec.Struct):
    """A picture to read."""

    width: int
    "Pixels; even."
    i420: bytes
    "Y rows, then U, then V."


class Lines(msgspec.Struct):
    """What came of it, and once at the start, that the reader is there."""

    blocks: tuple[TextBlock, ...] = ()
    "What was read."
    name: str = ""
    "Of the reader, at the start."
    failed: str = ""
    "Why there is nothing; empty when the reader worked."


def send(to: socket.socket, message: msgspec.Struct) -> None:
    """Sends one message.

    Raises:
        OSError: the other side is gone, or too slow.
    """
    data = msgspec.msgpack.encode(message)
    to.sendall(HEAD.pack(len(data)) + data)


def receive(of: socket.socket) -> bytes:
    """The next message.

    Raises:
        EOFError: the other side has closed the socket, or sent too much.
        OSError: the other side is gone, or too slow.
    """
    (length,) = HEAD.unpack(_exactly(of, HEAD.size))
    if length > LONGEST:
        raise EOFError("a message that is too long")
    return _exactly(of, length)


def main() -> None:
    """Serves until the other side has had enough."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    _yield_to_media()
    fd, name, threads = sys.argv[1:]
    with socket.socket(fileno=int(fd)) as other, suppress(EOFError, OSError):
        try:
            chosen = reader.create(name, threads=int(threads))
        except Exception as error:
            send(other, Lines(failed=str(error)))
            return
        send(other, Lines(name=chosen.name))
        while True:
            page = msgspec.msgpack.decode(receive(other), type=Page)
            send(other, _read(chosen, page))


def _read(chosen: TextReader, page: Page) -> Lines:
    try:
        pixels = np.frombuffer(page.i420, np.uint8).reshape(-1, page.width)
        return Lines(chosen.read(Picture(pixels)))
    except Exception as error:
        return Lines(failed=f"{type(error).__name__}: {error}")


def _exactly(of: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = of.recv(min(count - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def _yield_to_media() -> None:
    """Gives way to everything else on the machine, the picture's way through above all."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    with suppress(OSError, AttributeError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


if __name__ == "__main__":
    main()
