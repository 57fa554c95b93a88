"""Average precision of a detector over a folder in the form of COCO.

Lin et al., "Microsoft COCO: Common Objects in Context", ECCV 2014. The figures are those of
faster-coco-eval (``pip install 'openeyes[bench]'``), which agrees with pycocotools.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np

from vision.errors import ConfigError
from vision.picture import Picture
from vision.ports import Detector
from vision.types import Detections

ANNOTATIONS = (
    "annotations/instances_val*.json",
    "annotations/instances_*.json",
    "annotations.json",
    "_annotations.coco.json",
)
"""Where a folder keeps its truth, tried in this order."""

PICTURES = ("", "images", "val2017", "train2017")
"""Folders beside which, or under which, pictures lie."""

MOST_BYTES = 1 << 30
"""Of the annotations."""


class _Image(msgspec.Struct):
    id: int
    file_name: str


class _Category(msgspec.Struct):
    id: int
    name: str


class _Truth(msgspec.Struct):
    images: list[_Image]
    categories: list[_Category]


@dataclass(frozen=True, slots=True)
class Folder:
    """Pictures and what is in them."""

    annotations: Path
    pictures: Mapping[int, Path]
    "By their numbers in the annotations."
    categories: Mapping[str, int]
    "Numbers by name."


@dataclass(frozen=True, slots=True)
class Score:
    """How good a detector is, 0…1; None where the pictures hold nothing that it could find."""

    ap: float | None
    "Mean over overlaps of 0.5 to 0.95, and over categories."
    ap50: float | None
    "At an overlap of 0.5."
    pictures: int
    unknown: tuple[str, ...]
    "Categories that the detector has no label for; they do not count."


def open_folder(root: Path, most: int | None = None) -> Folder:
    """A folder, of whose pictures at most so many are used.

    Raises:
        ConfigError: it is not of that form, or a picture is missing.
    """
    found = [path for pattern in ANNOTATIONS for path in sorted(root.glob(pattern))]
    if not found:
        raise ConfigError(
            f"{root} is no folder in the form of COCO: it has none of {', '.join(ANNOTATIONS)}"
        )
    annotations = found[0]
    if annotations.stat().st_size > MOST_BYTES:
        raise ConfigError(f"{annotations} is larger than {MOST_BYTES >> 20} MiB")
    try:
        truth = msgspec.json.decode(annotations.read_bytes(), type=_Truth)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"{annotations} cannot be read: {error}") from error
    roots = [base / each for base in (root, annotations.parent) for each in PICTURES]
    pictures = {each.id: _picture(each.file_name, roots) for each in truth.images[:most]}
    if not pictures:
        raise ConfigError(f"{annotations} names no pictures")
    return Folder(annotations, pictures, {each.name: each.id for each in truth.categories})


def score(
    detector: Detector, folder: Folder, seen: Callable[[int], object] = lambda _: None
) -> Score:
    """What a detector makes of a folder, at the lowest score that it gives.

    Args:
        detector: in this thread.
        folder: pictures and truth.
        seen: told how many pictures are done.

    Raises:
        ConfigError: faster-coco-eval is not installed, a picture cannot be read, or the detector
            knows none of the categories.
    """
    coco = _package()
    numbers = [folder.categories.get(label) for label in detector.labels]
    known = {number for number in numbers if number is not None}
    if not known:
        raise ConfigError(
            f"{detector.name} knows none of the categories of {folder.annotations}: "
            "names have to be the same"
        )
    found: list[dict[str, Any]] = []
    for done, (number, path) in enumerate(folder.pictures.items(), 1):
        picture = _read(path)
        found += _results(number, picture, detector.detect(picture), numbers)
        seen(done)
    unknown = tuple(name for name, each in folder.categories.items() if each not in known)
    return Score(*_evaluated(coco, folder, found, known), len(folder.pictures), unknown)


def _results(
    image: int, picture: Picture, found: Detections, numbers: Sequence[int | None]
) -> Iterable[dict[str, Any]]:
    sides = (picture.width, picture.height, picture.width, picture.height)
    for box, value, label in zip(found.boxes, found.scores, found.classes, strict=True):
        if (category := numbers[label]) is not None:
            yield {
                "image_id": image,
                "category_id": category,
                "bbox": [float(side) for side in box * sides],
                "score": float(value),
            }


def _evaluated(
    coco: Any, folder: Folder, found: list[dict[str, Any]], categories: set[int]
) -> tuple[float | None, float | None]:
    with contextlib.redirect_stdout(io.StringIO()):
        truth = coco.COCO(str(folder.annotations))
        evaluation = coco.COCOeval_faster(
            truth, truth.loadRes(found or [_nothing(folder, categories)]), "bbox"
        )
        evaluation.params.imgIds = sorted(folder.pictures)
        evaluation.params.catIds = sorted(categories)
        evaluation.run()
    ap, ap50 = np.asarray(evaluation.stats, np.float64)[:2]
    return (None, None) if ap < 0 else (float(ap), float(ap50))


def _nothing(folder: Folder, categories: set[int]) -> dict[str, Any]:
    """A result that is none: the package takes no empty list."""
    image, category = min(folder.pictures), min(categories)
    return {"image_id": image, "category_id": category, "bbox": [0, 0, 0, 0], "score": 0.0}


def _picture(name: str, roots: Sequence[Path]) -> Path:
    for root in roots:
        path = root / name
        if path.is_file():
            return path
    raise ConfigError(f"the picture {name} is in none of {', '.join(map(str, roots))}")


def _read(path: Path) -> Picture:
    bgr = cv2.imread(str(path))
    if bgr is None or min(bgr.shape[:2]) < 2:
        raise ConfigError(f"{path} is no picture that can be read")
    return Picture.from_bgr(np.asarray(bgr, np.uint8))


def _package() -> Any:
    try:
        import faster_coco_eval  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ConfigError(
            "average precision needs faster-coco-eval: pip install 'openeyes[bench]'"
        ) from error
    return faster_coco_eval
