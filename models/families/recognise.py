"""Which family a detector in an ONNX file is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import ModuleType

from models.families import detr, nanodet_plus, rf_detr, ultralytics, yolox
from models.families.family import FAMILY_KEY, Family, Shape, Signature, worded
from vision.errors import ConfigError, ModelError

FAMILIES: tuple[ModuleType, ...] = (ultralytics, yolox, nanodet_plus, rf_detr, detr)
"""Those that tell themselves by their metadata first, those that go by shapes alone last."""

NAMES = tuple(sorted((ultralytics.NAME, yolox.NAME, nanodet_plus.NAME, rf_detr.NAME, *detr.NAMES)))
"""What can be told of a file, by its metadata or by whoever loads it."""

TRANSFORMERS = tuple(sorted((rf_detr.NAME, *detr.NAMES)))
"""Of these, those whose files do not show which of them they are."""


def told(signature: Signature, family: str | None) -> Signature:
    """A file as it tells of itself, or as somebody who knows better says.

    Raises:
        ConfigError: there is no such family.
    """
    if family is None:
        return signature
    if family not in NAMES:
        raise ConfigError(f"no family is called {family!r}; there are: {', '.join(NAMES)}")
    return replace(signature, metadata={**signature.metadata, FAMILY_KEY: family})


def recognise(signature: Signature, what: str) -> Family:
    """The family of a network that is called ``what`` in messages.

    Raises:
        ModelError: it is of none that is known here, or does not show of which.
    """
    for module in FAMILIES:
        known: Callable[[Signature], Family | None] = module.recognise
        family = known(signature)
        if family is not None:
            return family
    if FAMILY_KEY not in signature.metadata and detr.raw_classes(signature) is not None:
        raise _doubtful(signature, what)
    raise unknown(signature, what)


def _doubtful(signature: Signature, what: str) -> ModelError:
    return ModelError(
        f"{what} is a transformer that does not show of which family it is (outputs "
        f"{_listed(signature.outputs)}), and each is fed and read in its own way: say so with "
        f"--family, one of {', '.join(TRANSFORMERS)}, or in the file's metadata as {FAMILY_KEY}. "
        "If it is of another one, it cannot be used here"
    )


def unknown(signature: Signature, what: str) -> ModelError:
    """The error for a network that is of no family that is known here."""
    return ModelError(
        f"{what} is no detector of a family that is known here (inputs "
        f"{_listed(signature.inputs)}; outputs {_listed(signature.outputs)}): "
        "export it as docs/models.md says, or choose another model"
    )


def _listed(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"{name} {worded(shape)}" for name, shape in shapes.items()) or "none"
