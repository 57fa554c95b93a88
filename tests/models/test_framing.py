from __future__ import annotations

import socket

import msgspec
import pytest

from models.framing import HEAD, LONGEST, receive, send


class Note(msgspec.Struct):
    text: str


@pytest.mark.parametrize("length", [0, 1, 100_000])
def test_messages_arrive_one_by_one(length: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for text in ("x" * length, "and another"):
            send(ours, Note(text))
            assert msgspec.msgpack.decode(receive(theirs), type=Note).text == text


def test_an_end_in_mid_message_is_an_end() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(HEAD.pack(10) + b"short")
        with pytest.raises(EOFError):
            receive(theirs)


def test_a_length_beyond_all_bounds_is_not_believed() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(HEAD.pack(LONGEST + 1))
        with pytest.raises(EOFError, match="too long"):
            receive(theirs)
