import numpy as np
import pytest

from models import coco
from models.families import nanodet_plus
from models.families.family import Signature
from models.families.nanodet_plus import NanoDetPlus
from tests.models.families import goldens
from vision.errors import ModelError

GOLDEN = goldens.load("nanodet-plus")
FAMILY = NanoDetPlus(int(GOLDEN["classes"]), "output")
EACH = pytest.mark.parametrize("number", goldens.numbers(GOLDEN))
SIZE = (96, 64)
CELLS = 96 + 24 + 6 + 2
COLUMNS = 7 + 32


def signature(rows=3598, columns=112, size=(416, 416), **metadata):
    told = {f"openeyes.{key}": value for key, value in metadata.items()}
    picture = {"data": (1, 3, *(size[::-1] if size else (None, None)))}
    return Signature(picture, {"output": (1, rows, columns)}, told)


@EACH
def test_the_picture_is_fitted_as_upstream_does(number):
    mean, std = (np.reshape(each, (3, 1, 1)) for each in (FAMILY.fitting.mean, FAMILY.fitting.std))
    expected = (GOLDEN[f"input_{number}"] - mean) / std
    assert np.abs(goldens.planes(GOLDEN, FAMILY, number) - expected).max() < 1e-6


@EACH
def test_it_comes_to_what_upstream_finds(number):
    print(goldens.check(GOLDEN, FAMILY, number, {"output": GOLDEN[f"output_{number}"]}))


@EACH
def test_from_the_picture_on_it_comes_to_what_upstream_finds(number):
    session = goldens.session("nanodet-plus")
    planes = goldens.planes(GOLDEN, FAMILY, number)
    (output,) = session.run(None, {"images": planes[np.newaxis]})
    found = {"output": output[0]}
    print(goldens.check(GOLDEN, FAMILY, number, found, within=goldens.COMPUTED))


def test_a_cell_may_be_of_two_classes():
    output = np.zeros((CELLS, COLUMNS), np.float32)
    output[5, [2, 4]] = 0.6, 0.9
    found = FAMILY.decode({"output": output}, SIZE, 0.05)
    assert found.classes.tolist() == [4, 2]
    np.testing.assert_array_equal(found.corners[0], found.corners[1])


def test_distances_are_from_where_a_cell_begins():
    output = np.zeros((CELLS, COLUMNS), np.float32)
    cell = 96 + 6 + 2  # of stride 16: second row, third column
    output[cell, 0] = 0.5
    sure = output[cell, 7:].reshape(4, 8)
    for side, distance in enumerate([1, 0, 2, 3]):
        sure[side, distance] = 80
    (corners,) = FAMILY.decode({"output": output}, SIZE, 0.05).corners
    np.testing.assert_allclose(corners * np.tile(SIZE, 2), [16, 16, 64, 64], atol=1e-4)


def test_nothing_likely_is_nothing():
    found = FAMILY.decode({"output": np.zeros((CELLS, COLUMNS), np.float32)}, SIZE, 0.05)
    assert [len(each) for each in found] == [0, 0, 0]


def test_scores_without_a_sigmoid_are_told():
    output = np.full((CELLS, COLUMNS), -4, np.float32)
    with pytest.raises(ModelError, match="sigmoid"):
        FAMILY.decode({"output": output}, SIZE, 0.05)


def test_another_shape_is_told():
    with pytest.raises(ModelError, match="shape"):
        FAMILY.decode({"output": np.zeros((CELLS + 1, COLUMNS), np.float32)}, SIZE, 0.05)


@pytest.mark.parametrize(
    ("rows", "size", "classes"),
    [(3598, (416, 416), 80), (2125, (320, 320), 80), (CELLS, SIZE, 7)],
)
def test_any_size_and_any_number_of_classes_will_do(rows, size, classes):
    family = nanodet_plus.recognise(signature(rows, classes + 32, size))
    assert family == NanoDetPlus(classes, "output")
    assert family.default_labels == (coco.LABELS if classes == 80 else None)
    assert dict(family.further_inputs(size)) == {}


def test_a_file_that_tells_its_family_may_leave_its_size_free():
    free = signature(None, 112, None, family="nanodet-plus")
    assert nanodet_plus.recognise(free) == NanoDetPlus(80, "output")
    assert nanodet_plus.recognise(signature(None, 112, None)) is None


@pytest.mark.parametrize(
    "other",
    [
        signature(3549, 85),  # YOLOX: one grid less
        signature(3549, 112),  # NanoDet 0.x
        signature(3598, 32),
        signature(84, 3598),
        signature(300, 6),
        signature(3598, None),
        signature(family="yolox"),
        Signature({"images": (1, 3, 416, 416)}, {"logits": (1, 300, 80), "boxes": (1, 300, 4)}),
    ],
)
def test_others_are_not_taken_for_it(other):
    assert nanodet_plus.recognise(other) is None
