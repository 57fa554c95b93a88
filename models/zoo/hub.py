"""What the Hugging Face hub says of a model's files: sha256 of large ones, git blob id of others.

Its public API is asked without a login; https://huggingface.co/docs/hub/api.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

import httpx
import msgspec

from models.zoo.catalogue import Entry, is_inside
from models.zoo.client import address
from models.zoo.download import refuse_strange
from models.zoo.remote import Described, RemoteFile
from vision.errors import WeightsCorrupt, WeightsMissing

ENDPOINT = "HF_ENDPOINT"
PUBLIC = "https://huggingface.co"
OFFLINE = "HF_HUB_OFFLINE"
MAIN = "main"


class _Large(msgspec.Struct):
    sha256: str


class _File(msgspec.Struct, rename={"path": "rfilename", "blob": "blobId"}):
    path: str
    size: int | None = None
    blob: str | None = None
    lfs: _Large | None = None


class _Info(msgspec.Struct):
    sha: str
    siblings: list[_File]


def is_offline(environ: Mapping[str, str]) -> bool:
    """Whether the environment forbids to ask the hub."""
    return environ.get(OFFLINE, "").upper() in {"1", "ON", "YES", "TRUE"}


def describe(client: httpx.Client, entry: Entry, environ: Mapping[str, str]) -> Described:
    """The files of a model at the commit that its revision stands for now.

    Raises:
        ConfigError: the environment names a hub that is none.
        WeightsMissing: the hub does not have them, or does not answer as a hub.
        WeightsCorrupt: they are not those that the catalogue knows, or came an open way.
        httpx.HTTPError: it cannot be asked.
    """
    base = address(environ, ENDPOINT, PUBLIC)
    revision = quote(entry.revision or MAIN, safe="")
    about = f"{base}/api/models/{entry.repository}/revision/{revision}"
    response = client.get(about, params={"blobs": "true"})
    response.raise_for_status()
    refuse_strange(response, about)
    try:
        info = msgspec.json.decode(response.content, type=_Info)
    except msgspec.MsgspecError as error:
        raise WeightsMissing(
            f"{base} does not answer as a hub ({error}): is there a proxy on the way? {ENDPOINT} "
            "names another one"
        ) from error
    files = (_remote(base, entry, info.sha, each) for each in _wanted(entry, info))
    return Described(info.sha, tuple(files))


def _wanted(entry: Entry, info: _Info) -> list[_File]:
    """The files to fetch, weights that lie beside a graph included."""
    there = {each.path: each for each in info.siblings if is_inside(each.path)}
    missing = [each for each in entry.files if each not in there]
    if missing:
        raise WeightsMissing(
            f"{entry.repository} at {info.sha} has no {', '.join(missing)}: {entry.name} cannot be "
            f"had from there; a newer openeyes may know the new place, see {entry.page}"
        )
    graphs = tuple(f"{each}{ending}" for each in entry.files for ending in ("_data", ".data"))
    beside = sorted(each for each in there if each.startswith(graphs) and each not in entry.files)
    return [there[each] for each in (*entry.files, *beside)]


def _remote(base: str, entry: Entry, commit: str, file: _File) -> RemoteFile:
    told = file.lfs.sha256 if file.lfs else None
    known = entry.sha256.get(file.path)
    if known and told and known != told:
        raise WeightsCorrupt(
            f"{entry.repository} has another {file.path} now than the catalogue knows (sha256 "
            f"{told}, not {known}): nothing was fetched; a newer openeyes may know it"
        )
    version = told or file.blob
    if file.size is None or version is None:
        raise WeightsMissing(f"{base} does not say what {file.path} has to be; try another mirror")
    url = f"{base}/{entry.repository}/resolve/{commit}/{quote(file.path)}"
    blob = None if told or known else file.blob
    return RemoteFile(file.path, url, file.size, version[:12], known or told, blob)
