"""Average precision of what is on the screen, against the truth of the very frames displayed.

Li, Wang, Ramanan, "Towards Streaming Perception", ECCV 2020, https://arxiv.org/abs/2005.10420:
every frame is scored against what is on the screen when it is displayed, however long ago that
was computed. The mean is over the classes that are in the truth, as COCO's is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from average_precision import Seen, average_precision, judged
from streaming_scenes import Moment

from vision.types import Detections

IOU = 0.5


@dataclass(frozen=True, slots=True)
class Score:
    """How well the boxes on the screen fit."""

    ap50: float
    "Percent."
    precision: float
    "Percent of the drawn boxes that are right."
    recall: float
    "Percent of the demanded objects that have a box."


def score(moments: Sequence[Moment], answers: Sequence[Detections]) -> Score:
    """Of the answers for these frames, all of them drawn."""
    kinds = sorted({int(label) for one in moments for label in one.labels[one.demanded]})
    pairs = list(zip(moments, answers, strict=True))
    of_kind = {kind: [_seen(moment, answer, kind) for moment, answer in pairs] for kind in kinds}
    mean = float(np.mean([average_precision(seen, IOU) for seen in of_kind.values()]))
    return Score(100 * mean, *_drawn([seen for some in of_kind.values() for seen in some]))


def _seen(moment: Moment, answer: Detections, kind: int) -> Seen:
    true, found = moment.labels == kind, answer.classes == kind
    return Seen(
        truth=moment.boxes[true & moment.demanded],
        boxes=answer.boxes[found],
        scores=answer.scores[found],
        optional=moment.boxes[true & ~moment.demanded],
    )


def _drawn(seen: list[Seen]) -> tuple[float, float]:
    """Percent of the boxes that are right, and of the objects that have one."""
    judgements = [judged(one, IOU) for one in seen]
    right = sum(int(hits.sum()) for hits, _ in judgements)
    boxes = sum(int(counts.sum()) for _, counts in judgements)
    objects = sum(len(one.truth) for one in seen)
    return 100 * right / max(boxes, 1), 100 * right / max(objects, 1)
