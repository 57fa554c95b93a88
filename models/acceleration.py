"""Faster ways to compute on an accelerator: which there are, and how they are asked for.

Names and values are those of onnxruntime's documentation of its execution providers:
https://onnxruntime.ai/docs/execution-providers/ . No accelerator was at hand when this was written.
So none of it is trusted: see ``models.tuned``, and ``docs/gpu.md`` for what is to be measured.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import onnxruntime as ort

from models.devices import Device

log = logging.getLogger(__name__)

CACHE = "OPENEYES_ENGINES"
"""Environment variable: folder for what accelerators compile, for minutes, from a network. Nothing
is kept where it is not set. What lies there is code that is run: nobody else may write there."""

COMPILING: tuple[Device, ...] = ("tensorrt", "openvino")
"""Devices that compile networks which can be kept."""

MOST_KEPT = 16
"""Networks of which what was compiled is kept: those that were opened last."""

PREFIX = "network-"
"""Begins the names of their folders, the rest is their content's."""

BESIDE = ("_data", ".data")
"""Endings after an ONNX file's name of what may hold its weights."""

PLAIN = "onnxruntime's own settings"

_OTHERS = 0o077


@dataclass(frozen=True, slots=True)
class Way:
    """One way to compute on a device."""

    name: str
    "For logs."
    options: Mapping[str, str] = field(default_factory=dict)
    "Of the execution provider."
    recorded: bool = False
    "Whether a run is recorded once for each set of shapes and then only replayed."


def ways(device: Device, cache: Path | None) -> tuple[Way, ...]:
    """The ways to compute on a device, fastest first. All are to be held against the last one.

    Args:
        device: never ``auto``.
        cache: folder that is there, for compiled networks.
    """
    if device == "cuda":
        return Way("CUDA graphs", {"enable_cuda_graph": "1"}, recorded=True), Way(PLAIN)
    if device == "tensorrt":
        kept = _tensorrt_cache(cache)
        half = Way("real numbers of 16 bits", {**kept, "trt_fp16_enable": "1"})
        return half, Way("real numbers of 32 bits", kept)
    if device == "openvino" and cache is not None:
        return Way("compiled networks kept", _openvino_cache(cache)), Way(PLAIN)
    return (Way(PLAIN),)


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder for compiled networks, made where it was not there; None where there is none.

    None too, with a line of log, where somebody else could put something into it.
    """
    named = environ.get(CACHE)
    return _own(Path(named)) if named else None


def kept_for(model: bytes | Path, folder: Path) -> Path | None:
    """Where in that folder what is compiled from a model is kept; None where it cannot be.

    TensorRT's provider tells networks apart by the names in them and by their file's, not by their
    weights: another one of the same make would be taken for the one that was compiled.
    """
    within = _own(folder / f"{PREFIX}{_content(model)}")
    if within is not None:
        within.touch()
        _forget_old(folder)
    return within


def _own(folder: Path) -> Path | None:
    """The folder, once it is there and is nobody's but ours to write in or read from."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        why = _not_ours(folder.lstat())
    except OSError as error:
        why = str(error.strerror)
    if why:
        log.warning("compiled networks are not kept: %s: %s", folder, why)
        return None
    return folder


def _not_ours(status: os.stat_result) -> str:
    """What is wrong with a folder, in words, with the cure; empty where nothing is."""
    if stat.S_ISLNK(status.st_mode):
        return "it is a link, name the folder itself"
    if not hasattr(os, "geteuid"):  # Windows keeps such things elsewhere
        return ""
    if status.st_uid != os.geteuid():
        return "it belongs to another user, name one of your own"
    if status.st_mode & _OTHERS:
        return "others can look or write into it, chmod it to 700"
    return ""


def _content(model: bytes | Path) -> str:
    """Stands for what is computed and by what."""
    digest = hashlib.sha256(ort.__version__.encode())
    if isinstance(model, bytes):
        digest.update(model)
    else:
        for path in _files(model):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:32]


def _files(model: Path) -> Iterator[Path]:
    yield model
    beside = (model.with_name(f"{model.name}{ending}") for ending in BESIDE)
    yield from (each for each in beside if each.is_file())


def _forget_old(folder: Path) -> None:
    """Deletes what was compiled from networks that were not opened for longest."""
    kept = [each for each in folder.glob(f"{PREFIX}*") if each.is_dir() and not each.is_symlink()]
    kept.sort(key=lambda each: each.stat().st_mtime)
    for each in kept[:-MOST_KEPT]:
        shutil.rmtree(each, ignore_errors=True)


def _tensorrt_cache(folder: Path | None) -> dict[str, str]:
    if folder is None:
        return {}
    return {
        "trt_engine_cache_enable": "1",
        "trt_engine_cache_path": str(folder),
        "trt_timing_cache_enable": "1",
    }


def _openvino_cache(folder: Path) -> dict[str, str]:
    kept = {"CACHE_DIR": str(folder)}
    return {"load_config": json.dumps({"CPU": kept, "GPU": kept})}
