"""Models that are published in another form, made into ONNX files on this machine."""

from __future__ import annotations

import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from models.zoo import store
from models.zoo.alone import alone
from models.zoo.catalogue import Entry
from models.zoo.digests import sha256
from models.zoo.licences import require_consent
from models.zoo.store import Manifest
from vision.errors import ModelError


class Exporter(Protocol):
    """A module that knows how models of one family are made."""

    def export(self, entry: Entry, target: Path, source: Path | None) -> tuple[Path, str]:
        """Fills ``target``; gives the ONNX file for pictures, and what made it with its version.

        ``source`` is a file or folder of weights; None where they are to be fetched.
        """
        ...

    def attempt(self, entry: Entry, path: Path) -> None:
        """Raises ``ModelError`` unless what was made runs."""
        ...


EXPORTERS = {
    "owlv2": "models.zoo.exporters.owlv2",
    "ultralytics": "models.zoo.exporters.ultralytics",
}
"""Modules by family."""


def export(
    entry: Entry, folder: Path, *, accept_licence: bool = False, source: Path | None = None
) -> Path:
    """Makes a model, tries it, and only then puts it into the folder of models.

    Args:
        entry: what to make.
        folder: of all models; this one gets a folder of its name in it.
        accept_licence: whether a licence that is not permissive was accepted.
        source: weights that are here already; else they are fetched by whoever publishes them.

    Returns:
        The model's folder.

    Raises:
        ConfigError: its licence was not accepted.
        WeightsMissing: its weights cannot be had.
        ModelError: it cannot be made, or what was made does not run.
    """
    exporter = _exporter(entry)
    require_consent(entry, accepted=accept_licence)
    target = folder / entry.name
    with (
        alone(entry.name, folder),
        tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as scratch,
    ):
        made = Path(scratch) / entry.name
        made.mkdir()
        path, made_by = exporter.export(entry, made, source)
        exporter.attempt(entry, path)
        files = {
            str(each.relative_to(made)): sha256(each) for each in made.rglob("*") if each.is_file()
        }
        recorded = Manifest(
            entry.name, made_by, entry.revision, files, entry.licence, tuple(sorted(files))
        )
        store.record(made, recorded)
        shutil.rmtree(target, ignore_errors=True)
        made.replace(target)
    return target


def _exporter(entry: Entry) -> Exporter:
    module = EXPORTERS.get(entry.family)
    if entry.source != "export" or module is None:
        raise ModelError(f"{entry.name} is not made here: {store.cure(entry.name)}")
    return cast("Exporter", import_module(module))
