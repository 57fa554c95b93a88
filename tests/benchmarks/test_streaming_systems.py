"""The two displays, with a system that answers by rule, so that time alone counts."""

from __future__ import annotations

import numpy as np
import pytest
from streaming_scenes import Moment, Scene, hand
from streaming_schedule import Detected
from streaming_scoring import score
from streaming_systems import Held, Results, burned_in, client_drawn, messages

from vision.picture import Picture
from vision.types import Detections, Seconds, Track, TrackId

RATE = 10
SPEED = 0.2
"Fractions of the picture a second."
BLANK = Picture(np.zeros((3, 2), np.uint8))


def box(t: float) -> tuple[float, float, float, float]:
    return (0.1 + SPEED * t, 0.2, 0.1, 0.2)


def found(t: float) -> Detections:
    return Detections(np.array([box(t)], "f"), np.array([0.9], "f"), np.array([0], np.int32))


def moment(t: float) -> Moment:
    truth = np.array([box(t)], np.float32)
    return Moment(BLANK, Seconds(t), truth, np.zeros(1, np.int32), np.ones(1, np.bool_))


SCENE = Scene("made up", "0", [moment(n / RATE) for n in range(10)], frozenset())
SEEN = [found(n / RATE) for n in range(10)]
RUNS = [Detected(0, 0.15), Detected(4, 0.55)]


class Oracle:
    """Knows how its one object moves, once it was detected."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, float]] = []
        self.now = 0.0

    def look(self, picture: Picture, t: Seconds) -> None:  # noqa: ARG002
        self.now = t

    def detected(self, detections: Detections, t: Seconds) -> None:  # noqa: ARG002
        self.heard.append((t, self.now))

    def tracks(self, t: Seconds) -> tuple[Track, ...]:
        one = Track(TrackId(1), 0, 0.9, box(t), (SPEED, 0.0), Seconds(0))
        return (one,) if self.heard else ()


def test_a_result_is_on_the_first_frame_after_it_came() -> None:
    oracle = Oracle()
    shown = list(burned_in(SCENE, Results(SEEN, RUNS), oracle))
    assert [len(each) for each in shown] == [0, 0] + [1] * 8
    assert oracle.heard == [(0.0, 0.1), (0.4, 0.5)]
    assert score(SCENE.moments[2:], shown[2:]).ap50 == pytest.approx(100)


def test_what_is_held_lags_by_the_age_of_its_frame() -> None:
    shown = list(burned_in(SCENE, Results(SEEN, RUNS), Held()))
    assert [round(float(each.boxes[0, 0]), 3) for each in shown[2:]] == [0.1] * 4 + [0.18] * 4


def test_the_page_moves_boxes_on_from_a_message_that_took_its_time() -> None:
    told = messages(SCENE, Results(SEEN, RUNS), Oracle(), each_frame=False)
    shown = list(client_drawn(SCENE, told, trip=0.1))
    assert [len(each) for each in shown] == [0, 0, 0] + [1] * 7
    for each, now in zip(shown[3:], SCENE.moments[3:], strict=True):
        assert each.boxes == pytest.approx(now.boxes, abs=0.02), "trust fades after a while"


def test_messages_come_with_results_or_with_frames() -> None:
    results = Results(SEEN, RUNS)
    alone = messages(SCENE, results, Oracle(), each_frame=False)
    assert [(round(m.sent, 2), round(m.t, 2)) for m in alone] == [(0.15, 0.1), (0.55, 0.5)]
    each = [m.t for m in messages(SCENE, results, Oracle())]
    assert len(each) == len(SCENE.moments) + len(RUNS)


def test_objects_that_need_not_be_found_cost_nothing() -> None:
    one = SCENE.moments[0]
    spare = Moment(one.picture, one.t, one.boxes, one.labels, np.zeros(1, np.bool_))
    figures = score([one, spare], [SEEN[0], SEEN[0]])
    assert (figures.ap50, figures.precision, figures.recall) == pytest.approx((100, 100, 100))
    missed = score([one, one], [SEEN[0], Detections.empty()])
    assert (missed.ap50, missed.precision, missed.recall) == pytest.approx((50, 100, 50))


def test_hand_shake_stays_in_its_bounds_and_is_the_same_again() -> None:
    way = np.array([hand(n / 100) for n in range(1000)])
    assert 5 < np.abs(way).max() <= 12
    assert hand(1.23) == hand(1.23)
