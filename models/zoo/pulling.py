"""Models that are fetched into the folder of models, and verified there.

What a file has to be is asked of the hub, or stands in the catalogue. Of an asset of a release it
may stand nowhere: then what comes in first is recorded, said to be so, and asked for from then on.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import httpx
from tqdm import tqdm

from models.zoo import hub, releases, store
from models.zoo.alone import alone
from models.zoo.catalogue import Entry
from models.zoo.client import open_client
from models.zoo.digests import sha256
from models.zoo.download import MakeBar, fetch, held
from models.zoo.licences import require_consent
from models.zoo.remote import Described, RemoteFile
from models.zoo.store import PART, RECORD, Kept, Record
from models.zoo.trouble import explained
from vision.errors import ConfigError, ModelError, WeightsCorrupt, WeightsMissing

SPARE = 16 << 20
"""Bytes that are left free on the disk."""


def pull(
    entry: Entry,
    folder: Path,
    progress: MakeBar = tqdm,
    *,
    accept_licence: bool = False,
    offline: bool = False,
) -> Kept:
    """Fetches a model, or what is still missing of it, and verifies all of it.

    The environment may name proxies and mirrors, and forbid to ask the hub.

    Args:
        entry: what to fetch.
        folder: of all models; this one gets a folder of its name in it.
        progress: how the progress of each file is shown, such as ``tqdm``.
        accept_licence: whether a licence that is not permissive was accepted.
        offline: only verify what is here, and contact nobody.

    Raises:
        ConfigError: its licence was not accepted, or folder or environment do not fit.
        WeightsMissing: it cannot be had.
        WeightsCorrupt: a file that came in is not the one that it has to be.
        ModelError: it is not one to be fetched, or another process does so.
    """
    _require_fetchable(entry)
    if offline or (entry.source == "hub" and hub.is_offline(os.environ)):
        return _verified_only(entry, folder, offline=offline)
    require_consent(entry, accepted=accept_licence)
    with explained(entry, folder), alone(entry.name, folder):
        recorded = _recorded(entry, folder)
        if recorded is None or not _is_settled(entry, folder, recorded):
            with open_client() as client:
                described = _describe(client, entry, recorded)
                recorded = _obtain(client, entry, described, folder, progress)
        return Kept(folder / entry.name, recorded)


def _require_fetchable(entry: Entry) -> None:
    if entry.source == "package":
        raise ModelError(f"{entry.name} comes with openeyes: there is nothing to pull")
    if entry.source == "export":
        raise ModelError(
            f"{entry.name} is published in a form that has to be converted here: "
            f"{store.cure(entry.name)}"
        )


def _verified_only(entry: Entry, folder: Path, *, offline: bool) -> Kept:
    why = "--offline" if offline else hub.OFFLINE
    try:
        return Kept(folder / entry.name, store.verify(entry.name, folder))
    except WeightsMissing as error:
        raise WeightsMissing(
            f"{entry.name} is not here, and nobody was asked for it because of {why}: "
            "pull it without that"
        ) from error


def _recorded(entry: Entry, folder: Path) -> Record | None:
    """What is recorded of an earlier pull from the same repository."""
    try:
        found = store.recorded(entry.name, folder)
    except ModelError:
        return None
    return found if found.repository == entry.repository else None


def _is_settled(entry: Entry, folder: Path, recorded: Record) -> bool:
    """Whether all is here, of a revision that stands for the same files for ever."""
    fixed = entry.source == "release" or len(entry.revision) == 40
    same = recorded.commit == entry.revision and set(entry.files) <= set(recorded.files)
    if not (fixed and same and entry.sha256.items() <= recorded.files.items()):
        return False
    try:
        store.verify(entry.name, folder)
    except ModelError:
        return False
    return True


def _describe(client: httpx.Client, entry: Entry, recorded: Record | None) -> Described:
    if entry.source == "hub":
        return hub.describe(client, entry, os.environ)
    same = recorded is not None and recorded.commit == entry.revision
    known = recorded.files if recorded and same else {}
    return releases.describe(client, entry, os.environ, known)


def _obtain(
    client: httpx.Client, entry: Entry, described: Described, folder: Path, progress: MakeBar
) -> Record:
    """Fetches what is not here, and records all; the model is not whole until then."""
    target = folder / entry.name
    earlier = _recorded(entry, folder)
    missing = [each for each in described.files if not each.is_at(target / each.path)]
    _require_room(entry, target, missing)
    if earlier is not None and earlier.commit != described.commit:
        earlier = None
    for each in missing:
        part = _part(each, target)
        part.parent.mkdir(parents=True, exist_ok=True)
        fetch(client, each.url, part, each.size, progress)
        if not each.is_at(part):
            part.unlink()
            raise WeightsCorrupt(_other_than(entry, each.path, earlier))
    if earlier is None:  # what was here before can be used until now
        (target / RECORD).unlink(missing_ok=True)
    for each in missing:
        _part(each, target).replace(target / each.path)
    record = Record(
        entry.name,
        entry.repository,
        described.commit,
        {each.path: sha256(target / each.path) for each in described.files},
        entry.licence,
        _unconfirmed(described, earlier),
    )
    store.write(target, record)
    for stray in target.rglob(f"*{PART}"):
        stray.unlink()
    return record


def _unconfirmed(described: Described, earlier: Record | None) -> tuple[str, ...]:
    before = earlier.unconfirmed if earlier else ()
    return tuple(
        each.path for each in described.files if not each.is_confirmed or each.path in before
    )


def _part(file: RemoteFile, target: Path) -> Path:
    path = target / file.path
    return path.with_name(f"{path.name}.{file.version}{PART}")


def _require_room(entry: Entry, target: Path, missing: list[RemoteFile]) -> None:
    needed = sum(each.size - held(_part(each, target)) for each in missing)
    there = next(each for each in (target, *target.parents) if each.exists())
    free = shutil.disk_usage(there).free
    if missing and needed + SPARE > free:
        raise ConfigError(
            f"{entry.name} needs {needed / 1e6:,.0f} MB more in {target}, and {free / 1e6:,.0f} MB "
            "are free there: make room, or set OPENEYES_HOME to a folder on another disk"
        )


def _other_than(entry: Entry, path: str, earlier: Record | None) -> str:
    said = f"{path} of {entry.name} came in other than it is described, and was deleted: "
    if earlier and path in earlier.unconfirmed:
        return (
            f"{said}it is not what came in first. If its publisher says that it was replaced, "
            f"`openeyes models remove {entry.name}` and pull it as a new one"
        )
    return (
        f"{said}pull it again; if that does not help, something on the way changes it, or it was "
        "replaced where it lies"
    )
