"""How large things are in the world, to judge from a box how far away they are.

Rough: a person stands or sits, phones differ in their angle of view. So only two judgements are
made of it, near and far, with wide room between them.
"""

from __future__ import annotations

from vision.types import Box

HEIGHTS: dict[str, float] = {
    "person": 1.6,
    "bicycle": 1.0,
    "car": 1.5,
    "motorcycle": 1.2,
    "airplane": 6.0,
    "bus": 3.0,
    "train": 3.8,
    "truck": 3.0,
    "boat": 2.0,
    "traffic light": 0.8,
    "fire hydrant": 0.8,
    "stop sign": 0.75,
    "parking meter": 1.2,
    "bench": 0.85,
    "horse": 1.8,
    "sheep": 0.9,
    "cow": 1.5,
    "elephant": 3.0,
    "bear": 1.3,
    "zebra": 1.5,
    "giraffe": 4.5,
    "dog": 0.6,
    "cat": 0.3,
    "bird": 0.2,
    "backpack": 0.45,
    "umbrella": 0.7,
    "suitcase": 0.65,
    "chair": 0.9,
    "couch": 0.85,
    "potted plant": 0.5,
    "bed": 0.8,
    "dining table": 0.75,
    "toilet": 0.75,
    "tv": 0.6,
    "oven": 0.8,
    "refrigerator": 1.7,
    "surfboard": 1.5,
    "bottle": 0.25,
    "cup": 0.1,
    "laptop": 0.25,
}
"""Metres from top to bottom as it is mostly seen; what is not in it is not judged."""

VIEW = 0.95
"""Metres that fill the height of the picture at a distance of one metre: 51 degrees."""

EDGE = 0.02
"""What ends this near the upper or lower edge of the picture may go on beyond it."""

NEAR = 2.2
"""Metres within which a thing is called near."""

FAR = 10.0
"""Metres beyond which a thing is called far away."""


def distance(label: str, box: Box) -> tuple[float, bool] | None:
    """Metres to a thing, about, and whether that is the most it can be; None if not to be told."""
    height = HEIGHTS.get(label)
    if height is None or box[3] <= 0:
        return None
    cut = box[1] < EDGE or box[1] + box[3] > 1 - EDGE
    return height / (VIEW * min(box[3], 1.0)), cut
