"""Detectors by name. Another detector is one file with a function like ``models.nanodet.create``.

The package's own are listed here; those of other packages are found by the entry point group
``openeyes.detectors``, whose entries have the same form: a name, and ``module:function``. Nothing
is imported before a detector is asked for.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from models.devices import Device, Runtime
from vision.errors import UnknownModel
from vision.ports import Detector

GROUP = "openeyes.detectors"

_BUILT_IN = (EntryPoint("nanodet-g-416", "models.nanodet:create", GROUP),)


class RunningDetector(Detector, Protocol):
    """A detector that tells what it runs on."""

    @property
    def runtime(self) -> Runtime:
        """What it runs on, and why."""
        ...


class Factory(Protocol):
    """What an entry names: makes the detector that is registered under ``name``."""

    def __call__(self, name: str, device: Device, threads: int | None) -> RunningDetector:
        """Loads the detector."""
        ...


def names() -> tuple[str, ...]:
    """Names of all detectors that can be asked for, sorted."""
    return tuple(sorted(_entries()))


def create(name: str, *, device: Device = "auto", threads: int | None = None) -> RunningDetector:
    """Loads a detector; ``threads`` bounds the CPU threads of one run (default: half the cores).

    Raises:
        UnknownModel: none is registered under that name.
        WeightsMissing, WeightsCorrupt: its weights are not there or not the right ones.
        DeviceUnavailable: the device was asked for by name and cannot be used.
    """
    entry = _entries().get(name)
    if entry is None:
        raise UnknownModel(f"no detector is called {name!r}; there are: {', '.join(names())}")
    factory: Factory = entry.load()
    return factory(name, device, threads)


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in (*entry_points(group=GROUP), *_BUILT_IN)}
