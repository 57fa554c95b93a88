"""The joints of a body, and what runs between them.

Order and names are those of COCO's keypoints (Lin et al., "Microsoft COCO", ECCV 2014). Left and
right are the person's own.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

JOINTS = (
    "nose", "left eye", "right eye", "left ear", "right ear", "left shoulder", "right shoulder",
    "left elbow", "right elbow", "left wrist", "right wrist", "left hip", "right hip", "left knee",
    "right knee", "left ankle", "right ankle",
)  # fmt: skip
"""In the order in which they are told."""

Side: TypeAlias = Literal["left", "right", "middle"]
"""Of the body; what joins both sides is in the middle."""

LEAST_SCORE = 0.3
"""Joints below are not shown: upstream of MoveNet recommends it."""

SURE_SCORE = 0.5
"""Joints from here on are shown as sure."""

LIMBS: tuple[tuple[int, int], ...] = (
    (5, 6), (11, 12), (5, 11), (6, 12),
    (5, 7), (7, 9), (6, 8), (8, 10),
    (11, 13), (13, 15), (12, 14), (14, 16),
    (0, 1), (0, 2), (1, 3), (2, 4),
)  # fmt: skip
"""Pairs of indices into ``JOINTS``: shoulders, hips, trunk, arms, legs, and the face."""


def side_of(joint: int) -> Side:
    """The side of the body that a joint belongs to."""
    first = JOINTS[joint].partition(" ")[0]
    return "left" if first == "left" else "right" if first == "right" else "middle"


def side_between(first: int, second: int) -> Side:
    """The side that a limb belongs to, by its joints: that of both, or of the one that has one."""
    sides = {side_of(first), side_of(second)} - {"middle"}
    return sides.pop() if len(sides) == 1 else "middle"
