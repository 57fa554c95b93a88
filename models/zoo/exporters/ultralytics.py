"""YOLO of Ultralytics as ONNX, by its own package, which is under AGPL-3.0 and no part of ours."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from models.families import loading
from models.zoo.catalogue import Entry
from models.zoo.digests import sha256
from models.zoo.making import Made, tell
from models.zoo.trouble import of_disk
from vision.errors import ModelError, WeightsMissing

HOW: dict[str, Any] = {
    "format": "onnx",
    "opset": 17,  # what TensorRT 10, OpenVINO 2024 and onnxruntime 1.17 all know
    "dynamic": True,  # the batch's side is free: several sessions' pictures can go in one run
    "nms": False,  # ours is as good, and a network that needs none keeps to its own way
    "verbose": False,
}
"""Of the package's options."""

FILE = "model.onnx"


def export(entry: Entry, target: Path, source: Path | None) -> Made:
    """Writes ``target / FILE``.

    Args:
        entry: of the catalogue; without ``source`` the package fetches the weights of that name.
        target: an empty folder.
        source: weights that are here already, a ``.pt`` file.

    Raises:
        ModelError: the package is not installed, or cannot convert the weights.
        WeightsMissing: it cannot fetch them, or ``source`` is none that can be read.
        OSError: the disk is full, or cannot be written.
    """
    ultralytics = _package()
    if source is not None:
        _require_readable(source)
    with tempfile.TemporaryDirectory(dir=target.parent, ignore_cleanup_errors=True) as scratch:
        weights = Path(scratch) / f"{entry.name}.pt"
        if source is not None:
            shutil.copyfile(source, weights)
        model = _loaded(ultralytics, entry, weights)
        sources = {(source or weights).name: sha256(weights)} if weights.is_file() else {}
        path = Path(shutil.move(_exported(model, entry), target / FILE))
        made = Made(path, f"ultralytics {ultralytics.__version__}", sources)
        tell(made, entry, path)
        return made


def _require_readable(source: Path) -> None:
    if source.is_dir():
        raise WeightsMissing(f"{source} is a folder: name the .pt file in it")
    if not source.exists():
        raise WeightsMissing(f"there is no file {source}")
    try:
        with source.open("rb"):
            pass
    except OSError as error:
        raise WeightsMissing(f"{source} cannot be read: {error.strerror}") from error


def _loaded(ultralytics: Any, entry: Entry, weights: Path) -> Any:
    """The package's model; it fetches the weights where they are not there."""
    try:
        return ultralytics.YOLO(str(weights))
    except Exception as error:  # of its own, of its HTTP client, of torch
        if disk := of_disk(error):
            raise disk from error
        raise WeightsMissing(
            f"the weights of {entry.name} cannot be had ({error}): fetch {weights.name} from "
            f"{entry.page}, and name it with --weights FILE"
        ) from error


def _exported(model: Any, entry: Entry) -> str:
    side = entry.input_size[::-1] if entry.input_size else (640, 640)
    try:
        return str(model.export(imgsz=list(side), **HOW))
    except Exception as error:
        if disk := of_disk(error):
            raise disk from error
        raise ModelError(f"ultralytics cannot export {entry.name}: {error}") from error


def _package() -> Any:
    os.environ.setdefault("YOLO_AUTOINSTALL", "false")  # it would call pip by itself
    try:
        return import_module("ultralytics")
    except ModuleNotFoundError as error:
        raise ModelError(
            "exporting YOLO of Ultralytics needs its package, which is under AGPL-3.0: "
            "pip install 'openeyes[ultralytics]'"
        ) from error


def attempt(entry: Entry, path: Path) -> None:
    """Raises ``ModelError`` unless what was made loads, and runs once."""
    loading.load(entry.name, path, "cpu", None)
