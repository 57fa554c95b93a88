"""How well a detector sees persons in labelled videos, as they are and half as large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.average_precision import Seen, average_precision
from vision.picture import Picture
from vision.types import Detections

PERSON = 0
IOU = 0.5
SQUARE = 416

Detect: TypeAlias = Callable[[Picture], Detections]
"""What a detector does."""
Boxes: TypeAlias = NDArray[np.float64]
Truth: TypeAlias = list[tuple[Picture, Boxes]]
"""Pictures and the persons in each: (n, 4) left, top, width, height in pixels."""


def labelled(folder: Path) -> Truth:
    """The frames of a MOTChallenge sequence."""
    rows: dict[int, list[Any]] = {}
    for row in np.loadtxt(folder / "gt.txt", delimiter=","):
        rows.setdefault(int(row[0]), []).append(row[2:6])
    return [
        (picture, np.array(rows.get(number, [])).reshape(-1, 4))
        for number, picture in enumerate(pictures(folder), 1)
    ]


def pictures(folder: Path) -> Iterator[Picture]:
    """The frames of the one video in the folder."""
    (file,) = folder.glob("*.mp4")
    with av.open(file) as container:
        for frame in container.decode(video=0):
            yield Picture(np.ascontiguousarray(frame.to_ndarray(format="yuv420p")))


def halved(truth: Truth) -> Truth:
    """Four frames in one picture, two by two, so that persons are half as large in it."""
    return [_tiled(truth[first : first + 4]) for first in range(0, len(truth) - 3, 4)]


def distorting(detect: Detect) -> Detect:
    """The same detector, but its pictures are made square before: as most use this network."""

    def detect_in_square(picture: Picture) -> Detections:
        size = (SQUARE, SQUARE)
        square = cv2.resize(picture.bgr(), size, interpolation=cv2.INTER_LINEAR)
        return detect(Picture.from_bgr(np.asarray(square, np.uint8)))

    return detect_in_square


def precision(detect: Detect, truth: Truth) -> float:
    """AP50 of persons over all pictures."""
    seen: list[Seen] = []
    for picture, boxes in truth:
        found = detect(picture)
        persons = found.where(found.classes == PERSON)
        scale = np.tile([picture.width, picture.height], 2)
        seen.append(Seen(boxes, persons.boxes * scale, persons.scores))
    return average_precision(seen, iou=IOU)


def _tiled(four: Truth) -> tuple[Picture, Boxes]:
    bgr = [picture.bgr() for picture, _ in four]
    height, width = bgr[0].shape[:2]
    corners = [(0, 0), (width, 0), (0, height), (width, height)]
    moved = [
        boxes + np.array([*corner, 0, 0]) for (_, boxes), corner in zip(four, corners, strict=True)
    ]
    whole = np.vstack([np.hstack(bgr[:2]), np.hstack(bgr[2:])])
    return Picture.from_bgr(whole), np.concatenate(moved)
