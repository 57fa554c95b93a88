"""One worker process, from its start to its end, as its owner sees it."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec

from models.framing import receive, send
from models.picture_slot import PictureSlot
from models.starvation import Effort

END_LIMIT = 5.0
"""Seconds that a killed process gets to be gone."""

SEND_LIMIT = 5.0
"""Seconds for a job of a few bytes, or for the rest of a reply that has begun."""

T = TypeVar("T")


class Lost(Exception):
    """The process has ended, or hangs, or says what it should not. It is of no more use."""


class Patience:
    """How long a process is waited for: to a limit, and beyond while it gets no processor.

    What the process does is looked at only in the second half: most replies come in time.
    """

    def __init__(self, pid: int, limit: float, starved: float) -> None:
        """``limit`` and, beyond it, ``starved`` are seconds from now."""
        self._pid, self._limit, self._starved = pid, limit, starved
        self._began = time.monotonic()
        self._seen: tuple[float, Effort] | None = None

    @property
    def step(self) -> float:
        """Seconds to wait between two looks."""
        return self._limit / 2

    def look(self) -> None:
        """Is it still worth waiting?

        Raises:
            Lost: no.
        """
        now = time.monotonic()
        waited = now - self._began
        if self._seen is None:
            if waited >= self.step:
                self._seen = (now, Effort.of(self._pid))
            return
        since, before = self._seen
        if waited < self._limit or now - since < self.step:
            return
        starved = Effort.of(self._pid).starved_since(before, now - since)
        if not starved or waited >= self._limit + self._starved:
            raise Lost(f"nothing came from it for {waited:.0f} s")


class WorkerChild(Generic[T]):
    """A worker that runs. One thread talks to it; ``end`` may come from any."""

    def __init__(
        self,
        module: str,
        words: Sequence[str],
        slot: PictureSlot,
        replies: msgspec.msgpack.Decoder[T],
        *,
        gently: bool,
    ) -> None:
        """Starts the process, whose first `reply` tells whether its model is loaded.

        Args:
            module: whose ``main`` reads its command line by ``models.worker_side``.
            words: for it alone, the last of that line.
            slot: in which pictures will lie.
            replies: of that worker.
            gently: it gives way to everything else while it loads, too.
        """
        self._replies = replies
        self._socket, theirs = socket.socketpair()
        hears, self._lifeline = os.pipe()
        try:
            inherited = (theirs.fileno(), slot.descriptor, hears)
            numbers = [str(number) for number in (*inherited, slot.limit, int(gently))]
            self._process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
                [sys.executable, "-m", module, *numbers, *words],
                pass_fds=inherited,
                stdin=subprocess.DEVNULL,
            )
        except BaseException:
            self._socket.close()
            os.close(self._lifeline)
            raise
        finally:
            theirs.close()
            os.close(hears)
        self._socket.settimeout(SEND_LIMIT)
        self.expect(0.0, 0.0)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def tell(self, job: msgspec.Struct) -> None:
        """Gives it a job, which it will answer.

        Raises:
            Lost: its process is gone.
        """
        try:
            send(self._socket, job)
        except OSError as error:
            raise Lost("its process has ended") from error

    def expect(self, limit: float, starved: float) -> None:
        """From now on the next reply has ``limit`` seconds; ``starved`` more without processor."""
        self._patience = Patience(self.pid, limit, starved)

    def has_replied(self, wait: float = 0.0) -> bool:
        """Whether its reply is there, or comes within ``wait`` seconds.

        Raises:
            Lost: it has waited for too long.
        """
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if poll.poll(wait * 1e3):
            return True
        self._patience.look()
        return False

    def reply(self) -> T:
        """What the worker says next; waits for it.

        Raises:
            Lost: nothing came, or nothing that makes sense.
        """
        while not self.has_replied(self._patience.step):
            pass
        try:
            return self._replies.decode(receive(self._socket))
        except (OSError, EOFError) as error:
            raise Lost("its process has ended") from error
        except msgspec.MsgspecError as error:
            raise Lost(f"its process says what is not understood: {error}") from error

    def end(self) -> None:
        """Kills the process; what another thread waits for is `Lost`. Once or more."""
        self._process.kill()

    def free(self) -> None:
        """Ends the process and closes what is held of it, once no thread talks to it any more."""
        self.end()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_LIMIT)
        self._socket.close()
        lifeline, self._lifeline = self._lifeline, -1
        if lifeline >= 0:
            os.close(lifeline)
