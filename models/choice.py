"""Which detector an operator wants, on what, and how: travels to the detector's process as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import msgspec

from models.batching import AUTOMATIC
from models.devices import Device

AUTO = "auto"
"""Stands for the best detector that is here and fast enough."""

Labels: TypeAlias = tuple[str, ...]


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One detector."""

    name: str
    "As a package registers it, as the catalogue knows it, the path of an ONNX file, or `AUTO`."
    device: Device = "auto"
    threads: int | None = None
    "CPU threads of one run; None leaves it to the detector."
    batch: int = AUTOMATIC
    "Pictures of one run at most, as `models.batching.most` takes it."
    folder: str = ""
    "Of the models that were pulled; empty where there are none."
    labels: Labels | None = None
    "Names of the classes, where the file does not tell or tells wrong."
    family: str | None = None
    "Of the network, where its file does not show it."
    find: Labels = ()
    "What to look for, in words, where the detector is one that is asked."
    target_hz: float = 8.0
    "Detections a second of one session that `AUTO` has to hold."

    @property
    def models(self) -> Path | None:
        """The folder of models."""
        return Path(self.folder) if self.folder else None
