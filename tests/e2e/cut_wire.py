"""A way for packets that can be cut for good, as a phone's is that leaves its Wi-Fi."""

from __future__ import annotations

import re
import select
import socket
import threading

CANDIDATE = re.compile(r"(a=candidate:\S+ 1 udp \d+) (\S+) (\d+) (typ host.*)", re.IGNORECASE)
WAIT = 0.1
"""Seconds until the thread looks whether it is to end."""
BIGGEST = 65_535


class Wire(threading.Thread):
    """Carries datagrams between one browser and one address of the server."""

    def __init__(self, server: tuple[str, int]) -> None:
        super().__init__(daemon=True)
        self.is_cut = False
        self._server = server
        self._browser: tuple[str, int] | None = None
        self._front, self._back = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(2))
        for side in (self._front, self._back):
            side.bind((server[0], 0))
        self._ends = threading.Event()

    @property
    def address(self) -> tuple[str, int]:
        """Where the browser is to send to."""
        host, port = self._front.getsockname()
        return host, port

    def run(self) -> None:
        while not self._ends.is_set():
            for side in select.select([self._front, self._back], [], [], WAIT)[0]:
                self._carry(side)
        self._front.close()
        self._back.close()

    def end(self) -> None:
        self._ends.set()
        self.join()

    def _carry(self, side: socket.socket) -> None:
        data, sender = side.recvfrom(BIGGEST)
        if self.is_cut:
            return
        if side is self._front:
            self._browser = sender
            self._back.sendto(data, self._server)
        elif self._browser is not None:
            self._front.sendto(data, self._browser)


class Wires:
    """Every session's answer is led over a wire of its own."""

    def __init__(self) -> None:
        self.all: list[Wire] = []

    def through(self, answer: str) -> str:
        """The answer, with one candidate: the wire's end."""
        found = CANDIDATE.search(answer)
        assert found is not None, "the server has no host candidate"
        wire = Wire((found[2], int(found[3])))
        self.all.append(wire)
        wire.start()
        host, port = wire.address
        own = f"{found[1]} {host} {port} {found[4].strip()}"
        kept = [line for line in answer.splitlines() if not line.startswith("a=candidate:")]
        sections = "\r\n".join(kept).split("a=end-of-candidates")
        return f"{own}\r\na=end-of-candidates".join(sections) + "\r\n"

    def cut(self) -> None:
        """What is open now is dead from here on; what comes later is not."""
        for wire in self.all:
            wire.is_cut = True

    def end(self) -> None:
        for wire in self.all:
            wire.end()
