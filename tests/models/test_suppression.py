import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.suppression import suppress
from vision.types import Detections

IOU = 0.6


def iou(a, b):
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def greedy(found, most):
    """The definition, box by box: indices of what stays."""
    kept = []
    for index in range(len(found)):
        alike = (other for other in kept if found.classes[other] == found.classes[index])
        if all(iou(found.boxes[other], found.boxes[index]) <= IOU for other in alike):
            kept.append(index)
    return kept[:most]


def detections(boxes, scores, classes):
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.array(classes, np.int32),
    )


@st.composite
def candidates(draw):
    """Boxes on a coarse grid of 1/16, best first, so that overlaps and equal scores are common."""
    count = draw(st.integers(0, 40))
    sixteenths = st.integers(1, 12)
    corner = st.integers(0, 4)
    boxes = [
        [draw(it) / 16 for it in (corner, corner, sixteenths, sixteenths)] for _ in range(count)
    ]
    scores = sorted((draw(st.integers(1, 9)) / 10 for _ in range(count)), reverse=True)
    return detections(boxes, scores, [draw(st.integers(0, 2)) for _ in range(count)])


@given(candidates(), st.integers(1, 50))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_it_keeps_what_the_definition_keeps(found, most):
    kept = greedy(found, most)
    result = suppress(found, IOU, most)
    np.testing.assert_array_equal(result.boxes, found.boxes[kept])
    np.testing.assert_array_equal(result.scores, found.scores[kept])
    np.testing.assert_array_equal(result.classes, found.classes[kept])


@given(candidates())
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_second_time_changes_nothing(found):
    once = suppress(found, IOU, 50)
    twice = suppress(once, IOU, 50)
    np.testing.assert_array_equal(once.boxes, twice.boxes)


def test_classes_do_not_disturb_one_another():
    found = detections([[0.1, 0.1, 0.5, 0.5]] * 3, [0.9, 0.8, 0.7], [0, 41, 0])
    assert suppress(found, IOU, 10).classes.tolist() == [0, 41]


def test_no_candidates():
    assert len(suppress(Detections.empty(), IOU, 10)) == 0


def test_types_and_shapes_are_those_of_the_port():
    found = detections([[0.1, 0.1, 0.5, 0.5]], [0.9], [3])
    result = suppress(found, IOU, 10)
    assert (result.boxes.dtype, result.scores.dtype) == (np.float32, np.float32)
    assert result.classes.dtype == np.int32
    assert result.boxes.shape == (1, 4)
