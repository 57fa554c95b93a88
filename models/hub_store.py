"""A pulled model's folder: its manifest, and whether its files are still the recorded ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from vision.errors import ModelError, WeightsCorrupt, WeightsMissing

MANIFEST = "openeyes.json"
"""Beside a model's files; written last, so a folder without it holds no whole model."""

GO_ON = "or go on without it: the server then answers from what it tracks and reads (`grounded`)"
"""What can be done when a model cannot be had."""

_CHUNK = 1 << 20


class Manifest(msgspec.Struct, frozen=True):
    """What was fetched; the JSON file beside it."""

    name: str
    "``smolvlm-256m``."
    repository: str
    "On the hub."
    commit: str
    "Of the repository."
    files: dict[str, str]
    "sha256 in hexadecimal by path in the folder."


def record(target: Path, manifest: Manifest) -> None:
    """Writes the manifest in one step, so that there is never half of one."""
    unfinished = target / f"{MANIFEST}.part"
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
    unfinished.replace(target / MANIFEST)


def verify(name: str, target: Path) -> None:
    """Reads all files of the model in ``target``.

    Raises:
        WeightsMissing: it was not pulled, or not to the end.
        WeightsCorrupt: a file is not the one that was pulled.
    """
    for path, recorded in _manifest(name, target).files.items():
        if sha256(_there(name, target / path)) != recorded:
            raise WeightsCorrupt(
                f"{target / path} is not the file that was pulled: "
                f"run `openeyes models pull {name}` to fetch it again"
            )


def is_whole(target: Path) -> bool:
    """Whether a model was pulled to ``target`` and its files are there; reads none of them."""
    try:
        files = _manifest(target.name, target).files
    except ModelError:
        return False
    return all((target / each).is_file() for each in files)


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def git_blob_id(path: Path) -> str:
    """As git names a file's content."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def _manifest(name: str, target: Path) -> Manifest:
    path = _there(name, target / MANIFEST)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except msgspec.MsgspecError as error:
        raise WeightsCorrupt(
            f"{path} is damaged ({error}): run `openeyes models pull {name}`"
        ) from error


def _there(name: str, path: Path) -> Path:
    if not path.is_file():
        raise WeightsMissing(f"{path} is not there: run `openeyes models pull {name}`, {GO_ON}")
    return path


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
