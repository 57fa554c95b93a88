from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.anchors import Shifts
from vision.kalman import Noise
from vision.life import TrackerConfig
from vision.motion import CameraMotion
from vision.outlook import NOBODY
from vision.tracker import LONGEST_GAP, MOST_TRACKS, Tracker
from vision.types import Detections, Seconds, Track

CAT, DOG = 15, 16
Box = tuple[float, float, float, float]


def seen(*boxes: Box, score: float = 0.8, label: int = CAT) -> Detections:
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(boxes), score, np.float32),
        np.full(len(boxes), label, np.int32),
    )


def overlap(one: Box, other: Box) -> float:
    sides = [
        max(0.0, min(one[i] + one[i + 2], other[i] + other[i + 2]) - max(one[i], other[i]))
        for i in (0, 1)
    ]
    shared = sides[0] * sides[1]
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)


def feed(
    tracker: Tracker, where: Callable[[float], Detections], rate: float, begin: float, end: float
) -> list[tuple[Track, ...]]:
    times = np.arange(round(begin * rate), round(end * rate) + 1) / rate
    return [tracker.update(where(t), Seconds(t)) for t in times]


def ids(tracks: tuple[Track, ...]) -> list[int]:
    return [track.id for track in tracks]


def walker(t: float) -> Box:
    return (0.1 + 0.15 * t, 0.3, 0.1, 0.3)


def test_a_sure_object_is_there_at_once_an_unsure_one_when_seen_again() -> None:
    tracker = Tracker()
    assert ids(tracker.update(seen((0.1, 0.1, 0.2, 0.2)), Seconds(0))) == [1]
    weak = (0.6, 0.6, 0.2, 0.2)
    both = Detections(
        np.array([(0.1, 0.1, 0.2, 0.2), weak], np.float32),
        np.array([0.8, 0.55], np.float32),
        np.array([CAT, CAT], np.int32),
    )
    assert ids(tracker.update(both, Seconds(0.1))) == [1]
    assert ids(tracker.update(both, Seconds(0.2))) == [1, 2]


def test_noise_uses_up_no_ids() -> None:
    tracker = Tracker()
    for i in range(20):
        spot = (0.05 + 0.04 * (i * 7 % 20), 0.1 + 0.04 * (i * 3 % 20), 0.03, 0.03)
        assert tracker.update(seen(spot, score=0.55), Seconds(i / 10)) == ()
    assert ids(tracker.update(seen((0.4, 0.4, 0.2, 0.2)), Seconds(3))) == [1]


def test_seen_once_and_then_missed_it_is_not_shown() -> None:
    """A detection below the least score is no confirmation."""
    tracker = Tracker()
    tracker.update(seen((0.1, 0.1, 0.2, 0.2)), Seconds(0))
    assert ids(tracker.at(Seconds(0.1))) == [1], "no result lacks it yet"
    assert tracker.update(seen((0.1, 0.1, 0.2, 0.2), score=0.2), Seconds(0.1)) == ()


def test_a_faint_detection_keeps_a_track_but_begins_none() -> None:
    tracker = Tracker()
    feed(tracker, lambda t: seen(walker(t)), 10, 0, 1)
    (track,) = tracker.update(seen(walker(1.1), (0.7, 0.7, 0.2, 0.2), score=0.35), Seconds(1.1))
    assert (track.id, track.seen, track.score) == (1, 0, pytest.approx(0.35))


@pytest.mark.parametrize("rate", [2, 5, 10, 30])
def test_one_walker_is_one_track_and_well_predicted(rate: float) -> None:
    tracker = Tracker()
    answers = feed(tracker, lambda t: seen(walker(t)), rate, 0, 4)
    assert all(ids(tracks) == [1] for tracks in answers)
    (ahead,) = tracker.at(Seconds(4.25))
    assert overlap(ahead.box, walker(4.25)) > 0.9
    assert ahead.velocity == pytest.approx((0.15, 0.0), abs=0.015)
    assert ahead.seen == pytest.approx(0.25)


def test_rate_of_detection_does_not_change_the_trajectory() -> None:
    often, seldom = Tracker(), Tracker()
    feed(often, lambda t: seen(walker(t)), 30, 0, 2)
    feed(seldom, lambda t: seen(walker(t)), 10, 0, 2)
    for t in (2.0, 2.2, 2.4):
        (one,), (other,) = often.at(Seconds(t)), seldom.at(Seconds(t))
        assert overlap(one.box, other.box) > 0.97


def test_the_drawn_box_sits_on_what_was_just_detected() -> None:
    """Even when the object turns about at once: no lag is worth a smoother line."""
    tracker = Tracker()

    def zigzag(t: float) -> Box:
        return (0.3 + 0.1 * abs((t % 2) - 1), 0.3, 0.15, 0.3)

    for i in range(61):
        (track,) = tracker.update(seen(zigzag(i / 10)), Seconds(i / 10))
        assert overlap(track.box, zigzag(i / 10)) > 0.85


def test_jitter_is_smoothed() -> None:
    random = np.random.default_rng(4)
    tracker, raw, smooth = Tracker(), [], []
    for i in range(90):
        jitter = random.normal(0, 0.004, 4)
        box = tuple(np.array((0.4, 0.4, 0.2, 0.2)) + jitter)
        (track,) = tracker.update(seen(box, score=0.7), Seconds(i / 30))
        raw.append(box[0] + box[2] / 2)
        smooth.append(track.box[0] + track.box[2] / 2)
    assert np.std(np.diff(smooth[30:])) < 0.8 * np.std(np.diff(raw[30:]))


def test_an_id_outlives_a_short_occlusion() -> None:
    tracker = Tracker()
    feed(tracker, lambda t: seen(walker(t)), 10, 0, 2)
    hidden = feed(tracker, lambda _: Detections.empty(), 10, 2.1, 3.0)
    assert [len(tracks) for tracks in hidden[:3]] == [1, 1, 1], "still shown for a moment"
    assert len(hidden[-1]) == 0, "then not"
    assert ids(tracker.update(seen(walker(3.1)), Seconds(3.1))) == [1]


def test_an_object_gone_for_long_comes_back_as_another() -> None:
    tracker = Tracker()
    feed(tracker, lambda _: seen(walker(0)), 10, 0, 1)
    feed(tracker, lambda _: Detections.empty(), 10, 1.1, 4)
    assert ids(tracker.update(seen(walker(0)), Seconds(4.1))) == [2]


def test_objects_that_cross_keep_their_ids() -> None:
    def crossing(t: float) -> Detections:
        return seen((0.1 + 0.2 * t, 0.3, 0.1, 0.3), (0.7 - 0.2 * t, 0.36, 0.1, 0.3))

    tracker = Tracker()
    answers = feed(tracker, crossing, 15, 0, 3)
    at_last = {track.id: track.box[0] for track in answers[-1]}
    assert at_last == {1: pytest.approx(0.7, abs=0.02), 2: pytest.approx(0.1, abs=0.02)}


def test_a_stalled_detector_s_objects_fade() -> None:
    tracker = Tracker()
    feed(tracker, lambda _: seen(walker(0)), 2, 0, 2)
    config = TrackerConfig()
    assert len(tracker.at(Seconds(2 + config.shown_stale))) == 1
    assert tracker.at(Seconds(2.01 + config.shown_stale)) == ()


def test_what_left_the_picture_is_not_shown() -> None:
    tracker = Tracker()

    def leaving(t: float) -> Detections:
        return seen((0.7 + 0.2 * t, 0.3, 0.1, 0.3))

    feed(tracker, leaving, 10, 0, 1)
    assert ids(tracker.at(Seconds(1.15))) == [1], "as long as no result lacks it"
    assert tracker.update(Detections.empty(), Seconds(1.15)) == ()


def test_cut_off_by_the_edge_an_object_neither_shrinks_nor_slows_down() -> None:
    tracker = Tracker()

    def cut(t: float) -> Detections:
        left, top, width, height = 0.5 - 0.3 * t, 0.3, 0.2, 0.3
        return seen((max(left, 0.0), top, width + min(left, 0.0), height))

    (track,) = feed(tracker, cut, 10, 0, 2)[-1]
    assert track.box == pytest.approx((-0.1, 0.3, 0.2, 0.3), abs=0.015)
    assert track.velocity[0] == pytest.approx(-0.3, rel=0.1)


def test_a_cat_that_flickers_to_dog_stays_the_same_cat() -> None:
    tracker = Tracker()
    box = (0.3, 0.3, 0.3, 0.3)
    for i in range(40):
        label = DOG if i % 4 == 3 else CAT
        (track,) = tracker.update(seen(box, label=label), Seconds(i / 10))
        assert (track.id, track.label) == (1, CAT)


def test_a_label_is_outvoted_in_time() -> None:
    tracker = Tracker()
    box = (0.3, 0.3, 0.3, 0.3)
    feed(tracker, lambda _: seen(box, label=CAT), 10, 0, 1)
    answers = feed(tracker, lambda _: seen(box, label=DOG), 10, 1.1, 5)
    labels = [tracks[0].label for tracks in answers]
    assert labels[0] == CAT
    assert labels[-1] == DOG
    assert {track.id for tracks in answers for track in tracks} == {1}


def test_of_two_candidates_the_one_of_its_class_is_taken() -> None:
    tracker = Tracker()
    tracker.update(seen((0.3, 0.3, 0.2, 0.2), label=CAT), Seconds(0))
    both = Detections(
        np.array([(0.33, 0.3, 0.2, 0.2), (0.26, 0.3, 0.2, 0.2)], np.float32),
        np.array([0.8, 0.8], np.float32),
        np.array([DOG, CAT], np.int32),
    )
    tracks = {track.id: track for track in tracker.update(both, Seconds(0.03))}
    assert tracks[1].box[0] == pytest.approx(0.26, abs=0.02)
    assert tracks[2].label == DOG


def test_one_thing_seen_as_two_classes_is_one_track() -> None:
    tracker = Tracker()
    both = Detections(
        np.array([(0.3, 0.3, 0.2, 0.2), (0.305, 0.3, 0.2, 0.2)], np.float32),
        np.array([0.8, 0.7], np.float32),
        np.array([CAT, DOG], np.int32),
    )
    for i in range(10):
        assert ids(tracker.update(both, Seconds(i / 10))) == [1]


@pytest.mark.parametrize("pan", [0.0, 0.3, 0.6])
def test_static_objects_stay_put_under_a_panning_camera(pan: float) -> None:
    """Detected at 10 Hz, predicted at 30 Hz, ``pan`` picture widths a second."""
    world = [(0.2, 0.3, 0.1, 0.2), (0.5, 0.5, 0.2, 0.3), (0.8, 0.2, 0.05, 0.1)]
    tracker = Tracker()
    for frame in range(46):
        moved = [(x - pan * frame / 30, y, w, h) for x, y, w, h in world]
        since = frame % 3
        motion = CameraMotion.shift(-pan * (since or 3) / 30, 0)
        t = Seconds(frame / 30)
        tracks = tracker.at(t, motion) if since else tracker.update(seen(*moved), t, motion)
        assert len(tracks) == 3
        assert all(overlap(track.box, moved[track.id - 1]) > 0.98 for track in tracks)
        assert all(np.hypot(*track.velocity) < 0.01 for track in tracks)


@pytest.mark.parametrize("late", [0.0, -1.0, float("nan"), float("inf")])
def test_updates_out_of_order_are_refused(late: float) -> None:
    tracker = Tracker()
    tracker.update(seen(walker(0)), Seconds(0))
    with pytest.raises(ValueError, match="in order"):
        tracker.update(seen(walker(0)), Seconds(late))
    assert ids(tracker.at(Seconds(0))) == [1]


def test_detections_that_are_no_boxes_are_ignored() -> None:
    bad = [(0.1, 0.1, 0.0, 0.1), (np.nan, 0, 0.1, 0.1), (0, 0, np.inf, 1), (0.1, 0.1, -0.1, 0.1)]
    assert Tracker().update(seen(*bad), Seconds(0)) == ()
    assert Tracker().update(seen((0, 0, 1, 1), score=float("nan")), Seconds(0)) == ()


def test_forgotten_objects_come_back_as_others() -> None:
    tracker = Tracker()
    tracker.update(seen(walker(0)), Seconds(0))
    tracker.forget()
    assert tracker.at(Seconds(0)) == ()
    assert ids(tracker.update(seen(walker(0)), Seconds(0.1))) == [2]


def test_before_the_first_result_there_is_nothing() -> None:
    assert Tracker().at(Seconds(5)) == ()
    assert Tracker().time is None


boxes_anywhere = st.tuples(
    st.floats(-0.2, 1.0), st.floats(-0.2, 1.0), st.floats(0.001, 1.5), st.floats(0.001, 1.5)
)
results = st.lists(
    st.lists(st.tuples(boxes_anywhere, st.floats(0, 1), st.integers(0, 3)), max_size=12),
    min_size=1,
    max_size=12,
)


def as_detections(rows: list[tuple[Box, float, int]]) -> Detections:
    return Detections(
        np.array([row[0] for row in rows], np.float32).reshape(-1, 4),
        np.array([row[1] for row in rows], np.float32),
        np.array([row[2] for row in rows], np.int32),
    )


@settings(deadline=None)
@given(results, st.lists(st.floats(0.01, 1.0), min_size=12, max_size=12), st.floats(-1, 1))
def test_whatever_comes_the_tracks_are_sound(
    rows: list[list[tuple[Box, float, int]]], steps: list[float], pan: float
) -> None:
    tracker, twin = Tracker(), Tracker()
    times = np.cumsum(steps)
    gone: set[int] = set()
    before: set[int] = set()
    for t, found in zip(times, map(as_detections, rows), strict=False):
        motion = CameraMotion.shift(pan * 0.1, 0)
        tracks = tracker.update(found, Seconds(t), motion)
        alive = {life.id for life in tracker._lives if life.id}
        gone |= before - alive
        before = alive
        assert len(set(ids(tracks))) == len(tracks)
        assert not gone & alive, "an id was used again"
        assert len(tracker._lives) <= MOST_TRACKS
        assert all(np.isfinite([*k.box, *k.velocity, k.score]).all() for k in tracks)
        assert all(k.box[2] > 0 and k.box[3] > 0 for k in tracks)
        later = tracker.at(Seconds(t + 0.3), motion)
        assert set(ids(later)) <= alive
        assert tracker.at(Seconds(t + 0.3), motion) == later, "asking changed something"
        assert twin.update(found, Seconds(t), motion) == tracks, "same calls, other tracks"


def test_the_number_of_tracks_is_bounded() -> None:
    grid = [(x / 20, y / 20, 0.03, 0.03) for x in range(20) for y in range(10)]
    tracker = Tracker()
    assert len(tracker.update(seen(*grid), Seconds(0))) == MOST_TRACKS
    assert len(tracker.update(seen(*grid), Seconds(0.1))) == MOST_TRACKS


def crowd(*scores: float) -> Detections:
    """As many things side by side as there is room for, the last ones with these scores."""
    places = [(x / 16, y / 10, 0.03, 0.05) for x in range(16) for y in range(10)][:MOST_TRACKS]
    found = seen(*places, score=0.1)
    found.scores[MOST_TRACKS - len(scores) :] = scores
    return found


SURE, ELSEWHERE = 0.8, (0.1, 0.9, 0.2, 0.1)


def test_a_sure_detection_finds_room_among_the_faint() -> None:
    tracker = Tracker()
    assert tracker.update(crowd(), Seconds(0)) == ()
    assert len(tracker.believed(Seconds(0))) == MOST_TRACKS, "there is no room"
    assert ids(tracker.update(seen(ELSEWHERE, score=SURE), Seconds(0.1))) == [1]
    assert len(tracker.believed(Seconds(0.1))) == MOST_TRACKS


def test_one_that_is_unsure_but_stronger_finds_room_and_a_weaker_one_does_not() -> None:
    for score, taken in ((0.3, True), (0.11, False)):
        tracker = Tracker()
        tracker.update(crowd(*[0.2] * MOST_TRACKS), Seconds(0))
        tracker.update(seen(ELSEWHERE, score=score), Seconds(0.01))
        boxes = [track.box for track in tracker.believed(Seconds(0.01))]
        assert len(boxes) == MOST_TRACKS
        assert any(overlap(box, ELSEWHERE) > 0.9 for box in boxes) == taken


def test_of_what_was_shown_only_the_unseen_makes_room() -> None:
    tracker = Tracker()
    everyone = crowd(*[SURE] * MOST_TRACKS)
    known = ids(tracker.update(everyone, Seconds(0)))
    assert len(known) == MOST_TRACKS
    more = np.vstack([everyone.boxes, np.array([ELSEWHERE], np.float32)])
    crowded = seen(*map(tuple, more.tolist()), score=SURE)
    assert ids(tracker.update(crowded, Seconds(0.1))) == known
    assert ids(tracker.update(seen(ELSEWHERE, score=0.3), Seconds(1.0))) == []
    assert MOST_TRACKS + 1 in ids(tracker.update(seen(ELSEWHERE, score=SURE), Seconds(1.1)))
    assert len(tracker._lives) == MOST_TRACKS


def believed(tracker: Tracker, t: float) -> list[tuple[int, float]]:
    return [(track.id, round(track.score, 2)) for track in tracker.believed(Seconds(t))]


def test_the_faint_is_believed_and_not_shown() -> None:
    tracker = Tracker()
    assert tracker.update(seen((0.1, 0.1, 0.2, 0.2), score=0.25), Seconds(0)) == ()
    assert believed(tracker, 0) == [(NOBODY, 0.25)]
    assert tracker.update(seen((0.1, 0.1, 0.2, 0.2), score=0.45), Seconds(0.1)) == ()
    ((number, belief),) = believed(tracker, 0.1)
    assert number == NOBODY
    assert 0.25 < belief < 0.45


def test_the_faint_that_becomes_sure_is_a_track_by_the_rule_of_new_ones() -> None:
    tracker, box = Tracker(), (0.1, 0.1, 0.2, 0.2)
    tracker.update(seen(box, score=0.3), Seconds(0))
    assert tracker.update(seen(box, score=0.55), Seconds(0.1)) == ()
    assert ids(tracker.update(seen(box, score=0.4), Seconds(0.2))) == [1]
    tracker.update(seen((0.6, 0.6, 0.2, 0.2), score=0.3), Seconds(0.3))
    assert ids(tracker.update(seen((0.6, 0.6, 0.2, 0.2), score=0.9), Seconds(0.4))) == [1, 2]


def test_belief_in_what_is_unseen_fades_until_it_is_given_up() -> None:
    tracker = Tracker()
    tracker.update(seen((0.1, 0.1, 0.2, 0.2), score=0.3), Seconds(0))
    tracker.update(seen(), Seconds(0.2))
    assert believed(tracker, 0.2)[0][1] < 0.3
    tracker.update(seen(), Seconds(0.5))
    assert believed(tracker, 0.5) == []


def test_a_box_that_was_seen_to_go_is_where_it_went() -> None:
    tracker = Tracker(TrackerConfig(noise=Noise(slip=1e-6)))
    tracker.update(seen((0.1, 0.1, 0.2, 0.2)), Seconds(0))
    camera = CameraMotion.shift(0.02, 0.0)
    shifts = Shifts(np.array([[0.07, 0.01]]), Seconds(0.1), camera)
    (track,) = tracker.at(Seconds(0.1), camera, lambda _keys: shifts)
    assert track.box == pytest.approx((0.17, 0.11, 0.2, 0.2), abs=1e-6)
    assert track.velocity[0] > 0.1, "and goes on so"
    unknown = Shifts(np.full((1, 2), np.nan), Seconds(0.1), camera)
    (track,) = tracker.at(Seconds(0.1), camera, lambda _keys: unknown)
    assert track.box == pytest.approx((0.12, 0.1, 0.2, 0.2), abs=1e-6)


def test_a_thing_that_comes_into_view_is_drawn_up_to_the_edge() -> None:
    tracker = Tracker()
    tracker.update(seen((0.0, 0.3, 0.1, 0.3)), Seconds(0))
    (track,) = tracker.at(Seconds(0.1), CameraMotion.shift(0.04, 0.0))
    assert track.box == pytest.approx((0.0, 0.3, 0.14, 0.3), abs=1e-6)
    (track,) = tracker.at(Seconds(0.1), CameraMotion.shift(0.2, 0.0))
    assert track.box == pytest.approx((0.14, 0.3, 0.16, 0.3), abs=1e-6), "not without end"
    (track,) = tracker.at(Seconds(0.1), CameraMotion.shift(-0.04, 0.0))
    assert track.box == pytest.approx((-0.04, 0.3, 0.1, 0.3), abs=1e-6)


@pytest.mark.parametrize(("gap", "same"), [(LONGEST_GAP - 1, True), (LONGEST_GAP + 1, False)])
def test_long_without_results_nothing_is_what_was_there(gap: float, *, same: bool) -> None:
    tracker, box = Tracker(), (0.4, 0.4, 0.2, 0.2)
    before = ids(tracker.update(seen(box), Seconds(0.0)))
    after = ids(tracker.update(seen(box), Seconds(gap)))
    assert len(after) == 1
    assert (before == after) == same
