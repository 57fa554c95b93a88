"""A folder with an open-vocabulary detector: its manifest and whether its files are intact."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vision.errors import WeightsCorrupt, WeightsMissing

MANIFEST, VISION, TEXT, TOKENIZER = "manifest.json", "vision.onnx", "text.onnx", "tokenizer.json"

AGAIN = "export it again: openeyes models export owlv2-base"


@dataclass(frozen=True, slots=True)
class Manifest:
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


def manifest(folder: Path) -> Manifest:
    """What is in a folder, once its files have proved to be the ones that were exported.

    Raises:
        WeightsMissing: a file is not there.
        WeightsCorrupt: the manifest cannot be read, or a file is another one.
    """
    path = folder / MANIFEST
    try:
        told = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise WeightsMissing(f"there is no {path} ({error.strerror}): {AGAIN}") from error
    except msgspec.MsgspecError as error:
        raise WeightsCorrupt(f"{path} is damaged ({error}): {AGAIN}") from error
    for name in (VISION, TEXT, TOKENIZER):
        if digest(folder / name) != told.sha256.get(name):
            raise WeightsCorrupt(f"{folder / name} is not the file of its manifest: {AGAIN}")
    return told


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
