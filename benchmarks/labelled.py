"""Labelled videos in MOTChallenge format, and what the default detector sees in them."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models import coco
from models.registry import create
from vision.picture import Picture
from vision.types import Detections

DETECTOR = "nanodet-g-416"
PERSON = coco.LABELS.index("person")


@dataclass(frozen=True, slots=True)
class Boxed:
    """Boxes with ids in one frame."""

    ids: NDArray[np.int64]
    "(n,)."
    boxes: NDArray[np.float64]
    "(n, 4) left, top, width, height, pixels."


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled video and what the detector saw in it."""

    name: str
    rate: float
    "Frames a second."
    pictures: list[Picture]
    truth: list[Boxed]
    "The people in every frame."
    detections: list[Detections]
    "The people that the detector sees in every frame; empty where it was not asked."

    @property
    def size(self) -> NDArray[np.float64]:
        """(4,): width, height, width, height in pixels."""
        return picture_size(self.pictures[0])


def picture_size(picture: Picture) -> NDArray[np.float64]:
    """(4,): width, height, width, height in pixels."""
    return np.array([picture.width, picture.height] * 2, np.float64)


def load_all(folder: Path, cache: Path | None = None, *, detect: bool = True) -> list[Labelled]:
    """Every sequence in ``folder``, by name: those sub-folders which have a ``gt.txt``."""
    files = sorted(folder.glob("*/gt.txt"))
    return [load(file.parent, cache, detect=detect) for file in files]


def load(folder: Path, cache: Path | None = None, *, detect: bool = True) -> Labelled:
    """One sequence; detections are kept in, and taken from, the folder ``cache`` where given."""
    info = configparser.ConfigParser()
    info.read(folder / "seqinfo.ini")
    pictures = list(_pictures(folder / f"{folder.name}.mp4"))
    return Labelled(
        name=folder.name,
        rate=info.getfloat("Sequence", "frameRate"),
        pictures=pictures,
        truth=_truth(folder / "gt.txt", len(pictures)),
        detections=_detections(pictures, cache and cache / f"{folder.name}.npz") if detect else [],
    )


def _pictures(video: Path) -> Iterator[Picture]:
    capture = cv2.VideoCapture(str(video))
    while True:
        more, bgr = capture.read()
        if not more:
            return
        yield Picture.from_bgr(bgr)


def _truth(file: Path, frames: int) -> list[Boxed]:
    rows = np.loadtxt(file, delimiter=",")
    of_frame = (rows[rows[:, 0] == frame] for frame in range(1, frames + 1))
    return [Boxed(found[:, 1].astype(np.int64), found[:, 2:6]) for found in of_frame]


def _detections(pictures: list[Picture], file: Path | None) -> list[Detections]:
    if file and file.exists():
        return _unpacked(np.load(file)["rows"], len(pictures))
    detector = create(DETECTOR)
    found = (detector.detect(picture) for picture in pictures)
    people = [seen.where(seen.classes == PERSON) for seen in found]
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(file, rows=_packed(people))
    return people


def _packed(seen: list[Detections]) -> NDArray[np.float32]:
    """(n, 7): frame from 0, box, score, class."""
    rows = [
        np.column_stack([np.full(len(one), frame), one.boxes, one.scores, one.classes])
        for frame, one in enumerate(seen)
    ]
    return np.concatenate(rows).astype(np.float32)


def _unpacked(rows: NDArray[np.float32], frames: int) -> list[Detections]:
    of_frame = (rows[rows[:, 0] == frame] for frame in range(frames))
    return [Detections(r[:, 1:5], r[:, 5], r[:, 6].astype(np.int32)) for r in of_frame]
