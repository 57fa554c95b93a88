from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from average_precision import Seen, average_precision

from models.coco_folder import Score, open_folder, score
from vision.errors import ConfigError
from vision.picture import Picture
from vision.types import Detections

WIDTH, HEIGHT = 64, 48
LABELS = ("person", "cup", "unicorn")
CATEGORIES = [{"id": 7, "name": "cup"}, {"id": 3, "name": "person"}, {"id": 9, "name": "zebra"}]


class Told:
    """A detector that is told what it sees, picture by picture."""

    name = "told"
    labels = LABELS

    def __init__(self, found: list[Detections]) -> None:
        self._found = iter(found)

    def detect(self, picture: Picture) -> Detections:
        assert (picture.width, picture.height) == (WIDTH, HEIGHT)
        return next(self._found)


def made(root: Path, boxes: list[list[tuple[int, list[float]]]], pictures: str = "images") -> Path:
    """A folder whose pictures hold (category, box in pixels)."""
    (root / "annotations").mkdir()
    (root / pictures).mkdir(exist_ok=True)
    for number in range(len(boxes)):
        cv2.imwrite(str(root / pictures / f"{number}.png"), np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    flat = [(image, *each) for image, inside in enumerate(boxes) for each in inside]
    truth = {
        "images": [
            {"id": 100 + number, "file_name": f"{number}.png", "width": WIDTH, "height": HEIGHT}
            for number in range(len(boxes))
        ],
        "categories": CATEGORIES,
        "annotations": [
            {
                "id": number,
                "image_id": 100 + image,
                "category_id": category,
                "bbox": box,
                "area": box[2] * box[3],
                "iscrowd": 0,
            }
            for number, (image, category, box) in enumerate(flat, 1)
        ],
    }
    (root / "annotations" / "instances_val2017.json").write_text(json.dumps(truth))
    return root


def detections(*found: tuple[int, list[float], float]) -> Detections:
    boxes = np.array([box for _, box, _ in found], np.float32).reshape(-1, 4)
    scores, classes = [each[2] for each in found], [each[0] for each in found]
    sides = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], np.float32)
    return Detections(boxes / sides, np.array(scores, np.float32), np.array(classes, np.int32))


def test_what_is_found_where_it_is_scores_one(tmp_path: Path) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])], [(7, [10, 8, 16, 16])]])
    told = Told([detections((0, [4, 4, 20, 30], 0.9)), detections((1, [10, 8, 16, 16], 0.8))])
    assert score(told, open_folder(root)) == Score(
        pytest.approx(1.0), pytest.approx(1.0), 2, ("zebra",)
    )


def test_it_agrees_with_our_own_measure_at_half_overlap(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    truth = [
        [[float(x), float(y), 14.0, 12.0] for x in (2, 24, 46) for y in (4, 28)] for _ in range(6)
    ]
    noisy = [[list(np.add(box, rng.normal(0, 2.2, 4))) for box in each] for each in truth]
    scores = rng.uniform(0.1, 1, (6, 6))
    order = np.argsort(-scores, axis=1)
    found = [
        detections(*((0, noisy[image][at], scores[image, at]) for at in order[image]))
        for image in range(6)
    ]
    root = made(tmp_path, [[(3, box) for box in each] for each in truth])
    ours = average_precision(
        [
            Seen(np.array(boxes), np.array(noisy[image])[order[image]], scores[image, order[image]])
            for image, boxes in enumerate(truth)
        ],
        0.5,
    )
    measured = score(Told(found), open_folder(root))
    assert 0.5 < ours < 0.99
    # COCO reads the curve at 101 places.
    assert measured.ap50 == pytest.approx(ours, abs=0.01)
    assert measured.ap < measured.ap50


def test_nothing_found_scores_nothing(tmp_path: Path) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])]])
    assert score(Told([Detections.empty()]), open_folder(root)).ap == 0


def test_only_so_many_pictures_count_as_are_wanted(tmp_path: Path) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])]] * 3)
    done: list[int] = []
    found = score(Told([detections((0, [4, 4, 20, 30], 0.9))]), open_folder(root, 1), done.append)
    assert (found.pictures, found.ap, done) == (1, pytest.approx(1.0), [1])


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda root: (root / "annotations/instances_val2017.json").unlink(), "no folder in the"),
        (
            lambda root: (root / "annotations/instances_val2017.json").write_text('{"images": 1}'),
            "cannot be read",
        ),
        (lambda root: (root / "images/0.png").unlink(), "the picture 0.png is in none of"),
        (
            lambda root: (root / "annotations/instances_val2017.json").write_text(
                '{"images": [], "categories": []}'
            ),
            "names no pictures",
        ),
    ],
)
def test_a_folder_of_another_form_is_named(tmp_path: Path, spoil, words: str) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])]])
    spoil(root)
    with pytest.raises(ConfigError, match=words):
        open_folder(root)


def test_a_picture_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])]])
    (root / "images/0.png").write_bytes(b"no picture")
    with pytest.raises(ConfigError, match=r"0\.png is no picture"):
        score(Told([]), open_folder(root))


def test_a_detector_that_knows_none_of_the_categories_is_told_so(tmp_path: Path) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])]])
    told = Told([])
    told.labels = ("unicorn",)
    with pytest.raises(ConfigError, match="told knows none of the categories"):
        score(told, open_folder(root))


def test_without_the_package_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])]])
    monkeypatch.setitem(__import__("sys").modules, "faster_coco_eval", None)
    with pytest.raises(ConfigError, match=r"pip install 'openeyes\[bench\]'"):
        score(Told([]), open_folder(root))


def test_truth_to_judge_by_goes_before_truth_to_learn_from(tmp_path: Path) -> None:
    root = made(tmp_path, [[(3, [4, 4, 20, 30])]])
    (root / "annotations" / "instances_train2017.json").write_text('{"images": 1}')
    assert open_folder(root).annotations.name == "instances_val2017.json"


def test_where_there_is_nothing_to_find_there_is_no_score(tmp_path: Path) -> None:
    root = made(tmp_path, [[], [(3, [4, 4, 20, 30])]])
    found = score(Told([detections((0, [4, 4, 20, 30], 0.9))]), open_folder(root, 1))
    assert (found.ap, found.ap50) == (None, None)
