"""Messages over a stream socket: four bytes of length, most significant first, and MessagePack."""

from __future__ import annotations

import socket
import struct

import msgspec

HEAD = struct.Struct(">I")

LONGEST = 4 << 20
"""Bytes of one message: a page full of text fits. Pictures go by shared memory."""

PART = 1 << 20
"""Bytes that are asked for at a time."""


def send(to: socket.socket, message: msgspec.Struct) -> None:
    """Sends one message.

    Raises:
        OSError: the other side is gone, or too slow.
    """
    data = msgspec.msgpack.encode(message)
    to.sendall(HEAD.pack(len(data)) + data)


def receive(of: socket.socket) -> bytes:
    """The next message, still encoded.

    Raises:
        EOFError: the other side has closed the socket, or sent too much.
        OSError: the other side is gone, or too slow.
    """
    (length,) = HEAD.unpack(_exactly(of, HEAD.size))
    if length > LONGEST:
        raise EOFError("a message that is too long")
    return _exactly(of, length)


def _exactly(of: socket.socket, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = of.recv(min(count - len(data), PART))
        if not part:
            raise EOFError("the other side has closed the socket")
        data += part
    return bytes(data)
