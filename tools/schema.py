"""Writes docs/protocol.schema.json: JSON Schema of every message, from streaming/wire.py.

Run: python -m tools.schema
"""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from streaming import wire

TARGET = Path(__file__).resolve().parent.parent / "docs" / "protocol.schema.json"

MESSAGES = {
    "ServerMessage": wire.ServerMessage,
    "Command": wire.Command,
}


def schema() -> str:
    """The schema as text."""
    found, components = msgspec.json.schema_components(
        MESSAGES.values(), ref_template="#/$defs/{name}"
    )
    definitions = components | dict(zip(MESSAGES, found, strict=True))
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Open Eyes: messages of the data channels, version 1",
        "$defs": dict(sorted(definitions.items())),
    }
    return json.dumps(document, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(schema())
