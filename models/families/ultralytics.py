"""Detectors that the Ultralytics package exports: YOLOv8, YOLO11 and their like, and YOLO26.

Their networks decode boxes themselves, so only the shape of what comes out matters. The formats are
those of https://docs.ultralytics.com/modes/export; nothing of the package is used here.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models import coco
from models.families import grids
from models.families.family import FAMILY_KEY, Candidates, OnlyPicture, Outputs, Signature
from models.families.fitting import Fitting, Size
from vision.errors import ModelError

NAME = "ultralytics"

STRIDES = (8, 16, 32)
"""Of most of them."""

NMS_IOU = 0.7
"""With which the package predicts and validates."""

BOX = 4

FINAL = 6
"""Columns of a network that sorts out duplicates itself: corners, score, class."""

DETECTION = "detect"
"""Against segmentation, poses, turned boxes."""

TRANSFORMER = "RTDETRDecoder"
"""Head of another family that the same package exports."""

MOST_CHARACTERS = 1 << 20
"""Of the names in a file."""

FITTING = Fitting("centred", "rgb")


@dataclass(frozen=True, slots=True)
class Ultralytics(OnlyPicture):
    """A ``models.families.family.Family``: heads that leave duplicates to others."""

    classes: int
    output: str
    "Name of the network's one output, (4 + classes, cells)."
    default_labels: tuple[str, ...] | None
    name: str = NAME
    fitting: Fitting = FITTING
    nms_iou: float | None = NMS_IOU

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:
        """One box a cell, of its likeliest class.

        Raises:
            ModelError: the output has not one column a cell.
        """
        turned = {self.output: outputs[self.output].T}
        rows = grids.table(turned, self.output, None, BOX + self.classes)
        likelihoods = rows[:, BOX:]
        scores = likelihoods.max(axis=1)
        chosen = grids.best_first(scores, threshold)
        corners = grids.around(rows[chosen, :2], rows[chosen, 2:BOX])
        return grids.from_pixels(corners, scores[chosen], likelihoods[chosen].argmax(axis=1), size)


@dataclass(frozen=True, slots=True)
class EndToEnd(OnlyPicture):
    """A ``models.families.family.Family``: heads that sort out duplicates themselves."""

    classes: int
    output: str
    "Name of the network's one output, (boxes, 6)."
    default_labels: tuple[str, ...] | None
    name: str = NAME
    fitting: Fitting = FITTING
    nms_iou: float | None = None

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:
        """Its rows.

        Raises:
            ModelError: the output has not six columns.
        """
        rows = grids.table(outputs, self.output, None, FINAL)
        rows = rows[(rows[:, 5] >= 0) & (rows[:, 5] < self.classes)]
        rows = rows[grids.best_first(rows[:, 4], threshold)]
        return grids.from_pixels(rows[:, :4], rows[:, 4], rows[:, 5].astype(np.intp), size)


def recognise(signature: Signature) -> Ultralytics | EndToEnd | None:
    """The family, if a file is one of its own, by what it tells or by its shape.

    Raises:
        ModelError: it tells names that cannot be read.
    """
    told = signature.metadata
    found = grids.layout(signature)
    if found is None or told.get(FAMILY_KEY, NAME) != NAME:
        return None
    if told.get("task", DETECTION) != DETECTION or told.get("head") == TRANSFORMER:
        return None
    if "names" not in told:
        return _by_shape(found)
    names = _names(told["names"])
    if found.columns == FINAL and _final(told, len(names)):
        return EndToEnd(len(names), found.output, names)
    if found.rows == BOX + len(names):
        return Ultralytics(len(names), found.output, names)
    return None


def _by_shape(found: grids.Layout) -> Ultralytics | None:
    """Of a file that tells nothing: more cells than rows, or it could be turned."""
    if found.size is None or found.rows is None or found.columns is None:
        return None
    if not BOX < found.rows < found.columns == grids.cells(found.size, STRIDES):
        return None
    classes = found.rows - BOX
    return Ultralytics(classes, found.output, coco.labels_for(classes))


def _final(told: Mapping[str, str], classes: int) -> bool:
    """Whether six columns are boxes, scores and classes.

    Of the package's transformers, six columns are boxes and the scores of two classes. Files that
    are too old to tell their head do not always tell either that they sort out duplicates.
    """
    return told.get("end2end") == "True" or classes != FINAL - BOX or "head" in told


def _names(raw: str) -> tuple[str, ...]:
    """Of ``{0: 'person', 1: 'bicycle'}`` or ``['person', 'bicycle']``."""
    if len(raw) > MOST_CHARACTERS:
        raise _unreadable(f"longer than {MOST_CHARACTERS} characters")
    try:
        value = ast.literal_eval(raw)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise _unreadable("not a Python literal") from error
    if isinstance(value, dict):
        if sorted(value, key=str) != sorted(range(len(value)), key=str):
            raise _unreadable(f"classes are not numbered from 0 to {len(value) - 1}")
        value = [value[each] for each in range(len(value))]
    if not isinstance(value, list) or not value:
        raise _unreadable("not a list of names")
    if not all(isinstance(each, str) and each and each.isprintable() for each in value):
        raise _unreadable("not all of them are plain text")
    return tuple(value)


def _unreadable(why: str) -> ModelError:
    return ModelError(
        f"the names of the classes in the file's metadata cannot be read ({why}): export it again"
    )
