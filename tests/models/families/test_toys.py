"""Every family's toy network as an operator would load it: from a file, by what it tells."""

from __future__ import annotations

import lzma
from pathlib import Path

import numpy as np
import onnx
import pytest

from models.families import detector
from models.families.detector import FamilyDetector
from models.families.loading import Wanted, load
from tests.models.families import goldens
from vision.picture import Picture

TOYS = {
    "yolox": "yolox",
    "nanodet-plus": "nanodet-plus",
    "rt-detr": "detr",
    "d-fine": "detr",
    "rf-detr": "rf-detr",
    "rf-detr-transformers": "rf-detr",
}
FAMILY_OF = {"rf-detr-transformers": "rf-detr"}
"""Of those whose files do not show it."""

EACH = pytest.mark.parametrize("toy", sorted(TOYS))
WIDE = ("d-fine", "rf-detr-transformers", "rt-detr")
"""Those whose graphs have no number of pictures in them."""


def pictures(toy: str) -> list[Picture]:
    golden = goldens.load(toy)
    return [Picture.from_bgr(golden[f"picture_{each}"]) for each in goldens.numbers(golden)]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Loads a toy, which its random weights make unsure of everything."""
    monkeypatch.setattr(detector, "SCORE_THRESHOLD", 0.01)

    def open_toy(toy: str, *, wide: bool = False) -> FamilyDetector:
        path = tmp_path / f"{toy}.onnx"
        path.write_bytes(lzma.decompress((goldens.DATA / f"{toy}.onnx.xz").read_bytes()))
        golden = goldens.load(toy)
        if wide:
            _widened(path)
        labels = tuple(f"thing {number}" for number in range(_classes(golden, toy)))
        size = tuple(golden["size"].tolist())
        return load(toy, path, "cpu", 1, Wanted(labels, size, FAMILY_OF.get(toy)))

    return open_toy


def _classes(golden: dict[str, np.ndarray], toy: str) -> int:
    return 80 if "classes" not in golden else int(golden["classes"])


def _widened(path: Path) -> None:
    """Gives a network a free side for the batch."""
    model = onnx.load(path)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    onnx.save(model, path)


@EACH
def test_it_is_known_by_its_file_and_sees_something(toy: str, opened) -> None:
    found = opened(toy)
    assert TOYS[toy] in (found._family.name, type(found._family).__module__.rpartition(".")[2])
    for picture in pictures(toy):
        seen = found.detect(picture)
        assert len(seen) > 0
        assert (np.diff(seen.scores) <= 0).all()
        assert (seen.boxes >= 0).all()
        assert (seen.boxes[:, :2] + seen.boxes[:, 2:] <= 1 + 1e-6).all()
        assert seen.classes.max() < len(found.labels)


@pytest.mark.parametrize("toy", WIDE)
def test_several_pictures_in_one_run_give_what_each_gives_alone(toy: str, opened) -> None:
    found = opened(toy, wide=True)
    found.take_up_to(4)
    assert found.batch_sizes == (1, 2, 4)
    alone = [found.detect(picture) for picture in pictures(toy)]
    together = found.detect_batch(pictures(toy))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.boxes, other.boxes)
        np.testing.assert_array_equal(one.scores, other.scores)
        np.testing.assert_array_equal(one.classes, other.classes)


@EACH
def test_a_file_for_one_picture_is_not_asked_for_more(toy: str, opened) -> None:
    found = opened(toy)
    found.take_up_to(8)
    if not found._places[1].wide:
        assert found.batch_sizes == (1,)
    assert len(found.detect_batch(pictures(toy))) == len(pictures(toy))
