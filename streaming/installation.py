"""What this machine brings: Python, packages, what to compute on, codecs, cores."""

from __future__ import annotations

import asyncio
import os
import platform
import re
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Literal

import av
from av.codec.codec import UnknownCodecError

from streaming.findings import Check

_OLDEST_PYTHON = (3, 11)
_ENOUGH_CORES = 2
_CODECS = {"VP8": ("libvpx", "libvpx"), "H.264": ("libx264", "h264")}  # encoder, decoder
_STANDS_IN = {
    "onnxruntime": ("onnxruntime-gpu", "onnxruntime-openvino", "onnxruntime-directml"),
    "opencv-python-headless": (
        "opencv-python",
        "opencv-contrib-python",
        "opencv-contrib-python-headless",
    ),
}
_TOLD = frozenset({"aiortc", "av", "onnxruntime", "opencv-python-headless", "numpy"})
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[.*?\])?\s*(==\s*(?P<pin>[^\s;,]+))?")
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def check_python(version: tuple[int, ...]) -> Check:
    """Whether this Python is new enough."""
    said = f"{'.'.join(map(str, version))} ({platform.system()}, {platform.machine()})"
    if version < _OLDEST_PYTHON:
        return Check("Python", "fail", said, "install Python 3.11 or newer")
    return Check("Python", "ok", said)


def check_packages(requirements: Sequence[str] | None = None) -> Check:
    """Whether the packages that we need are there, the pinned ones as pinned.

    Args:
        requirements: as a package's metadata lists them; ours when not given.
    """
    needed = list(_needed(_ours() if requirements is None else requirements))
    versions = {name: _installed(name) for name, _ in needed}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Check("packages", "fail", f"missing: {', '.join(missing)}", "pip install openeyes")
    odd = [(name, pin) for name, pin in needed if pin not in {None, versions[name]}]
    if odd:
        said = ", ".join(f"{name} {versions[name]}" for name, _ in odd)
        pins = " ".join(f"{name}=={pin}" for name, pin in odd)
        return Check("packages", "warn", f"not as tested: {said}", f"pip install {pins}")
    told = [f"{name} {version}" for name, version in versions.items() if name in _TOLD]
    return Check("packages", "ok", f"all {len(needed)} there; {', '.join(told)}")


def check_providers(providers: Sequence[str], *, gpu: bool) -> Check:
    """What onnxruntime can compute on, and whether an NVIDIA GPU lies idle."""
    if not providers:
        return Check(
            "onnxruntime", "fail", "offers nothing to compute on", "pip install onnxruntime"
        )
    said = ", ".join(name.removesuffix("ExecutionProvider") for name in providers)
    if gpu and "CUDAExecutionProvider" not in providers:
        return Check(
            "onnxruntime",
            "warn",
            f"{said}, but this machine has a GPU",
            "pip install openeyes[gpu]",
        )
    return Check("onnxruntime", "ok", said)


def check_codecs() -> Iterator[Check]:
    """Whether FFmpeg, as PyAV carries it, has the two codecs that WebRTC speaks (RFC 7742)."""
    for name, (encoder, decoder) in _CODECS.items():
        missing = [
            f"{kind} {codec}"
            for codec, kind in ((encoder, "encoder"), (decoder, "decoder"))
            if not _has_codec(codec, "w" if kind == "encoder" else "r")
        ]
        if missing:
            cure = "pip install --force-reinstall --only-binary av av"
            yield Check(name, "fail", f"PyAV lacks the {' and the '.join(missing)}", cure)
        else:
            yield Check(name, "ok", f"encoder {encoder}, decoder {decoder}")


def check_cores(cores: float) -> Check:
    """Whether the picture and the detector can run side by side."""
    loop = asyncio.new_event_loop()
    said = f"{cores:g} for us; event loop {type(loop).__module__}.{type(loop).__name__}"
    loop.close()
    if cores < _ENOUGH_CORES:
        cure = f"give it {_ENOUGH_CORES}, or expect fewer detections a second"
        return Check("CPU cores", "warn", said, cure)
    return Check("CPU cores", "ok", said)


def _ours() -> Sequence[str]:
    try:
        return metadata.requires("openeyes") or ()
    except metadata.PackageNotFoundError:
        return ("openeyes",)


def _needed(requirements: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    for requirement in requirements:
        match = _REQUIREMENT.match(requirement)
        if match and "extra ==" not in requirement:
            yield match["name"], match["pin"]


def _installed(name: str) -> str | None:
    for candidate in (name, *_STANDS_IN.get(name, ())):
        try:
            return metadata.version(candidate)
        except metadata.PackageNotFoundError:
            continue
    return None


def _has_codec(name: str, mode: Literal["r", "w"]) -> bool:
    try:
        av.Codec(name, mode)
    except UnknownCodecError:
        return False
    return True


def cores_allowed() -> float:
    """Cores that we may use: those of the affinity mask, less a container's quota (cgroup v2)."""
    allowed = getattr(os, "sched_getaffinity", None)
    cores = float(len(allowed(0)) if allowed else os.cpu_count() or 1)
    try:
        quota, period = _CPU_QUOTA.read_text().split()
        return cores if quota == "max" else min(cores, int(quota) / int(period))
    except (OSError, ValueError):
        return cores
