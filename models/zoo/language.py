"""Language models from the folder of models.

To load one needs ``pip install 'openeyes[smolvlm]'``; importing this module does not.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from models.devices import Device
from models.zoo import catalogue, store
from vision.errors import ModelError, UnknownModel

if TYPE_CHECKING:
    from models.smolvlm.model import SmolVLM

SUFFIXES = {"-fp16": "_fp16", "-q4": "_q4"}
"""Of the graphs' files, by the ending of the model's name."""


def names() -> tuple[str, ...]:
    """Of all that can be run in this process, sorted."""
    return catalogue.names("language")


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
        name: one of ``names``.
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
    if name not in names():
        raise UnknownModel(f"no language model is called {name!r}; there are: {', '.join(names())}")
    store.verify(name, folder)
    try:
        smolvlm = import_module("models.smolvlm.model")
    except ModuleNotFoundError as error:
        raise ModelError(
            f"SmolVLM needs the package {error.name}: pip install 'openeyes[smolvlm]'"
        ) from error
    suffix = next((of for end, of in SUFFIXES.items() if name.endswith(end)), "")
    parts = smolvlm.load_parts(folder / name, suffix, device=device, threads=threads)
    model: SmolVLM = smolvlm.SmolVLM(name, parts, detail=detail)
    return model
