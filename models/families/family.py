"""What a family of detectors is to the rest: how it is known, fed and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.families.fitting import Fitting, Floats, Size

FAMILY_KEY = "openeyes.family"
"""Of an ONNX file's metadata: the name of its family, where shapes alone do not tell."""

Shape: TypeAlias = tuple[int | None, ...]
"""Of an input or output; None where the model leaves a side free."""

Outputs: TypeAlias = Mapping[str, NDArray[np.generic]]
"""Of one picture, by name: the batch's side is gone."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What an ONNX file tells of itself."""

    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    metadata: Mapping[str, str] = field(default_factory=dict)
    "Its ``metadata_props``."

    @property
    def picture(self) -> tuple[str, Shape]:
        """The first input of shape (batch, 3, height, width), by name.

        Raises:
            StopIteration: there is none.
        """
        return next(each for each in self.inputs.items() if _is_picture(each[1]))


def worded(shape: Shape) -> str:
    """For people: ``1×3×?×?``."""
    return "×".join("?" if side is None else str(side) for side in shape)


def _is_picture(shape: Shape) -> bool:
    return len(shape) == 4 and shape[1] in {3, None}


class Candidates(NamedTuple):
    """What a network proposes for one picture, best first, not yet freed of duplicates."""

    corners: Floats
    "(n, 4) left, top, right, bottom, fractions of the network's input; may reach outside."
    scores: Floats
    "(n,) 0…1."
    classes: NDArray[np.int32]
    "(n,)."


class Family(Protocol):
    """How one family is fed and read. Holds no state between pictures."""

    @property
    def name(self) -> str:
        """For people and for an ONNX file's metadata: ``yolox``."""
        ...

    @property
    def fitting(self) -> Fitting:
        """What is done to a picture before."""
        ...

    @property
    def nms_iou(self) -> float | None:
        """Overlap from which the weaker of two boxes of a class is a duplicate; None: never."""
        ...

    @property
    def classes(self) -> int:
        """How many the network tells apart: the length that a list of labels must have."""
        ...

    @property
    def default_labels(self) -> tuple[str, ...] | None:
        """Names of the classes where neither file nor operator tells; None if they are unknown."""
        ...

    def further_inputs(self, size: Size) -> Mapping[str, NDArray[np.generic]]:
        """Inputs besides the picture, batch side left out, and what they hold for an input size."""
        ...

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:
        """What scores at least ``threshold``.

        Args:
            outputs: of one picture.
            size: of the network's input.
            threshold: above 0 and below 1.
        """
        ...


class OnlyPicture:
    """Of families whose networks take the picture and nothing else."""

    __slots__ = ()

    def further_inputs(self, size: Size) -> Mapping[str, NDArray[np.generic]]:  # noqa: ARG002
        """None."""
        return {}
