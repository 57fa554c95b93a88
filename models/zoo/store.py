"""The folder of the models that are here: each has a folder of its name, with its record in it.

The record is written last, so a folder without one holds no whole model. It records the sha256
of every file, and a model whose files are no longer the recorded ones is not loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from models import weights
from models.zoo import catalogue
from models.zoo.digests import sha256
from vision.errors import ModelError, WeightsCorrupt, WeightsMissing

RECORD = "openeyes.json"
"""Beside a model's files."""

PART = ".part"
"""Ends the names of files that have not come in whole."""

GO_ON = "or go on without it: the server then answers from what it tracks and reads (`grounded`)"
"""What can be done when a language model cannot be had."""


class Record(msgspec.Struct, frozen=True):
    """What was fetched or made; the JSON file beside it."""

    name: str
    "``smolvlm-256m``."
    repository: str
    "Where it is from."
    commit: str
    "Of the repository, or the tag of the release."
    files: dict[str, str]
    "sha256 in hexadecimal by path in the folder."
    licence: str = ""
    "SPDX; empty where it was not recorded."
    unconfirmed: tuple[str, ...] = ()
    "Files of which nobody had said what they have to be: what came in first is what they are."
    sources: dict[str, str] = {}
    "sha256 in hexadecimal, by name, of the weights that it was made of here."


@dataclass(frozen=True, slots=True)
class Kept:
    """A model that is here now."""

    folder: Path
    "Its own."
    record: Record
    "What is recorded of it."


def write(target: Path, record: Record) -> None:
    """Writes the record in one step, so that there is never half of one."""
    unfinished = target / f"{RECORD}{PART}"
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=2))
    unfinished.replace(target / RECORD)


def recorded(name: str, folder: Path) -> Record:
    """What is recorded of a model that is here.

    Raises:
        WeightsMissing: it is not here, or not to the end.
        WeightsCorrupt: the record is damaged.
    """
    path = _there(name, folder / name / RECORD)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Record)
    except msgspec.MsgspecError as error:
        raise WeightsCorrupt(f"{path} is damaged ({error}): {cure(name)}") from error
    if outside := [each for each in found.files if not catalogue.is_inside(each)]:
        raise WeightsCorrupt(f"{path} names {outside[0]!r}, outside its folder: {cure(name)}")
    return found


def verify(name: str, folder: Path) -> Record:
    """The record of a model all of whose files were read, and are the recorded ones.

    Raises:
        WeightsMissing: it is not here, or not to the end.
        WeightsCorrupt: a file is not the recorded one.
    """
    found = recorded(name, folder)
    for path, digest in found.files.items():
        _compare(name, folder / name / path, sha256(_there(name, folder / name / path)), digest)
    return found


def path(name: str, folder: Path) -> Path:
    """The ONNX file of a model that is here, whole, and made of the recorded files.

    They are read at the first call of a process, and again once their size or time has changed.

    Args:
        name: of the model.
        folder: of all models.

    Raises:
        UnknownModel: there is none of that name.
        WeightsMissing: it is not here; says how it can be had.
        WeightsCorrupt: a file is not the recorded one.
        ModelError: it has no ONNX file.
    """
    if catalogue.entry(name).source == "package":
        return weights.DATA / weights.verify(name).file
    found = recorded(name, folder)
    for each, digest in found.files.items():
        file = _there(name, folder / name / each)
        _compare(name, file, _known_sha256(file, *_version(file)), digest)
    graphs = [each for each in found.files if each.endswith(".onnx")]
    if not graphs:
        raise ModelError(f"{name} has no ONNX file in {folder / name}: {cure(name)}")
    return folder / name / graphs[0]


def is_whole(name: str, folder: Path) -> bool:
    """Whether a model and all its files are here; reads none of them."""
    try:
        files = recorded(name, folder).files
    except ModelError:
        return False
    return all((folder / name / each).is_file() for each in files)


def here(folder: Path) -> tuple[str, ...]:
    """Names of the folders in ``folder``, whole models or not, sorted."""
    if not folder.is_dir():
        return ()
    return tuple(sorted(each.name for each in folder.iterdir() if _is_model(each)))


def cure(name: str) -> str:
    """How a model that is not here, or is damaged, can be had."""
    entry = catalogue.entries().get(name)
    if entry is not None and entry.source == "export":
        return f"run `openeyes models export {name}`"
    without = f", {GO_ON}" if entry is not None and entry.task == "language" else ""
    return f"run `openeyes models pull {name}`{without}"


def _is_model(folder: Path) -> bool:
    return folder.is_dir() and not folder.name.startswith(".")


def _there(name: str, path: Path) -> Path:
    if not path.is_file():
        raise WeightsMissing(f"{path} is not there: {cure(name)}")
    return path


def _compare(name: str, path: Path, actual: str, recorded: str) -> None:
    if actual != recorded:
        raise WeightsCorrupt(f"{path} is not the file that was recorded: {cure(name)}")


def _version(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


@lru_cache(maxsize=256)
def _known_sha256(path: Path, size: int, changed: int) -> str:  # noqa: ARG001
    return sha256(path)
