"""Which accelerator to run on, decided from what was asked and what this machine offers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from vision.errors import ConfigError, DeviceUnavailable

Device: TypeAlias = Literal["auto", "cpu", "cuda", "tensorrt", "openvino"]
"""What ``--device`` takes."""

DEVICES: tuple[Device, ...] = get_args(Device)

PROVIDERS: dict[Device, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}
"""onnxruntime's name for each device."""

AUTO_ORDER: tuple[Device, ...] = ("cuda", "openvino", "cpu")
"""What ``auto`` tries. TensorRT is not in it: it builds its engine for minutes at every start."""

_CURES: dict[Device, str] = {
    "cuda": "pip install openeyes[gpu], with an NVIDIA driver, CUDA and cuDNN",
    "tensorrt": "pip install openeyes[gpu], with an NVIDIA driver, CUDA and TensorRT",
    "openvino": "pip install onnxruntime-openvino in place of onnxruntime",
}


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a network runs on, and why; ``str()`` of it is a line for logs and people."""

    device: Device
    "Never ``auto``."
    threads: int
    "CPU threads that one run may take."
    reason: str
    "Why this device, in words."

    def __str__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.device}, {threads} ({self.reason})"


def candidates(device: Device, available: Sequence[str]) -> tuple[Device, ...]:
    """The devices to try, best first; ``available`` are onnxruntime's provider names.

    Raises:
        ConfigError: there is no such device.
        DeviceUnavailable: the device was asked for by name and is not offered here.
    """
    if device not in DEVICES:
        raise ConfigError(f"there is no device {device!r}; choose one of: {', '.join(DEVICES)}")
    offered = tuple(each for each in AUTO_ORDER if PROVIDERS[each] in available)
    if device == "auto":
        return offered
    if PROVIDERS[device] not in available:
        raise DeviceUnavailable(unavailable(device, "this onnxruntime was built without it"))
    return (device,)


def unavailable(device: Device, why: str) -> str:
    """The message for a device that was asked for by name and cannot be used."""
    cure = _CURES.get(device, "reinstall onnxruntime")
    return f"device {device} cannot be used: {why}; {cure}, or choose --device auto"


def default_threads(cores: int | None = None) -> int:
    """Half of the cores that this process may use: the other half moves pictures."""
    return max(1, (usable_cores() if cores is None else cores) // 2)


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
