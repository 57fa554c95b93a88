import numpy as np
import pytest

from models import coco, coco91
from models.families import loading, rf_detr
from models.families.family import Signature
from models.families.recognise import told
from tests.models.families import goldens
from tests.models.families.detr_goldens import computed, off

OWN, HUB = "rf-detr", "rf-detr-transformers"
PICTURES = {OWN: "input", HUB: "pixel_values"}
GOLDENS = {name: goldens.load(name) for name in PICTURES}
FAMILIES = {
    name: rf_detr.recognise(told(loading.signature_of(goldens.session(name)), "rf-detr"))
    for name in PICTURES
}
EACH = pytest.mark.parametrize(
    ("name", "number"), [(name, each) for name in PICTURES for each in range(3)]
)
SIZE = (384, 384)
LEVEL = 1 / 255 / 0.224


def own(logits=91, more=(), inputs=("input",), **metadata):
    told = {f"openeyes.{key}": value for key, value in metadata.items()}
    outputs = {"dets": (1, 300, 4), "labels": (1, 300, logits)}
    outputs |= dict.fromkeys(more, (1, 100, 78, 78))
    return Signature(dict.fromkeys(inputs, (1, 3, 384, 384)), outputs, told)


def hub(logits=91, **metadata):
    told = {f"openeyes.{key}": value for key, value in metadata.items()}
    outputs = {"logits": (None, 300, logits), "pred_boxes": (None, 300, 4)}
    return Signature({"pixel_values": (None, 3, None, None)}, outputs, told)


def in_coco(golden, number):
    """The golden with COCO's ids as classes, those left out that are none."""
    classes = coco91.CLASSES[golden[f"classes_{number}"]]
    known = classes != coco91.NO_CLASS
    kept = {each: golden[f"{each}_{number}"][known] for each in ("corners", "scores")}
    return (
        golden
        | {f"{name}_{number}": value for name, value in kept.items()}
        | {f"classes_{number}": classes[known]}
    )


@EACH
def test_the_picture_is_fitted_as_the_reference_does(name, number):
    golden = GOLDENS[name]
    away = np.abs(goldens.planes(golden, FAMILIES[name], number) - golden[f"input_{number}"])
    print(away.max() / LEVEL, "levels")
    assert away.max() <= 0.1 * LEVEL


@EACH
def test_outputs_come_to_what_the_reference_finds(name, number):
    golden, family = GOLDENS[name], FAMILIES[name]
    outputs = {each: golden[f"{each}_{number}"] for each in (family.logits, family.boxes)}
    corners, scores = off(in_coco(golden, number), family, number, outputs)
    print(corners, scores)
    assert corners <= 1e-4
    assert scores <= 1e-6


@EACH
def test_from_the_picture_on_it_comes_to_what_the_reference_finds(name, number):
    golden, family = GOLDENS[name], FAMILIES[name]
    outputs = computed(name, golden, family, number, PICTURES[name])
    corners, scores = off(in_coco(golden, number), family, number, outputs)
    print(corners, scores)
    assert corners <= 0.05
    assert scores <= 5e-4


def test_the_toys_tell_cocos_classes():
    for family in FAMILIES.values():
        assert (family.name, family.classes) == ("rf-detr", 80)
        assert family.default_labels == coco.LABELS
        assert family.nms_iou is None
        assert not family.further_inputs(SIZE)


def test_masks_do_not_matter():
    assert rf_detr.recognise(own(more=("masks",))) == rf_detr.recognise(own())


def test_own_classes_end_before_the_one_that_is_nothing():
    family = rf_detr.recognise(own(logits=4))
    assert family.classes == 3
    assert family.default_labels is None
    logits = np.array([[-9, -9, 1, -9], [-9, -9, -9, 3]], np.float32)
    outputs = {"labels": logits, "dets": np.full((2, 4), 0.5, np.float32)}
    assert family.decode(outputs, SIZE, 0.05).classes.tolist() == [2]


def test_those_of_transformers_are_all_classes_if_the_metadata_say_so():
    assert rf_detr.recognise(hub(logits=4)) is None
    assert rf_detr.recognise(hub(logits=4, family="rf-detr")).classes == 4


def test_ids_that_are_no_class_are_left_out():
    logits = np.full((1, 91), -9, np.float32)
    logits[0, [0, 1, 12, 90]] = (4, 3, 2, 1)
    outputs = {"labels": logits, "dets": np.full((1, 4), 0.5, np.float32)}
    found = rf_detr.recognise(own()).decode(outputs, SIZE, 0.05)
    # One query, so one pair is looked at: the best, which is no class.
    assert len(found.scores) == 0
    logits[0, 0] = -9
    found = rf_detr.recognise(own()).decode(outputs, SIZE, 0.05)
    assert [coco.LABELS[each] for each in found.classes] == ["person"]


@pytest.mark.parametrize(
    "signature",
    [
        hub(),
        hub(logits=80),
        hub(family="rt-detr"),
        own(family="yolox"),
        own(logits=None),
        own(more=("keypoints",)),
        own(inputs=("input", "more")),
        own(inputs=("images",)),
        Signature({"input": (1, 3, 384, 384)}, {"labels": (1, 300), "dets": (1, 300, 5)}),
        Signature({"input": (1, 3, 384, 384)}, {"dets": (1, 300, 5), "labels": (1, 300, 91)}),
        Signature({}, {}),
    ],
)
def test_others_are_none_of_these(signature):
    assert rf_detr.recognise(signature) is None
