"""The networks in the package: what they are, where they come from, whether they are intact.

Each has a manifest ``NAME.json`` in ``models/data`` with its weights beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from vision.errors import UnknownModel, WeightsCorrupt, WeightsMissing

QUANTISED = "-int8"
"""Follows a network's name where it computes in whole numbers."""

DATA = Path(__file__).parent / "data"
"""Where the package keeps its networks."""


@dataclass(frozen=True, slots=True)
class Source:
    """What the weights were made from."""

    package: str
    "Registry and name: ``npm:@scope/name``."
    version: str
    "Exact."
    license: str
    "SPDX, of the package."
    files: dict[str, str]
    "sha256 in hexadecimal by path inside the package."


@dataclass(frozen=True, slots=True)
class Upstream:
    """Who trained the network."""

    name: str
    "Of the project."
    authors: str
    "As the project names them."
    url: str
    "Of the project."
    license: str
    "SPDX, of the weights."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a network is; the JSON file beside its weights."""

    name: str
    "Name and input size: ``nanodet-g-416``."
    task: str
    "``detection``, ``pose`` or ``voice activity``."
    file: str
    "Name of the weights' file, in the manifest's folder."
    sha256: str
    "Of that file, in hexadecimal."
    made_by: str
    "The command that makes the file from the source."
    input_size: tuple[int, int] = (0, 0)
    "Width, height in pixels that it was trained for; zeros where it takes no picture."
    border: tuple[int, int, int] = (0, 0, 0)
    "Y, U, V of what lies outside a picture; zeros where it takes none."
    source: Source
    "What the file was made from."
    upstream: Upstream
    "Who trained it."


def names(folder: Path = DATA) -> tuple[str, ...]:
    """Names of the networks in ``folder``, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.json")))


def manifest(name: str, folder: Path = DATA) -> Manifest:
    """The manifest of a network.

    Raises:
        UnknownModel: there is none of that name.
        WeightsCorrupt: the manifest cannot be read.
    """
    path = folder / f"{name}.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError:
        known = ", ".join(names(folder)) or "none"
        raise UnknownModel(f"no manifest {path}; there are: {known}") from None
    except msgspec.MsgspecError as error:
        raise WeightsCorrupt(f"{path} is damaged ({error}): reinstall openeyes") from error


def load(described: Manifest, folder: Path = DATA) -> bytes:
    """The weights, once they have proved to be the ones that the manifest describes.

    Raises:
        WeightsMissing: the file is not there or cannot be read.
        WeightsCorrupt: its sha256 is another one.
    """
    path = folder / described.file
    try:
        weights = path.read_bytes()
    except OSError as error:
        raise WeightsMissing(
            f"the weights of {described.name} cannot be read ({error.strerror}: {path}): "
            f"reinstall openeyes, or in a clone run: {described.made_by}"
        ) from error
    actual = hashlib.sha256(weights).hexdigest()
    if actual != described.sha256:
        raise WeightsCorrupt(
            f"{path} is not the file that its manifest describes: sha256 is {actual}, "
            f"expected {described.sha256}; restore it by reinstalling openeyes, "
            f"or in a clone run: {described.made_by}"
        )
    return weights


def verify(name: str, folder: Path = DATA) -> Manifest:
    """The manifest of a network whose weights are the right ones.

    Raises:
        UnknownModel, WeightsMissing, WeightsCorrupt: as ``manifest`` and ``load`` do.
    """
    described = manifest(name, folder)
    load(described, folder)
    return described
