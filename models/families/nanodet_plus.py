"""NanoDet-Plus: a one-stage detector without anchors, boxes as distributions over distances.

RangiLyu, "NanoDet-Plus", 2021, https://github.com/RangiLyu/nanodet; the distributions are those of
Li et al., "Generalized Focal Loss", NeurIPS 2020, https://arxiv.org/abs/2006.04388.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import coco
from models.families import grids
from models.families.family import Candidates, OnlyPicture, Outputs, Signature
from models.families.fitting import Fitting, Floats, Size
from vision.errors import ModelError

NAME = "nanodet-plus"

STRIDES = (8, 16, 32, 64)

BINS = 8
"""Distances that a side's distribution covers: 0 to 7 strides."""

NMS_IOU = 0.6
"""Upstream's."""

FITTING = Fitting(
    "stretched",
    "bgr",
    mean=(103.53, 116.28, 123.675),
    std=(57.375, 57.12, 58.395),
    anchored="corner",
)
"""All of upstream's settings stretch, and its scaling is a warp that keeps corners."""


@dataclass(frozen=True, slots=True)
class NanoDetPlus(OnlyPicture):
    """A ``models.families.family.Family``."""

    classes: int
    output: str
    "Name of the network's one output, (cells, classes + 4 * BINS)."
    name: str = NAME
    fitting: Fitting = FITTING
    nms_iou: float | None = NMS_IOU

    @property
    def default_labels(self) -> tuple[str, ...] | None:
        """COCO's, for 80 classes."""
        return coco.labels_for(self.classes)

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:
        """A box of a cell for each of its classes that is likely enough, cut off at the edges.

        Raises:
            ModelError: the output has not one row a cell, or holds no probabilities.
        """
        columns = self.classes + 4 * BINS
        rows = grids.table(outputs, self.output, grids.cells(size, STRIDES), columns)
        flat = _probabilities(rows[:, : self.classes]).ravel()
        chosen = grids.best_first(flat, threshold)
        cells, classes = np.divmod(chosen, self.classes)
        corners = _boxes(rows[:, self.classes :][cells], size, cells)
        return grids.from_pixels(corners, flat[chosen], classes, size)


def recognise(signature: Signature) -> NanoDetPlus | None:
    """The family, if a file with one output of one row a cell is one of its own."""
    found = grids.one_row_a_cell(signature, NAME, STRIDES)
    if found is None or found.columns is None or found.columns <= 4 * BINS:
        return None
    return NanoDetPlus(found.columns - 4 * BINS, found.output)


def _probabilities(values: Floats) -> Floats:
    """As they are: upstream's export puts the sigmoid into the network."""
    if values.min() < 0 or values.max() > 1:
        raise ModelError(
            "the network's scores are not from 0 to 1: export it with upstream's export_onnx.py, "
            "which puts the sigmoid into the file"
        )
    return values


def _boxes(sides: Floats, size: Size, cells: NDArray[np.intp]) -> Floats:
    """(k, 4) corners in pixels, of (k, 4 * BINS) logits of those cells."""
    origins, strides = grids.grid(size, STRIDES)
    distances = _expectation(sides.reshape(-1, 4, BINS)) * strides[cells]
    # Distances are from where a cell begins, not from its middle.
    low = origins[cells] - distances[:, :2]
    high = origins[cells] + distances[:, 2:]
    corners: Floats = np.concatenate([low, high], axis=1)
    return corners.clip(0, np.array((*size, *size), np.float32))


def _expectation(logits: Floats) -> Floats:
    """(k, 4) means, in strides, of the distributions whose logits are (k, 4, BINS)."""
    likelihood = np.exp(logits - logits.max(axis=2, keepdims=True))
    likelihood /= likelihood.sum(axis=2, keepdims=True)
    mean: Floats = likelihood @ np.arange(BINS, dtype=np.float32)
    return mean
