import numpy as np
import pytest

from benchmarks.average_precision import Seen, average_precision

A, B, C = (0, 0, 10, 10), (20, 0, 10, 10), (40, 0, 10, 10)
OFF = (0, 8, 10, 10)  # overlaps A by 2/18


def seen(truth, detections):
    boxes = np.array([box for box, _ in detections], float).reshape(-1, 4)
    return Seen(np.array(truth, float).reshape(-1, 4), boxes, np.array([s for _, s in detections]))


@pytest.mark.parametrize(
    ("truth", "detections", "expected"),
    [
        ([A, B], [(A, 0.9), (B, 0.8)], 1),
        ([A, B], [(A, 0.9)], 0.5),
        ([A, B], [(C, 0.9), (A, 0.8)], 0.5 * 0.5),
        ([A, B], [(A, 0.9), (C, 0.8), (B, 0.7)], 0.5 * 1 + 0.5 * 2 / 3),
        ([A], [(A, 0.9), (A, 0.8)], 1),
        ([A], [(OFF, 0.9)], 0),
        ([], [(A, 0.9)], 0),
        ([A], [], 0),
    ],
)
def test_curves_drawn_by_hand(truth, detections, expected):
    assert average_precision([seen(truth, detections)], 0.5) == pytest.approx(expected)


def test_scores_are_ranked_over_all_pictures():
    pictures = [seen([A], [(A, 0.5)]), seen([], [(C, 0.9)]), seen([B], [(B, 0.95)])]
    assert average_precision(pictures, 0.5) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)


def test_raising_precision_later_lifts_what_comes_before():
    pictures = [seen([A, B, C], [(OFF, 0.9), (A, 0.8), (B, 0.7), (C, 0.6)])]
    assert average_precision(pictures, 0.5) == pytest.approx(0.75)


def test_who_finds_what_need_not_be_found_neither_gains_nor_loses():
    one = seen([A], [(B, 0.9), (A, 0.8)])
    spare = Seen(one.truth, one.boxes, one.scores, optional=np.array([B], float))
    assert average_precision([one], 0.5) == pytest.approx(0.5)
    assert average_precision([spare], 0.5) == pytest.approx(1)


def test_no_pictures():
    assert average_precision([], 0.5) == 0
