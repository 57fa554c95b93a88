import numpy as np
import pytest

from models import coco, coco91


def test_each_class_has_one_id():
    known = coco91.CLASSES[coco91.CLASSES != coco91.NO_CLASS]
    assert known.tolist() == list(range(len(coco.LABELS)))
    assert coco91.CLASSES.shape == (coco91.IDS,)
    assert coco91.CLASSES.dtype == np.int32


# Ids as the annotations of COCO 2017 have them.
@pytest.mark.parametrize(
    ("number", "label"),
    [
        (1, "person"),
        (11, "fire hydrant"),
        (13, "stop sign"),
        (25, "giraffe"),
        (27, "backpack"),
        (28, "umbrella"),
        (31, "handbag"),
        (44, "bottle"),
        (46, "wine glass"),
        (65, "bed"),
        (67, "dining table"),
        (70, "toilet"),
        (72, "tv"),
        (82, "refrigerator"),
        (84, "book"),
        (90, "toothbrush"),
    ],
)
def test_ids_are_cocos(number, label):
    assert coco.LABELS[coco91.CLASSES[number]] == label


def test_what_was_not_annotated_is_no_class():
    unused = np.flatnonzero(coco91.CLASSES == coco91.NO_CLASS)
    assert unused.tolist() == [0, 12, 26, 29, 30, 45, 66, 68, 69, 71, 83]
