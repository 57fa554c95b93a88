"""Faster ways to compute on an accelerator: which there are, and how they are asked for.

Names and values are those of onnxruntime's documentation of its execution providers:
https://onnxruntime.ai/docs/execution-providers/ . No accelerator was at hand when this was written.
So none of it is trusted: see ``models.tuned``, and ``docs/gpu.md`` for what is to be measured.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.devices import Device

log = logging.getLogger(__name__)

CACHE = "OPENEYES_ENGINES"
"""Environment variable: folder for what accelerators compile, for minutes, from a network. Nothing
is kept where it is not set. What lies there is code that is run: nobody else may write there."""

COMPILING: tuple[Device, ...] = ("tensorrt", "openvino")
"""Devices that compile networks which can be kept."""

PLAIN = "onnxruntime's own settings"


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
    """The folder for compiled networks, made where it was not there; None where there is none."""
    named = environ.get(CACHE)
    if not named:
        return None
    folder = Path(named)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        log.warning("compiled networks are not kept: %s: %s", folder, error.strerror)
        return None
    return folder


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
