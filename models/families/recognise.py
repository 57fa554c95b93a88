"""Which family a detector in an ONNX file is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType

from models.families import detr, nanodet_plus, rf_detr, ultralytics, yolox
from models.families.family import Family, Shape, Signature
from vision.errors import ModelError

FAMILIES: tuple[ModuleType, ...] = (ultralytics, yolox, nanodet_plus, rf_detr, detr)
"""Those that tell themselves by their metadata first, those that go by shapes alone last."""


def recognise(signature: Signature, what: str) -> Family:
    """The family of a network that is called ``what`` in messages.

    Raises:
        ModelError: it is of none that is known here.
    """
    for module in FAMILIES:
        known: Callable[[Signature], Family | None] = module.recognise
        family = known(signature)
        if family is not None:
            return family
    raise unknown(signature, what)


def unknown(signature: Signature, what: str) -> ModelError:
    """The error for a network that is of no family that is known here."""
    return ModelError(
        f"{what} is no detector of a family that is known here (inputs "
        f"{_listed(signature.inputs)}; outputs {_listed(signature.outputs)}): "
        "export it as docs/models.md says, or choose another model"
    )


def _listed(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"{name} {_worded(shape)}" for name, shape in shapes.items()) or "none"


def _worded(shape: Shape) -> str:
    return "×".join("?" if side is None else str(side) for side in shape)
