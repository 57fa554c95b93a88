"""Models that are published in another form, made into ONNX files on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import cast

from models.zoo import store
from models.zoo.alone import alone
from models.zoo.catalogue import Entry
from models.zoo.digests import sha256
from models.zoo.licences import require_consent
from models.zoo.making import Exporter, Made
from models.zoo.store import Kept, Record
from models.zoo.trouble import written
from vision.errors import ConfigError, ModelError

SCRATCH = ".export-"
"""Begins the names of folders in which models are made; the rest is the model's."""

EXPORTERS = {
    "owlv2": "models.zoo.exporters.owlv2",
    "ultralytics": "models.zoo.exporters.ultralytics",
}
"""Modules by family."""


def export(
    entry: Entry, folder: Path, *, accept_licence: bool = False, source: Path | None = None
) -> Kept:
    """Makes a model, tries it, and only then puts it into the folder of models.

    Args:
        entry: what to make.
        folder: of all models; this one gets a folder of its name in it.
        accept_licence: whether a licence that is not permissive was accepted.
        source: weights that are here already; else they are fetched by whoever publishes them.

    Raises:
        ConfigError: its licence was not accepted, or it cannot be written.
        WeightsMissing: its weights cannot be had.
        ModelError: it cannot be made, or what was made does not run.
    """
    exporter = _exporter(entry)
    require_consent(entry, accepted=accept_licence)
    target = folder / entry.name
    with written(entry, folder), alone(entry.name, folder):
        _require_place(target)
        with _scratch(entry, folder) as scratch:
            new = scratch / entry.name
            new.mkdir()
            made = exporter.export(entry, new, source)
            exporter.attempt(entry, made.path)
            record = _recorded(entry, new, made)
            store.write(new, record)
            _put(new, target, scratch / "before")
    return Kept(target, record)


def _recorded(entry: Entry, folder: Path, made: Made) -> Record:
    files = {
        str(each.relative_to(folder)): sha256(each) for each in folder.rglob("*") if each.is_file()
    }
    return Record(
        entry.name,
        made.by,
        made.revision or entry.revision,
        files,
        entry.licence,
        tuple(sorted(files)),
        made.sources,
    )


def _require_place(target: Path) -> None:
    """Raises ``ConfigError`` where the model's folder cannot be, before hours are spent on it."""
    if target.is_symlink():
        raise ConfigError(
            f"{target} is a link to {target.readlink()}, and would be replaced by a folder: delete "
            "the link yourself, then export again"
        )
    if target.exists() and not target.is_dir():
        raise ConfigError(
            f"{target} is a file, and the model's folder has to be there: move it away, then "
            "export again"
        )


@contextmanager
def _scratch(entry: Entry, folder: Path) -> Iterator[Path]:
    """A folder to make the model in; it and those of exports that died are deleted."""
    _delete_dead(folder)
    scratch = folder / f"{SCRATCH}{entry.name}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _delete_dead(folder: Path) -> None:
    """Deletes what exports left that ended in the middle: whose name nobody works on."""
    for each in folder.glob(f"{SCRATCH}*"):
        with suppress(ModelError, OSError), alone(each.name.removeprefix(SCRATCH), folder):
            shutil.rmtree(each)


def _put(new: Path, target: Path, before: Path) -> None:
    """Puts the new folder in the place of the old one, which comes back where that fails."""
    if target.exists():
        target.replace(before)
    try:
        new.replace(target)
    except OSError:
        if before.exists():
            before.replace(target)
        raise


def _exporter(entry: Entry) -> Exporter:
    module = EXPORTERS.get(entry.family)
    if entry.source != "export" or module is None:
        raise ModelError(f"{entry.name} is not made here: {store.cure(entry.name)}")
    return cast("Exporter", import_module(module))
