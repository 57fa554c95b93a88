"""Probes of this machine's own network: may a port be had, who holds it, does UDP come back.

No probe sends anything to another machine: each socket talks to the very address it is bound to.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

UDP_WAIT = 1.0
"""Seconds after which a datagram to oneself counts as lost."""

MAX_PROCESSES = 20_000
"""So many processes are asked whether they hold a port."""

_PROC = Path("/proc")
_LISTENING = "0A"  # net/tcp_states.h


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that listens on a port."""

    pid: int
    "Its number."
    name: str
    "Its short name; never its arguments, which may hold secrets."
    is_openeyes: bool
    "It is an Open Eyes itself."


def port_refusal(host: str, port: int) -> OSError | None:
    """Why a server could not listen there, or ``None`` when it could."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in found:
            with socket.socket(family, kind, protocol) as trial:
                if os.name == "posix":  # as servers do: old connections that linger are no matter
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError as error:
        return error
    return None


def holder(port: int) -> Holder | None:
    """Who listens on the port, where the system tells (Linux, and only of what one may see)."""
    wanted = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    if not wanted:
        return None
    for process in islice(_PROC.glob("[0-9]*"), MAX_PROCESSES):
        if wanted.intersection(_open_files(process)):
            return _describe(process)
    return None


def udp_trouble(host: str, wait: float = UDP_WAIT) -> str:
    """Send one datagram from ``host`` to itself; what went wrong, or nothing when it came back.

    Blocks for ``wait`` seconds at most.
    """
    nonce = secrets.token_bytes(16)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as own:
            own.settimeout(wait)
            own.bind((host, 0))
            own.connect(own.getsockname())  # from now on only its own datagrams get in
            own.send(nonce)
            came_back = own.recv(len(nonce)) == nonce
    except TimeoutError:
        return f"nothing came back within {wait:g} s"
    except OSError as error:
        return error.strerror or str(error)
    return "" if came_back else "what came back was not what was sent"


def _listening_inodes(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        for row in map(str.split, _text(_PROC / "net" / table).splitlines()[1:]):
            if row[3] == _LISTENING and int(row[1].rpartition(":")[2], 16) == port:
                yield row[9]


def _open_files(process: Path) -> Iterator[str]:
    try:
        for entry in (process / "fd").iterdir():
            yield str(entry.readlink())
    except OSError:  # another user's process, or one that has just ended
        return


def _describe(process: Path) -> Holder:
    arguments = _text(process / "cmdline").split("\0")
    ours = any(Path(argument).name in {"openeyes", "streaming.cli"} for argument in arguments[:3])
    return Holder(int(process.name), _text(process / "comm").strip(), ours)


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
