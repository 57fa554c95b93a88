"""A folder with an open-vocabulary detector: what it is and whether its files are intact."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from vision.errors import WeightsCorrupt, WeightsMissing

DESCRIPTION, VISION, TEXT, TOKENIZER = "detector.json", "vision.onnx", "text.onnx", "tokenizer.json"
FILES = (VISION, TEXT, TOKENIZER)

AGAIN = "export it again: openeyes models export owlv2-base"


@dataclass(frozen=True, slots=True)
class Description:
    """What the exporter tells of a detector."""

    name: str
    "For people: ``owlv2-base-patch16-960``."
    prompt: str
    "What the text encoder reads, with ``{}`` for the phrase."
    side: int
    "Pixels of the square input."
    tokens: int
    "The text encoder reads, padding included."
    padding: int
    "Token that fills the rest."
    source: str
    "What it was exported from."
    license: str
    "SPDX, of the weights."
    sha256: dict[str, str]
    "In hexadecimal by file name."
    weights: dict[str, str] = field(default_factory=dict)
    "The same, of what it was exported from."
    revision: str = ""
    "Commit of the repository that this is from, where it is from one."


def description(folder: Path) -> Description:
    """What is in a folder, once its files have proved to be the ones that were exported.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: the description cannot be read, or a file is another one.
    """
    path = folder / DESCRIPTION
    try:
        told = msgspec.json.decode(path.read_bytes(), type=Description)
    except OSError as error:
        raise WeightsMissing(f"there is no {path} ({error.strerror}): {AGAIN}") from error
    except msgspec.MsgspecError as error:
        raise WeightsCorrupt(f"{path} is damaged ({error}): {AGAIN}") from error
    for name in FILES:
        if digest(folder / name) != told.sha256.get(name):
            raise WeightsCorrupt(f"{folder / name} is not the file that was exported: {AGAIN}")
    return told


def seal(described: Description, folder: Path) -> Description:
    """Writes what is in a folder beside it, with what its files are now.

    Raises:
        OSError: it cannot be written.
    """
    sealed = replace(described, sha256={name: digest(folder / name) for name in FILES})
    (folder / DESCRIPTION).write_bytes(msgspec.json.format(msgspec.json.encode(sealed)))
    return sealed


def digest(path: Path) -> str:
    """The sha256 of a file in hexadecimal.

    Raises:
        WeightsMissing: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsMissing(f"{path} cannot be read ({error.strerror}): {AGAIN}") from error
