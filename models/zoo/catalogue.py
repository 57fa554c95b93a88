"""The models that are known by name: what each is, whose, under which licence, and where it lies.

They are listed in ``catalogue.toml`` beside this module, one table ``[[model]]`` each, with the
fields of `Entry`. Facts in it were looked up, each with the page that it was read on.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeAlias

import msgspec

from vision.errors import ConfigError, UnknownModel

SHIPPED = Path(__file__).with_name("catalogue.toml")

Task: TypeAlias = Literal[
    "detection", "open-vocabulary", "segmentation", "pose", "depth", "language"
]
Source: TypeAlias = Literal["hub", "release", "export", "package"]
Classes: TypeAlias = Literal["coco-80", "coco-91", "open", "none"]

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model; its table in the catalogue."""

    name: str
    "Of small letters, digits, and ``.-_``: a folder is called so."
    task: Task
    "What it does."
    family: str
    "How it is fed and read: ``yolox``."
    source: Source
    "Hugging Face hub, GitHub release, made here by an export, or inside this package."
    licence: str
    "SPDX, of the weights."
    page: str
    "Where that can be read."
    repository: str = ""
    "``owner/name`` on the hub or on GitHub."
    revision: str = ""
    "Branch or commit on the hub (``main`` if empty), tag of a release."
    files: tuple[str, ...] = ()
    "Paths in the repository, or names of the release's assets; the first ONNX file is the model."
    sha256: dict[str, str] = {}
    "In hexadecimal by path, as far as known."
    input_size: tuple[int, int] | None = None
    "Width, height in pixels."
    classes: Classes | None = None
    "What it tells apart: COCO's classes, words that it is given, or none."
    ap: float | None = None
    "On COCO val2017, IoU 0.50 to 0.95, in percent, unless the reference says otherwise."
    ap_reference: str = ""
    "Who says so."
    megabytes: float | None = None
    "Of all files."
    parameters: float | None = None
    "Millions."
    checked: str = ""
    "When the facts were looked up."
    evidence: str = ""
    "Where."
    note: str = ""
    "For the person who chooses."
    tensors: str = ""
    "Of the ONNX file: inputs and outputs."

    def __post_init__(self) -> None:
        """Raises ValueError, which msgspec makes its own: a field does not fit the others."""
        _require(bool(_NAME.fullmatch(self.name)), "name has other signs than a-z, 0-9 and .-_")
        _require(bool(self.licence.strip()), "licence is empty: give its SPDX name")
        _require(self.page.startswith("https://"), "page is no https address")
        _require(self.ap is None or bool(self.ap_reference), "ap has no ap_reference")
        for path in self.files:
            _require(is_inside(path), f"files has {path!r}, which lies outside the model's folder")
        for path, digest in self.sha256.items():
            _require(path in self.files, f"sha256 names {path!r}, which is not among files")
            _require(bool(_SHA256.fullmatch(digest)), f"sha256 of {path!r} has not 64 hex digits")
        if self.source in {"hub", "release"}:
            _require(self.repository.count("/") == 1, "repository is no owner/name")
            _require(bool(self.files), "files is empty: nothing could be fetched")
        _require(self.source != "release" or bool(self.revision), "revision, the tag, is missing")


def is_inside(path: str) -> bool:
    """Whether a path with ``/`` names a place below the folder that it is taken from."""
    pure = PurePosixPath(path)
    odd = "\\" in path or ":" in path or ".." in pure.parts
    return bool(pure.parts) and not pure.is_absolute() and not odd


def read(text: str, where: object) -> dict[str, Entry]:
    """The entries of a catalogue's text by name, in its order.

    Raises:
        ConfigError: it does not fit; says where.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not TOML: {error}") from error
    models = tables.pop("model", [])
    if tables or not isinstance(models, list):
        raise ConfigError(f"{where}: there may be tables [[model]] and nothing else")
    entries = [_entry(each, f"{where}, model {at}") for at, each in enumerate(models, 1)]
    twice = [name for name, n in Counter(each.name for each in entries).items() if n > 1]
    if twice:
        raise ConfigError(f"{where}: more than one model is called {', '.join(twice)}")
    return {each.name: each for each in entries}


def entries(path: Path | None = None) -> dict[str, Entry]:
    """All models by name; of the catalogue that comes with the package by default.

    Raises:
        ConfigError: the catalogue cannot be read, or does not fit.
    """
    return _read_once(path or SHIPPED)


def names(task: Task | None = None) -> tuple[str, ...]:
    """Of all models, or those for one task, sorted."""
    return tuple(sorted(each.name for each in entries().values() if task in {None, each.task}))


def entry(name: str) -> Entry:
    """The model of that name.

    Raises:
        UnknownModel: there is none; names those that are spelt like it.
    """
    known = entries()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name.lower(), known, n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise UnknownModel(f"no model is called {name!r}; {hint}`openeyes models list` lists all")


@cache
def _read_once(path: Path) -> dict[str, Entry]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({error}): reinstall openeyes") from error
    return read(text, path)


def _entry(table: Any, where: str) -> Entry:
    if isinstance(table, dict) and isinstance(table.get("name"), str):
        where += f" ({table['name']})"
    try:
        return msgspec.convert(table, Entry)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}") from error


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001
    if not holds:
        raise ValueError(otherwise)
