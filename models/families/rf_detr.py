"""RF-DETR: a DETR on a backbone that saw much, its size found by a search.

Robinson et al., "RF-DETR: Neural Architecture Search for Real-Time Detection Transformers",
https://arxiv.org/abs/2511.09554.
"""

from __future__ import annotations

from dataclasses import dataclass

from models import coco, coco91
from models.families.detr import (
    best_pairs,
    paired_classes,
    raw_classes,
    takes_pictures,
)
from models.families.family import FAMILY_KEY, Candidates, OnlyPicture, Outputs, Signature
from models.families.fitting import IMAGENET_MEAN, IMAGENET_STD, Fitting, Size

NAME = "rf-detr"

FITTING = Fitting("stretched", "rgb", IMAGENET_MEAN, IMAGENET_STD, rounded=False)
"""As both its own ``predict`` and transformers feed it: without a filter, and not whole."""


@dataclass(frozen=True, slots=True)
class RfDetr(OnlyPicture):
    """Reads what each query says: (q, ``outputs``) logits and (q, 4) boxes."""

    logits: str
    "Name of that output."
    boxes: str
    "Name of that output."
    outputs: int
    "Logits of one query."
    classes: int
    "Of these, the first so many are classes; with 91 logits, those that COCO uses."
    fitting: Fitting = FITTING
    name: str = NAME
    nms_iou: None = None

    @property
    def default_labels(self) -> tuple[str, ...] | None:
        """COCO's, if there are as many."""
        return coco.labels_for(self.classes)

    def decode(self, outputs: Outputs, size: Size, threshold: float) -> Candidates:  # noqa: ARG002
        """The best pairs of query and class, those left out whose class is none."""
        best = best_pairs(outputs[self.logits], outputs[self.boxes], threshold)
        classes = best.classes
        if self.outputs == coco91.IDS:
            classes = coco91.CLASSES[classes]
        known = (classes != coco91.NO_CLASS) & (classes < self.classes)
        return Candidates(best.corners[known], best.scores[known], classes[known])


def recognise(signature: Signature) -> RfDetr | None:
    """The family, if it is this one; else None."""
    told = signature.metadata.get(FAMILY_KEY)
    if told not in (None, NAME):
        return None
    return _own(signature) or _from_transformers(signature, told)


def _own(signature: Signature) -> RfDetr | None:
    """As the project exports it itself: its last logit is that of nothing at all.

    Unless it counts COCO's ids.
    """
    logits = paired_classes(signature, "labels", "dets")
    pictures = signature.inputs.keys() == {"input"} and takes_pictures(signature, "input")
    if logits is None or not pictures or "keypoints" in signature.outputs:
        return None
    return RfDetr("labels", "dets", logits, _classes(logits, logits - 1))


def _from_transformers(signature: Signature, told: str | None) -> RfDetr | None:
    """As transformers has it, and most other families there: so it has to be told."""
    logits = raw_classes(signature)
    if logits is None or told is None:
        return None
    classes = _classes(logits, logits)
    return RfDetr("logits", "pred_boxes", logits, classes)


def _classes(logits: int, otherwise: int) -> int:
    return len(coco.LABELS) if logits == coco91.IDS else otherwise
