"""RT-DETR and D-FINE: a set of boxes without duplicates, from queries to a transformer.

Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection", https://arxiv.org/abs/2304.08069;
Lv et al., "RT-DETRv2", https://arxiv.org/abs/2407.17140; Peng et al., "D-FINE",
https://arxiv.org/abs/2410.13842. They are fed and read alike, so that one reading does for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from models import coco
from models.families.family import FAMILY_KEY, Candidates, OnlyPicture, Outputs, Shape, Signature
from models.families.fitting import Fitting, Floats, Size

CLASSES_KEY = "openeyes.classes"
"""Of an ONNX file's metadata: how many classes there are, where no output's shape tells."""

NAMES = ("d-fine", "rt-detr", "rt-detr-v2")
"""Of the families that are read here, as the metadata may tell them."""

QUERIES_OF_OTHERS = 100
"""Of DETR and YOLOS, whose classes exclude one another, whatever they were trained on."""

FITTING = Fitting("stretched", "rgb", antialiased=True)


@dataclass(frozen=True, slots=True)
class Detr(OnlyPicture):
    """Reads what each query says: (q, classes) ``logits`` and (q, 4) ``pred_boxes``."""

    name: str
    classes: int
    fitting: Fitting = FITTING
    nms_iou: None = None

    @property
    def default_labels(self) -> tuple[str, ...] | None:
        """COCO's, if there are as many."""
        return coco.labels_for(self.classes)

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:  # noqa: ARG002
        """The best pairs of query and class."""
        return best_pairs(outputs["logits"], outputs["pred_boxes"], threshold)


@dataclass(frozen=True, slots=True)
class FinishedDetr:
    """Reads (q,) ``labels`` and ``scores`` and (q, 4) ``boxes`` that the graph has chosen itself.

    So the projects' own exports do. They scale boxes to the size that they are given.
    """

    name: str
    classes: int = len(coco.LABELS)
    fitting: Fitting = FITTING
    nms_iou: None = None

    @property
    def default_labels(self) -> tuple[str, ...] | None:
        """COCO's, if there are as many."""
        return coco.labels_for(self.classes)

    def further_inputs(self, size: Size) -> Mapping[str, NDArray[Any]]:  # noqa: ARG002
        """A picture of 1 × 1, so that boxes come as fractions of the input."""
        return {"orig_target_sizes": np.ones(2, np.int64)}

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:  # noqa: ARG002
        """What scores enough, of the classes that are known."""
        scores = np.asarray(outputs["scores"], np.float32)
        classes = np.asarray(outputs["labels"], np.int64)
        fit = (scores >= threshold) & (classes >= 0) & (classes < self.classes)
        kept = np.flatnonzero(fit)
        kept = kept[np.argsort(-scores[kept], kind="stable")]
        corners = np.asarray(outputs["boxes"], np.float32)[kept]
        return Candidates(corners, scores[kept], classes[kept].astype(np.int32))


def recognise(signature: Signature) -> Detr | FinishedDetr | None:
    """The family, if it is one of these; else None."""
    told = signature.metadata.get(FAMILY_KEY)
    if told not in (None, *NAMES):
        return None
    if signature.inputs.keys() == {"images", "orig_target_sizes"}:
        return _finished(signature, told)
    return _raw(signature, told)


def best_pairs(logits: NDArray[Any], boxes: NDArray[Any], threshold: float) -> Candidates:
    """The pairs of query and class that score best, at most as many as there are queries.

    Args:
        logits: (q, classes); classes do not exclude one another.
        boxes: (q, 4) centre x, centre y, width, height, fractions of the input.
        threshold: lowest score, above 0 and below 1.
    """
    flat = np.asarray(logits, np.float32).reshape(-1)
    pairs = np.flatnonzero(flat >= logit(threshold))
    pairs = pairs[np.argsort(-flat[pairs], kind="stable")[: len(logits)]]
    queries, classes = np.divmod(pairs, logits.shape[1])
    scores = np.asarray(expit(flat[pairs]), np.float32)
    return Candidates(corners_of(boxes[queries]), scores, classes.astype(np.int32))


def corners_of(boxes: NDArray[Any]) -> Floats:
    """(n, 4) left, top, right, bottom of (n, 4) centre x, centre y, width, height."""
    whole = np.asarray(boxes, np.float32)
    centres, halves = whole[:, :2], whole[:, 2:] / 2
    return np.concatenate([centres - halves, centres + halves], axis=1)


def raw_classes(signature: Signature) -> int | None:
    """Classes of a network that answers as those exported from transformers do; else None."""
    if signature.inputs.keys() != {"pixel_values"} or not takes_pictures(signature, "pixel_values"):
        return None
    return paired_classes(signature, "logits", "pred_boxes")


def paired_classes(signature: Signature, logits: str, boxes: str) -> int | None:
    """Length of the (batch, q, classes) output ``logits`` if ``boxes`` is (batch, q, 4)."""
    scored, placed = (signature.outputs.get(each, ()) for each in (logits, boxes))
    if len(scored) != 3 or len(placed) != 3 or placed[2] not in (4, None):
        return None
    return scored[2]


def takes_pictures(signature: Signature, name: str) -> bool:
    """Whether the input of that name is (batch, 3, height, width)."""
    shape = signature.inputs.get(name, ())
    return len(shape) == 4 and shape[1] in (3, None)


def _raw(signature: Signature, told: str | None) -> Detr | None:
    classes = raw_classes(signature)
    if classes is None or (told is None and not _is_plain(signature.outputs["logits"])):
        return None
    return Detr(told or "rt-detr", classes)


def _is_plain(logits: Shape) -> bool:
    """Whether they can be no other family's: so many answer under the same names."""
    return logits[2] == len(coco.LABELS) and logits[1] != QUERIES_OF_OTHERS


def _finished(signature: Signature, told: str | None) -> FinishedDetr | None:
    fits = takes_pictures(signature, "images") and signature.outputs.keys() >= {
        "labels",
        "boxes",
        "scores",
    }
    count = signature.metadata.get(CLASSES_KEY, str(len(coco.LABELS)))
    if not fits or not count.isdecimal() or not int(count):
        return None
    return FinishedDetr(told or "rt-detr", int(count))
