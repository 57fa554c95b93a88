import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import coco
from models.families import ultralytics
from models.families.family import Signature
from models.families.ultralytics import EndToEnd, Ultralytics
from tests.models.families import goldens
from vision.errors import ModelError

GOLDEN = goldens.load("ultralytics")
CLASSES = int(GOLDEN["classes"])
LABELS = tuple(f"thing {each}" for each in range(CLASSES))
NAMES = str(dict(enumerate(LABELS)))
EACH = pytest.mark.parametrize("number", goldens.numbers(GOLDEN))
SIZE = (96, 64)
PLAIN = Ultralytics(3, "output0", None)
FINAL = EndToEnd(3, "output0", None)


def signature(rows=84, columns=8400, size=(640, 640), **metadata):
    picture = {"images": (1, 3, *(size[::-1] if size else (None, None)))}
    return Signature(picture, {"output0": (1, rows, columns)}, metadata)


def told(rows, columns, **metadata):
    return signature(rows, columns, **{"names": NAMES, "task": "detect"} | metadata)


@EACH
def test_the_picture_is_fitted_as_the_package_does(number):
    off = goldens.planes(GOLDEN, PLAIN, number) - GOLDEN[f"input_{number}"] / np.float32(255)
    assert np.abs(off).max() < 1e-6


@EACH
@pytest.mark.parametrize("network", GOLDEN["networks"].tolist())
def test_it_comes_to_what_the_package_finds(network, number):
    output = GOLDEN[f"{network}_output_{number}"]
    family = ultralytics.recognise(told(*output.shape, end2end=str(output.shape[1] == 6)))
    assert family is not None
    print(goldens.check(GOLDEN, family, number, {"output0": output}, f"{network}_"))


def test_both_heads_are_recognised_by_what_the_file_tells():
    assert ultralytics.recognise(told(11, 8400)) == Ultralytics(7, "output0", LABELS)
    assert ultralytics.recognise(told(300, 6, end2end="True")) == EndToEnd(7, "output0", LABELS)
    # As exported with nms=True: duplicates are sorted out behind a head that does not do so itself.
    behind = told(300, 6, end2end="False", head="Detect")
    assert ultralytics.recognise(behind) == EndToEnd(7, "output0", LABELS)
    assert PLAIN.nms_iou == 0.7
    assert FINAL.nms_iou is None


def test_free_sizes_will_do_where_the_file_tells_its_names():
    free = signature(11, None, None, names=NAMES)
    assert ultralytics.recognise(free) == Ultralytics(7, "output0", LABELS)
    assert ultralytics.recognise(signature(84, None, None)) is None


def test_names_may_be_a_list():
    family = ultralytics.recognise(signature(6, 8400, names="['cat', 'dog']"))
    assert family == Ultralytics(2, "output0", ("cat", "dog"))


@pytest.mark.parametrize(
    ("rows", "columns", "labels"), [(84, 8400, coco.LABELS), (7, 8400, None), (5, 8400, None)]
)
def test_a_file_that_tells_nothing_is_known_by_its_shape(rows, columns, labels):
    family = ultralytics.recognise(signature(rows, columns))
    assert family == Ultralytics(rows - 4, "output0", labels)


@pytest.mark.parametrize(
    "other",
    [
        signature(8400, 85),  # YOLOX
        signature(8500, 112),  # NanoDet-Plus
        signature(300, 6),  # of which nothing tells how many classes there are
        signature(25200, 85, names=str(dict(enumerate(coco.LABELS)))),  # YOLOv5
        signature(4, 8400),
        signature(85, 84, (64, 64)),
        told(56, 8400, task="pose"),
        told(11, 8400, task="segment"),
        told(12, 8400),
        told(300, 11, head="RTDETRDecoder"),
        signature(300, 6, names="['cat', 'dog']"),  # may be a transformer of two classes
        signature(300, 6, names="['cat', 'dog']", head="RTDETRDecoder"),
        told(11, 8400, **{"openeyes.family": "yolox"}),
        Signature({"images": (1, 3, 640, 640)}, {"o": (1, 116, 8400), "p": (1, 32, 160, 160)}),
    ],
)
def test_others_are_not_taken_for_it(other):
    assert ultralytics.recognise(other) is None


@pytest.mark.parametrize("metadata", [{"end2end": "True"}, {"head": "Detect"}])
def test_two_classes_and_six_columns_are_known_if_the_file_tells(metadata):
    family = ultralytics.recognise(signature(300, 6, names="['cat', 'dog']", **metadata))
    assert family == EndToEnd(2, "output0", ("cat", "dog"))


@pytest.mark.parametrize(
    "names",
    [
        "",
        "{0: 'cat'",
        "{0: 'cat', 2: 'dog'}",
        "{'0': 'cat', '1': 'dog'}",
        "{0: 'cat', None: 'dog'}",
        "{}",
        "[]",
        "[1, 2]",
        "['cat', '']",
        "['cat', '\\x00']",
        "['cat', ['dog']]",
        "{[]: 1}",
        "__import__('os')",
        "(" * 5000,
        "[" * 150 + "]" * 150,
        "-" * 9000 + "1",
        "'" + "a" * (1 << 20) + "'",
        "\x00",
    ],
)
def test_names_that_cannot_be_read_are_told(names):
    with pytest.raises(ModelError, match="names of the classes"):
        ultralytics.recognise(signature(6, 8400, names=names))


@given(st.text(alphabet="{}[]()0123456789:,'\"ab -+_\\xu\n.", max_size=60))
def test_whatever_the_names_are_it_is_names_or_an_error_of_ours(names):
    try:
        family = ultralytics.recognise(signature(6, 8400, names=names))
    except ModelError:
        return
    assert family is None or (family.default_labels is not None and all(family.default_labels))


def test_nothing_likely_is_nothing():
    assert len(PLAIN.decode({"output0": np.zeros((7, 126), np.float32)}, SIZE, 0.05).scores) == 0
    assert len(FINAL.decode({"output0": np.zeros((300, 6), np.float32)}, SIZE, 0.05).scores) == 0
    assert len(FINAL.decode({"output0": np.zeros((0, 6), np.float32)}, SIZE, 0.05).scores) == 0


@pytest.mark.parametrize("odd", [-1, 3, np.nan, np.inf, 1e30])
def test_classes_that_there_are_not_are_left_out(odd):
    rows = np.array([[0, 0, 9, 9, 0.9, odd], [0, 0, 9, 9, 0.5, 2]], np.float32)
    assert FINAL.decode({"output0": rows}, SIZE, 0.05).classes.tolist() == [2]


def test_boxes_are_sorted_even_if_the_network_does_not():
    rows = np.array([[0, 0, 9, 9, 0.3, 1], [0, 0, 9, 9, 0.5, 2]], np.float32)
    assert FINAL.decode({"output0": rows}, SIZE, 0.05).classes.tolist() == [2, 1]


@pytest.mark.parametrize(("family", "shape"), [(PLAIN, (8, 126)), (FINAL, (300, 7)), (PLAIN, (7,))])
def test_another_shape_is_told(family, shape):
    with pytest.raises(ModelError, match="shape"):
        family.decode({"output0": np.zeros(shape, np.float32)}, SIZE, 0.05)
