"""YOLOX: a one-stage detector without anchors, one box and one objectness a cell.

Ge et al., "YOLOX: Exceeding YOLO Series in 2021", https://arxiv.org/abs/2107.08430. The files of
its authors, from release 0.1.1 on, expect blue, green and red from 0 to 255.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import coco
from models.families import grids
from models.families.family import FAMILY_KEY, Candidates, OnlyPicture, Outputs, Signature
from models.families.fitting import Fitting, Floats, Size

NAME = "yolox"

STRIDES = (8, 16, 32)

BEFORE_CLASSES = 5
"""Columns: centre, sides, objectness."""

NMS_IOU = 0.65
"""With which its authors measured it. Their demonstration's 0.45 is for few, sure boxes: in a crowd
it takes people who stand close for one."""

OTHERS_OUTPUT = "outputs"
"""As YOLOv6 calls its own: the same shapes, but red before blue, and the picture in the middle."""


FITTING = Fitting("corner", "bgr", std=(1.0, 1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Yolox(OnlyPicture):
    """A ``models.families.family.Family``."""

    classes: int
    output: str
    "Name of the network's one output, (cells, 5 + classes)."
    name: str = NAME
    fitting: Fitting = FITTING
    nms_iou: float | None = NMS_IOU

    @property
    def default_labels(self) -> tuple[str, ...] | None:
        """COCO's, for 80 classes."""
        return coco.labels_for(self.classes)

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:
        """One box a cell, of its likeliest class, which scores by objectness times likelihood.

        Raises:
            ModelError: the output has not one row a cell.
        """
        columns = BEFORE_CLASSES + self.classes
        rows = grids.table(outputs, self.output, grids.cells(size, STRIDES), columns)
        likelihoods = rows[:, BEFORE_CLASSES:]
        scores = rows[:, 4] * likelihoods.max(axis=1)
        chosen = grids.best_first(scores, threshold)
        corners = _boxes(rows[:, :4], size, chosen)
        return grids.from_pixels(corners, scores[chosen], likelihoods[chosen].argmax(axis=1), size)


def recognise(signature: Signature) -> Yolox | None:
    """The family, if a file with one output of one row a cell is one of its own."""
    found = grids.one_row_a_cell(signature, NAME, STRIDES)
    if found is None or found.columns is None or found.columns <= BEFORE_CLASSES:
        return None
    told = FAMILY_KEY in signature.metadata
    if not told and found.output == OTHERS_OUTPUT:
        return None
    return Yolox(found.columns - BEFORE_CLASSES, found.output)


def _boxes(rows: Floats, size: Size, chosen: NDArray[np.intp]) -> Floats:
    """(k, 4) corners in pixels of the chosen cells' boxes."""
    origins, strides = grids.grid(size, STRIDES)
    if not _relative(rows[:, :2], origins, strides):
        return grids.around(rows[chosen, :2], rows[chosen, 2:])
    origins, strides = origins[chosen], strides[chosen]
    # What overflows is no box, and from_pixels() leaves it out.
    with np.errstate(over="ignore"):
        sides = np.exp(rows[chosen, 2:]) * strides
    return grids.around(origins + rows[chosen, :2] * strides, sides)


def _relative(centres: Floats, origins: Floats, strides: Floats) -> bool:
    """Whether centres are in strides from where their cell begins, and not in pixels.

    Files come in both forms, alike in shape. Most cells see something near themselves, so their
    centres lie within a stride or two by the one reading and all over the input by the other.
    """
    centres = np.nan_to_num(centres)
    elsewhere = np.median(np.abs(centres - origins) / strides)
    return bool(np.median(np.abs(centres)) <= elsewhere)
