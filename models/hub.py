"""Models that are fetched from the Hugging Face hub into a folder, verified there and at each load.

What a file has to be is asked of the hub itself: the sha256 of a large file, the git blob id of a
small one, at one commit. The sha256 of every file is then recorded in a manifest beside them, and
a model whose files are no longer the recorded ones is not loaded. A download that was cut off goes
on where it stopped. Needs ``pip install 'openeyes[smolvlm]'``; importing this module does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from models.devices import Device
from models.hub_download import MakeBar, fetch
from models.hub_store import (
    GO_ON,
    MANIFEST,
    Manifest,
    git_blob_id,
    is_whole,
    record,
    sha256,
    verify,
)
from models.smolvlm.settings import FILES, GRAPHS
from vision.errors import ModelError, UnknownModel, WeightsCorrupt, WeightsMissing

if TYPE_CHECKING:
    from models.smolvlm.model import SmolVLM

REVISION = "main"
"""Branch, tag or commit that is fetched; what it stands for is resolved once and recorded."""

SUFFIXES = {"": "", "-fp16": "_fp16", "-q4": "_q4"}
"""Of the graphs' files, by the ending of the model's name."""

_SIZES = {"smolvlm-256m": "SmolVLM-256M-Instruct", "smolvlm-500m": "SmolVLM-500M-Instruct"}


@dataclass(frozen=True, slots=True)
class Release:
    """Where a model is published."""

    repository: str
    "On the hub."
    suffix: str
    "Of its graphs' files."


RELEASES = {
    name + ending: Release(f"HuggingFaceTB/{repository}", suffix)
    for name, repository in _SIZES.items()
    for ending, suffix in SUFFIXES.items()
}
"""What can be pulled, by name."""


def pull(
    name: str,
    folder: Path,
    progress: MakeBar = tqdm,
    *,
    revision: str = REVISION,
    endpoint: str | None = None,
) -> Path:
    """Fetches a model, or what is still missing of it, and verifies all of it.

    Args:
        name: one of ``RELEASES``.
        folder: of all models; this one gets a folder of its name in it.
        progress: how the progress of each file is shown, such as ``tqdm``.
        revision: branch, tag or commit of the repository.
        endpoint: of the hub; None for what ``HF_ENDPOINT`` says, or the public one.

    Returns:
        The model's folder.

    Raises:
        UnknownModel: there is none of that name.
        ModelError: the package that talks to the hub is not installed.
        WeightsMissing: the hub cannot be reached, or does not have the model.
        WeightsCorrupt: a file that came in is not the one that the hub describes.
    """
    release, target = _release(name), folder / name
    hub = _package("huggingface_hub")
    try:
        api = hub.HfApi(endpoint=endpoint, token=False)
        info = api.model_info(release.repository, revision=revision, files_metadata=True)
        wanted = _wanted(name, release, info)
        files = {}
        for entry in wanted:
            url = hub.hf_hub_url(
                release.repository, entry.rfilename, revision=info.sha, endpoint=endpoint
            )
            files[entry.rfilename] = _obtained(hub.get_session(), url, target, entry, progress)
        record(target, Manifest(name, release.repository, info.sha, files))
    except ModelError:
        raise
    except Exception as error:  # errors of the hub's client and its HTTP library share no root
        raise WeightsMissing(_unreachable(name, error)) from error
    return target


def installed(folder: Path) -> tuple[str, ...]:
    """Names of the models in ``folder`` whose files are all there, sorted; reads none of them."""
    return tuple(name for name in sorted(RELEASES) if is_whole(folder / name))


def load(
    name: str,
    folder: Path,
    *,
    device: Device = "auto",
    threads: int | None = None,
    detail: int = 0,
) -> SmolVLM:
    """The model ``name`` from ``folder``, once its files have proved to be those that were pulled.

    Args:
        name: one of ``RELEASES``.
        folder: of all models.
        device: what to run on.
        threads: of one run on the CPU; half of the cores by default.
        detail: tiles along the longer side of each picture; 0 shows it as one tile, fast.

    Raises:
        UnknownModel: there is none of that name.
        WeightsMissing: it was not pulled, or not to the end.
        WeightsCorrupt: a file is not the one that was pulled.
        ConfigError, DeviceUnavailable, ModelError: it cannot run as asked.
    """
    release, target = _release(name), folder / name
    verify(name, target)
    smolvlm = _package("models.smolvlm.model")
    parts = smolvlm.load_parts(target, release.suffix, device=device, threads=threads)
    model: SmolVLM = smolvlm.SmolVLM(name, parts, detail=detail)
    return model


def _release(name: str) -> Release:
    if name not in RELEASES:
        raise UnknownModel(f"no model is called {name!r}; there are: {', '.join(RELEASES)}")
    return RELEASES[name]


def _package(module: str) -> Any:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"SmolVLM needs the package {error.name}: pip install 'openeyes[smolvlm]'"
        ) from error


def _wanted(name: str, release: Release, info: Any) -> list[Any]:
    """The entries of the files to fetch, weights that lie beside a graph included."""
    entries = {each.rfilename: each for each in info.siblings}
    graphs = [f"onnx/{each}{release.suffix}.onnx" for each in GRAPHS]
    missing = [each for each in (*FILES, *graphs) if each not in entries]
    if missing:
        raise WeightsMissing(
            f"{release.repository} at {info.sha} has no {', '.join(missing)}: "
            f"{name} cannot be had from there; choose another revision or variant"
        )
    beside = sorted(
        each for each in entries if any(each.startswith(f"{graph}_data") for graph in graphs)
    )
    return [entries[each] for each in (*FILES, *graphs, *beside)]


def _obtained(client: Any, url: str, target: Path, entry: Any, progress: MakeBar) -> str:
    """The sha256 of a file that is in its place now and is the one that the hub describes."""
    path = target / entry.rfilename
    if not (path.is_file() and _is_described(path, entry)):
        (target / MANIFEST).unlink(missing_ok=True)  # the model is not whole until all are there
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{entry.blob_id[:12]}.part")
        fetch(client, url, part, entry.size, progress)
        if not _is_described(part, entry):
            part.unlink()
            raise WeightsCorrupt(
                f"{path.name} came in other than the hub describes it, and was deleted: "
                "pull it again"
            )
        part.replace(path)
    return sha256(path)


def _is_described(path: Path, entry: Any) -> bool:
    if entry.lfs is None:
        return bool(git_blob_id(path) == entry.blob_id)
    return bool(sha256(path) == entry.lfs.sha256)


def _unreachable(name: str, error: Exception) -> str:
    first = str(error).strip().partition("\n")[0] or type(error).__name__
    return (
        f"{name} could not be fetched ({first}): run `openeyes models pull {name}` again when the "
        f"hub can be reached, what has come in is kept; {GO_ON}"
    )
