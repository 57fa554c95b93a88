import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import coco
from models.families import grids, yolox
from models.families.family import Signature
from models.families.yolox import Yolox
from tests.models.families import goldens
from vision.errors import ModelError

GOLDEN = goldens.load("yolox")
FAMILY = Yolox(int(GOLDEN["classes"]), "output")
EACH = pytest.mark.parametrize("number", goldens.numbers(GOLDEN))
SIZE = (96, 64)
CELLS = 126


def signature(rows=8400, columns=85, size=(640, 640), output="output", **metadata):
    told = {f"openeyes.{key}": value for key, value in metadata.items()}
    picture = {"images": (1, 3, *(size[::-1] if size else (None, None)))}
    return Signature(picture, {output: (1, rows, columns)}, told)


@EACH
def test_the_picture_is_fitted_as_the_authors_do(number):
    off = np.abs(goldens.planes(GOLDEN, FAMILY, number) - GOLDEN[f"input_{number}"])
    assert off.max() == 0


@EACH
@pytest.mark.parametrize("form", ["raw", "decoded"])
def test_either_form_comes_to_what_the_authors_find(number, form):
    print(goldens.check(GOLDEN, FAMILY, number, {"output": GOLDEN[f"{form}_{number}"]}))


@EACH
def test_from_the_picture_on_it_comes_to_what_the_authors_find(number):
    session = goldens.session("yolox")
    planes = goldens.planes(GOLDEN, FAMILY, number)
    (output,) = session.run(None, {"images": planes[np.newaxis]})
    found = {"output": output[0]}
    print(goldens.check(GOLDEN, FAMILY, number, found, within=goldens.COMPUTED))


def test_half_precision_will_do():
    output = GOLDEN["raw_0"].astype(np.float16)
    assert len(FAMILY.decode({"output": output}, SIZE, 0.1).scores) > 5


def test_nothing_likely_is_nothing():
    found = FAMILY.decode({"output": np.zeros((CELLS, 12), np.float32)}, SIZE, 0.05)
    assert [len(each) for each in found] == [0, 0, 0]


def test_what_overflows_is_no_box():
    output = np.ones((CELLS, 12), np.float32)
    output[0, 2] = 1e4
    output[1, 0] = np.nan
    found = FAMILY.decode({"output": output}, SIZE, 0.05)
    assert len(found.scores) == CELLS - 2
    assert np.isfinite(found.corners).all()


@pytest.mark.parametrize("shape", [(CELLS - 1, 12), (CELLS, 13), (12,)])
def test_another_shape_is_told(shape):
    with pytest.raises(ModelError, match="shape"):
        FAMILY.decode({"output": np.zeros(shape, np.float32)}, SIZE, 0.05)


@given(
    across=st.integers(2, 6),
    down=st.integers(2, 6),
    seed=st.integers(0, 99),
    spread=st.floats(0, 1),
)
def test_both_forms_of_one_network_come_to_the_same(across, down, seed, spread):
    size = (32 * across, 32 * down)
    generator = np.random.default_rng(seed)
    raw = generator.uniform(0, 1, (grids.cells(size, yolox.STRIDES), 12)).astype(np.float32)
    raw[:, :2] = generator.normal(0.5, spread, (len(raw), 2))
    origins, strides = grids.grid(size, yolox.STRIDES)
    decoded = raw.copy()
    decoded[:, :2] = origins + raw[:, :2] * strides
    decoded[:, 2:4] = np.exp(raw[:, 2:4]) * strides
    one, other = (FAMILY.decode({"output": each}, size, 0.3) for each in (raw, decoded))
    np.testing.assert_allclose(one.corners, other.corners, atol=1e-5)
    np.testing.assert_array_equal(one.scores, other.scores)


def test_an_official_file_is_recognised():
    family = yolox.recognise(signature())
    assert family == Yolox(80, "output")
    assert family.default_labels == coco.LABELS
    assert dict(family.further_inputs((640, 640))) == {}


@pytest.mark.parametrize(
    ("rows", "size", "classes"), [(3549, (416, 416), 80), (126, SIZE, 1), (5040, (640, 384), 3)]
)
def test_any_size_and_any_number_of_classes_will_do(rows, size, classes):
    family = yolox.recognise(signature(rows, classes + 5, size))
    assert family is not None
    assert family.classes == classes
    assert (family.default_labels is None) == (classes != 80)


def test_a_file_that_tells_its_family_may_leave_its_size_free():
    assert yolox.recognise(signature(None, 85, None, family="yolox")) == Yolox(80, "output")
    assert yolox.recognise(signature(None, 85, None)) is None


@pytest.mark.parametrize(
    "other",
    [
        signature(25200, 85),  # YOLOv5: three boxes a cell
        signature(8500, 85),  # NanoDet-Plus: one grid more
        signature(84, 8400),  # Ultralytics
        signature(300, 6),
        signature(300, 84),
        signature(8400, 5),
        signature(8400, None),
        signature(None, 85),
        signature(output="outputs"),  # YOLOv6
        signature(family="nanodet-plus"),
        signature(8000, family="yolox"),
        Signature({"images": (1, 3, 640, 640)}, {"a": (1, 300, 80), "b": (1, 300, 4)}),
        Signature({"images": (1, 3, 640, 640), "s": (1, 2)}, {"output": (1, 8400, 85)}),
        Signature({"images": (1, 1, 640, 640)}, {"output": (1, 8400, 85)}),
        Signature({"images": (1, 640)}, {"output": (8400, 85)}),
        Signature({}, {}),
    ],
)
def test_others_are_not_taken_for_it(other):
    assert yolox.recognise(other) is None


def test_it_holds_nothing_between_pictures():
    assert dataclasses.is_dataclass(FAMILY)
    with pytest.raises(dataclasses.FrozenInstanceError):
        FAMILY.classes = 3


def test_boxes_without_an_inside_are_left_out():
    output = np.ones((CELLS, 12), np.float32)
    output[:, :2] = grids.grid(SIZE, yolox.STRIDES)[0]
    output[:2, 2] = 0, -3
    assert len(FAMILY.decode({"output": output}, SIZE, 0.05).scores) == CELLS - 2
