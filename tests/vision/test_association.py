from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vision.association import (
    best_pairs,
    come_into_view,
    cut_sides,
    doubtful_overlaps,
    in_picture,
    made_whole,
    overlaps,
    picked,
    without_duplicates,
)
from vision.types import Detections

similarities = arrays.arrays(
    np.float64,
    st.tuples(st.integers(0, 4), st.integers(0, 4)),
    elements=st.floats(0, 1, width=16),
)


def boxes(*rows: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(rows, np.float32).reshape(-1, 4)


def test_overlaps_are_those_of_geometry() -> None:
    some = boxes((0, 0, 0.2, 0.2), (0.5, 0.5, 0.1, 0.1))
    others = boxes((0, 0, 0.2, 0.2), (0.1, 0, 0.2, 0.2), (0.2, 0, 0.2, 0.2))
    expected = [[1, 1 / 3, 0], [0, 0, 0]]
    assert overlaps(some, others) == pytest.approx(np.array(expected), abs=1e-6)
    assert overlaps(some, boxes()).shape == (2, 0)


def test_doubt_lets_boxes_meet_that_do_not_touch() -> None:
    track, beside = boxes((0.4, 0.4, 0.1, 0.1)), boxes((0.52, 0.4, 0.1, 0.1))
    assert overlaps(track, beside)[0, 0] == 0
    unsure = doubtful_overlaps(track, np.array([[0.05, 0.0]]), beside)[0, 0]
    assert unsure == pytest.approx(0.08 / 0.32, abs=1e-6)
    assert doubtful_overlaps(track, np.zeros((1, 2)), beside)[0, 0] == 0
    assert doubtful_overlaps(track, np.array([[0.0, 0.05]]), beside)[0, 0] == 0


@given(similarities)
def test_no_other_assignment_is_worth_more(similarity: np.ndarray) -> None:
    least = 0.25
    pairs = best_pairs(similarity, least)
    assert len(set(pairs.tracks)) == len(pairs.tracks)
    assert len(set(pairs.detections)) == len(pairs.detections)
    assert (similarity[pairs.tracks, pairs.detections] >= least).all()
    worth = np.where(similarity >= least, similarity, 0.0)
    turned = worth if worth.shape[0] <= worth.shape[1] else worth.T
    orders = itertools.permutations(range(turned.shape[1]), turned.shape[0])
    best = max(sum(turned[i, j] for i, j in enumerate(order)) for order in orders)
    assert similarity[pairs.tracks, pairs.detections].sum() == pytest.approx(best)


def test_a_pair_too_unlike_takes_nobody_s_place() -> None:
    pairs = best_pairs(np.array([[0.5, 0.19], [0.49, 0.0]]), 0.2)
    assert list(zip(pairs.tracks, pairs.detections, strict=True)) == [(0, 0)]


def test_duplicates_go_whatever_their_class_and_order() -> None:
    found = Detections(
        boxes((0, 0, 0.2, 0.2), (0.5, 0.5, 0.2, 0.2), (0.01, 0, 0.2, 0.2), (0.6, 0.5, 0.2, 0.2)),
        np.array([0.4, 0.6, 0.9, 0.5], np.float32),
        np.array([1, 2, 3, 2], np.int32),
    )
    kept = without_duplicates(found, 0.7, most=10)
    assert kept.scores.tolist() == pytest.approx([0.9, 0.6, 0.5])
    assert kept.classes.tolist() == [3, 2, 2]
    assert len(without_duplicates(found, 0.7, most=1)) == 1
    assert len(without_duplicates(Detections.empty(), 0.7, most=1)) == 0


def test_picking_keeps_rows_together() -> None:
    found = Detections(
        boxes((0, 0, 0.1, 0.1), (0.5, 0.5, 0.2, 0.2)),
        np.array([0.4, 0.6], np.float32),
        np.array([1, 2], np.int32),
    )
    turned = picked(found, np.array([1, 0]))
    assert turned.scores.tolist() == pytest.approx([0.6, 0.4])
    assert turned.classes.tolist() == [2, 1]
    assert turned.boxes[0].tolist() == found.boxes[1].tolist()


def test_boxes_are_cut_by_the_picture() -> None:
    reaching = boxes((-0.1, 0.2, 0.3, 0.9), (1.2, 0.2, 0.1, 0.1))
    cut = in_picture(reaching)
    assert cut[0] == pytest.approx((0, 0.2, 0.2, 0.8))
    assert cut[1, 2] == 0


def test_sides_that_the_edge_cuts_off_come_from_the_prediction() -> None:
    predicted = boxes((-0.1, 0.3, 0.3, 0.4), (0.7, 0.3, 0.5, 0.9), (0.1, 0.3, 0.2, 0.2))
    detected = boxes((0.0, 0.3, 0.18, 0.4), (0.72, 0.28, 0.28, 0.72), (0.0, 0.3, 0.3, 0.2))
    whole = made_whole(detected, predicted)
    assert whole[0] == pytest.approx((-0.1, 0.3, 0.28, 0.4), abs=1e-6)
    assert whole[1] == pytest.approx((0.72, 0.28, 0.48, 0.92), abs=1e-6)
    assert whole[2] == pytest.approx(detected[2]), "a prediction within the picture adds nothing"


def test_a_detection_that_itself_reaches_outside_is_believed() -> None:
    detected, predicted = boxes((-0.05, 0.3, 0.2, 0.4)), boxes((-0.1, 0.3, 0.3, 0.4))
    assert made_whole(detected, predicted) == pytest.approx(detected)


def test_sides_at_the_edge_are_cut() -> None:
    boxes = np.array([[0.0, 0.3, 0.2, 0.2], [0.3, 0.005, 0.2, 0.99], [0.8, 0.5, 0.2, 0.2]], "f")
    assert cut_sides(boxes).tolist() == [
        [True, False, False, False],
        [False, True, False, True],
        [False, False, True, False],
    ]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((0.05, 0.3, 0.2, 0.2), (0.0, 0.3, 0.25, 0.2)),
        ((0.5, 0.3, 0.2, 0.2), (0.38, 0.3, 0.32, 0.2)),
        ((-0.1, 0.3, 0.2, 0.2), (-0.1, 0.3, 0.2, 0.2)),
    ],
)
def test_a_cut_side_stays_at_the_edge_for_a_while(box: tuple[float, ...], expected: object) -> None:
    left = np.array([[True, False, False, False]])
    assert come_into_view(np.array([box], "f"), left)[0] == pytest.approx(expected, abs=1e-6)
    whole = np.zeros((1, 4), np.bool_)
    assert come_into_view(np.array([box], "f"), whole)[0] == pytest.approx(box, abs=1e-6)
