import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from models import coco
from models.families import detr, loading
from models.families.detr import Detr, FinishedDetr
from models.families.family import Signature
from models.families.recognise import recognise, told
from tests.models.families import goldens
from tests.models.families.detr_goldens import computed, off
from vision.errors import ConfigError, ModelError

NAMES = ("rt-detr", "d-fine")
GOLDENS = {name: goldens.load(name) for name in NAMES}
EACH = pytest.mark.parametrize(
    ("name", "number"), [(name, each) for name in NAMES for each in range(3)]
)
SIZE = (640, 640)
LEVEL = 1 / 255


def raw(classes=80, queries=300, inputs=("pixel_values",), **metadata):
    told = {f"openeyes.{key}": value for key, value in metadata.items()}
    pictures = dict.fromkeys(inputs, (None, 3, None, None))
    outputs = {"logits": (None, queries, classes), "pred_boxes": (None, queries, 4)}
    return Signature(pictures, outputs, told)


def finished(outputs=("labels", "boxes", "scores"), **metadata):
    told = {f"openeyes.{key}": value for key, value in metadata.items()}
    inputs = {"images": (None, 3, 640, 640), "orig_target_sizes": (None, 2)}
    return Signature(inputs, dict.fromkeys(outputs, (None, 300)), told)


@EACH
def test_the_picture_is_fitted_as_the_reference_does(name, number):
    golden = GOLDENS[name]
    away = np.abs(goldens.planes(golden, Detr(name, 80), number) - golden[f"input_{number}"])
    print(away.max() / LEVEL, "levels")
    assert away.max() <= 1.1 * LEVEL


@EACH
def test_outputs_come_to_what_the_reference_finds(name, number):
    golden = GOLDENS[name]
    outputs = {each: golden[f"{each}_{number}"] for each in ("logits", "pred_boxes")}
    corners, scores = off(golden, Detr(name, 80), number, outputs)
    print(corners, scores)
    assert corners <= 1e-4
    assert scores <= 1e-6


@EACH
def test_from_the_picture_on_it_comes_to_what_the_reference_finds(name, number):
    golden, family = GOLDENS[name], Detr(name, 80)
    outputs = computed(name, golden, family, number, "pixel_values")
    corners, scores = off(golden, family, number, outputs)
    print(corners, scores)
    assert corners <= 0.05
    assert scores <= 5e-4


@pytest.mark.parametrize("number", range(3))
def test_so_it_does_where_the_graph_chooses(number):
    golden, family = GOLDENS["rt-detr"], FinishedDetr("rt-detr")
    outputs = computed("rt-detr-finished", golden, family, number, "images")
    corners, scores = off(golden, family, number, outputs)
    print(corners, scores)
    assert corners <= 0.05
    assert scores <= 5e-4


@pytest.mark.parametrize(
    ("toy", "family"),
    [
        ("rt-detr", Detr("rt-detr", 80)),
        ("d-fine", Detr("rt-detr", 80)),
        ("rt-detr-finished", FinishedDetr("rt-detr")),
    ],
)
def test_the_toys_are_known_by_their_own_signatures(toy, family):
    assert detr.recognise(loading.signature_of(goldens.session(toy))) == family
    assert family.default_labels == coco.LABELS


def test_the_metadata_tell_which_of_them_it_is():
    assert detr.recognise(raw(family="d-fine")) == Detr("d-fine", 80)
    assert detr.recognise(finished(family="d-fine")) == FinishedDetr("d-fine")


def test_own_classes_have_no_default_names():
    family = detr.recognise(raw(classes=3, family="rt-detr"))
    assert family == Detr("rt-detr", 3)
    assert family.default_labels is None


def test_a_graph_that_chooses_tells_its_classes_in_the_metadata():
    family = detr.recognise(finished(classes="3"))
    assert family == FinishedDetr("rt-detr", 3)
    assert family.default_labels is None


@pytest.mark.parametrize(
    "signature",
    [
        raw(family="yolox"),
        raw(classes=91),
        raw(classes=92),
        raw(classes=3),
        raw(classes=80, queries=100),
        raw(classes=5, queries=100),
        raw(classes=None),
        raw(inputs=("pixel_values", "pixel_mask")),
        raw(inputs=("images",)),
        Signature({"pixel_values": (1, 3, 64, 64)}, {"logits": (1, 1000)}),
        Signature({"pixel_values": (1, 3, 64, 64)}, {}),
        Signature({"pixel_values": (1, 64)}, raw().outputs),
        finished(outputs=("labels", "boxes")),
        finished(classes="some"),
        finished(classes="0"),
        finished(family="yolox"),
        Signature({}, {}),
    ],
)
def test_others_are_none_of_these(signature):
    assert detr.recognise(signature) is None


@pytest.mark.parametrize("classes", [3, 79, 91, 92])
def test_one_that_does_not_show_its_family_is_asked_for_it(classes):
    with pytest.raises(
        ModelError, match=r"mine is a transformer.*--family.*d-fine.*openeyes\.family"
    ):
        recognise(raw(classes=classes), "mine")


@pytest.mark.parametrize("family", [*NAMES, "rt-detr-v2", "rf-detr"])
def test_whoever_loads_it_may_tell_its_family(family):
    signature = raw(classes=3, family="yolox")
    assert recognise(told(signature, family), "mine").name == family
    assert told(signature, None) is signature


def test_a_family_that_there_is_not_is_refused():
    with pytest.raises(ConfigError, match="no family is called 'detr'; there are: d-fine, nanodet"):
        told(raw(), "detr")


def test_what_would_be_taken_for_another_is_read_if_the_metadata_say_so():
    assert detr.recognise(raw(classes=91, family="rt-detr")) == Detr("rt-detr", 91)


@given(
    logits=arrays.arrays(np.float32, (5, 4), elements=st.floats(-20, 20, width=32)),
    threshold=st.floats(0.01, 0.99),
)
def test_the_best_pairs_are_kept_as_many_as_queries(logits, threshold):
    boxes = np.tile(np.float32([0.5, 0.5, 0.2, 0.4]), (5, 1))
    found = Detr("rt-detr", 4).decode({"logits": logits, "pred_boxes": boxes}, SIZE, threshold)
    everything = np.sort(1 / (1 + np.exp(-logits.astype(np.float64))).ravel())[::-1]
    assert len(found.scores) <= 5
    np.testing.assert_allclose(found.scores, everything[: len(found.scores)], atol=1e-6)
    if len(found.scores) < 5:
        assert everything[len(found.scores)] < threshold + 1e-6
    assert found.corners == pytest.approx(np.tile([0.4, 0.3, 0.6, 0.7], (len(found.scores), 1)))


def test_a_query_may_stand_for_two_classes():
    logits = np.float32([[3, 2, -9], [-9, -9, -9]])
    boxes = np.float32([[0.5, 0.5, 1, 1], [0.1, 0.1, 0.1, 0.1]])
    found = Detr("rt-detr", 3).decode({"logits": logits, "pred_boxes": boxes}, SIZE, 0.05)
    assert found.classes.tolist() == [0, 1]
    assert found.classes.dtype == np.int32


def test_half_precision_and_what_is_no_number_will_do():
    logits = np.full((2, 3), np.nan, np.float16)
    logits[1, 2] = 2
    boxes = np.full((2, 4), 0.5, np.float16)
    found = Detr("rt-detr", 3).decode({"logits": logits, "pred_boxes": boxes}, SIZE, 0.05)
    assert found.classes.tolist() == [2]
    assert found.scores.dtype == found.corners.dtype == np.float32


def test_a_graph_that_chooses_is_asked_for_fractions_and_read_best_first():
    family = FinishedDetr("rt-detr", 3)
    assert family.further_inputs(SIZE)["orig_target_sizes"].tolist() == [1, 1]
    outputs = {
        "labels": np.array([2, 0, 7, -1, 1]),
        "boxes": np.float32([[0, 0, 0.5, 1]] * 5),
        "scores": np.float32([0.3, 0.9, 0.8, 0.7, 0.01]),
    }
    found = family.decode(outputs, SIZE, 0.05)
    assert found.classes.tolist() == [0, 2]
    assert found.scores.tolist() == pytest.approx([0.9, 0.3])
    assert found.corners.tolist() == [[0, 0, 0.5, 1]] * 2
