"""What an ONNX file tells of itself, added without reading it, however large it is.

A file is one message of Protocol Buffers, and fields that may be there several times may stand
anywhere in it: https://protobuf.dev/programming-guides/encoding/ .
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_METADATA = 14
"""Number of the field ``metadata_props`` of a model."""

_KEY, _VALUE = 1, 2
"""Numbers of the fields of one entry."""

_WITH_LENGTH = 2
"""Wire type of texts and messages."""


def add(path: Path, told: Mapping[str, str]) -> None:
    """Adds entries to an ONNX file's metadata, none of which it has already.

    Raises:
        OSError: it cannot be written.
    """
    entries = (
        _field(_KEY, key.encode()) + _field(_VALUE, said.encode()) for key, said in told.items()
    )
    added = b"".join(_field(_METADATA, each) for each in entries)
    with path.open("ab") as file:
        file.write(added)


def _field(number: int, content: bytes) -> bytes:
    return _number(number << 3 | _WITH_LENGTH) + _number(len(content)) + content


def _number(value: int) -> bytes:
    """Seven bits a byte, least first; all but the last have the eighth set."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*parts, value))
