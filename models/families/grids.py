"""What heads have in common that propose boxes cell by cell, on grids of several strides."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.families.family import FAMILY_KEY, Candidates, Outputs, Signature
from models.families.fitting import Floats, Size
from vision.errors import ModelError

Strides = tuple[int, ...]
"""Pixels of the network's input between the cells of each grid, finest first."""


class Layout(NamedTuple):
    """Of a network with one picture in and one table out."""

    size: Size | None
    "Of the input; None if the file leaves it free."
    output: str
    "Its name."
    rows: int | None
    columns: int | None


def layout(signature: Signature) -> Layout | None:
    """None if the network has other inputs or outputs."""
    if len(signature.inputs) != 1 or len(signature.outputs) != 1:
        return None
    (picture,) = signature.inputs.values()
    ((output, table),) = signature.outputs.items()
    if len(picture) != 4 or picture[1] != 3 or len(table) != 3 or table[0] not in (None, 1):
        return None
    height, width = picture[2:]
    size = (width, height) if width and height else None
    return Layout(size, output, table[1], table[2])


def one_row_a_cell(signature: Signature, name: str, strides: Strides) -> Layout | None:
    """The layout, if its rows are the cells of these grids.

    A file that tells of no family has to fix its size, for its number of cells is all that gives
    it away.
    """
    told, found = signature.metadata.get(FAMILY_KEY), layout(signature)
    if found is None or told not in (None, name):
        return None
    if found.size is None or found.rows is None:
        return found if told == name else None
    return found if found.rows == cells(found.size, strides) else None


def cells(size: Size, strides: Strides) -> int:
    """Of all grids over an input."""
    return sum(-(-size[0] // stride) * -(-size[1] // stride) for stride in strides)


@lru_cache(maxsize=16)
def grid(size: Size, strides: Strides) -> tuple[Floats, Floats]:
    """Where cells begin, (n, 2) in pixels, and their strides, (n, 1), row by row, grid by grid."""
    parts = [_one_grid(size, stride) for stride in strides]
    origins = np.concatenate(parts)
    counts = [len(part) for part in parts]
    return origins, np.repeat(np.array(strides, np.float32), counts)[:, np.newaxis]


def table(outputs: Outputs, name: str, rows: int | None, columns: int) -> Floats:
    """An output as real numbers of 32 bits.

    Raises:
        ModelError: it has another shape.
    """
    values = outputs[name]
    if values.ndim != 2 or values.shape[1] != columns or rows not in (None, len(values)):
        raise ModelError(
            f"the network's output {name} has the shape {values.shape} instead of "
            f"({rows or 'any'}, {columns}): it is not of the family that its file tells of"
        )
    return values.astype(np.float32, copy=False)


def best_first(scores: Floats, threshold: float) -> NDArray[np.intp]:
    """Indices of the scores, (n,), that reach ``threshold``, best first."""
    kept = np.flatnonzero(scores >= threshold)
    return kept[np.argsort(-scores[kept], kind="stable")]


def from_pixels(
    corners: Floats, scores: Floats, classes: NDArray[np.intp], size: Size
) -> Candidates:
    """Candidates of corners in pixels of the input; without those that no box can be made of."""
    fractions: Floats = np.divide(corners, np.array((*size, *size), np.float32))
    real = np.isfinite(fractions).all(axis=1) & (corners[:, 2:] > corners[:, :2]).all(axis=1)
    return Candidates(fractions[real], scores[real], classes[real].astype(np.int32))


def around(centres: Floats, sides: Floats) -> Floats:
    """(n, 4) left, top, right, bottom of boxes by their centres and sides, (n, 2) each."""
    return np.concatenate([centres - sides / 2, centres + sides / 2], axis=1)


def _one_grid(size: Size, stride: int) -> Floats:
    columns, rows = (-(-side // stride) for side in size)
    y, x = np.mgrid[:rows, :columns].reshape(2, -1)
    return (np.stack([x, y], axis=1) * stride).astype(np.float32)
