"""A text reader in a process of its own, so that its Python never holds up a frame's.

Reading computes for a second at a time, much of it in Python. In a thread of an idle class it would
keep the interpreter's lock while the scheduler lets others go first, and the media path would wait
for both. A process shares no lock, can be of the idle class without harm, and can be killed.
"""

from __future__ import annotations

import logging
import socket
import subprocess
import sys

import msgspec
import numpy as np

from models import reader
from models.reader_worker import Lines, Page, receive, send
from vision.errors import ModelError
from vision.picture import Picture
from vision.types import TextBlock

log = logging.getLogger(__name__)

START_LIMIT = 60.0
"""Seconds until the reader has to be loaded."""

READ_LIMIT = 60.0
"""Seconds of one reading; then the process is ended, and another one started for the next."""

END_LIMIT = 2.0
"""Seconds that the process gets to end by itself."""


class ReaderProcess:
    """Implements ``vision.ports.TextReader``. ``close`` it at the end."""

    def __init__(self, name: str = reader.DEFAULT, *, threads: int = 1) -> None:
        """Starts the process and waits until the reader is loaded.

        Raises:
            ModelError: it cannot be loaded.
        """
        self.name = name
        self._command = (name, str(threads))
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._start()

    def read(self, picture: Picture) -> tuple[TextBlock, ...]:
        """The lines of text in the picture, in no particular order.

        Raises:
            ModelError: the reader failed, or its process ended; the next call starts another.
        """
        if self._socket is None:
            self._start()
        found = self._exchange(Page(picture.width, np.ascontiguousarray(picture.i420).tobytes()))
        if found.failed:
            raise ModelError(found.failed)
        return found.blocks

    def close(self) -> None:
        """Ends the process; once or more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _start(self) -> None:
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            fd = theirs.fileno()
            command = [sys.executable, "-m", "models.reader_worker", str(fd), *self._command]
            self._process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
                command, pass_fds=(fd,), stdin=subprocess.DEVNULL
            )
        self._socket = ours
        ours.settimeout(START_LIMIT)
        loaded = self._answer()
        if loaded.failed:
            self.close()
            raise ModelError(loaded.failed)
        ours.settimeout(READ_LIMIT)
        self.name = loaded.name

    def _exchange(self, page: Page) -> Lines:
        assert self._socket is not None
        try:
            send(self._socket, page)
        except OSError as error:
            raise self._lost(error) from error
        return self._answer()

    def _answer(self) -> Lines:
        assert self._socket is not None
        try:
            return msgspec.msgpack.decode(receive(self._socket), type=Lines)
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> ModelError:
        """The process is gone or hangs: it is ended for good."""
        if self._process is not None:
            self._process.kill()
        self.close()
        log.warning("the reader's process was lost (%r); the next reading starts another", error)
        return ModelError("the reader's process ended; another one is started for the next picture")
