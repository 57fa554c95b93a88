import itertools

import pytest
from bench.latency import CLIP, FRAME_MS, Matcher, drift, latencies, middle, trimmed_mean
from hypothesis import given, settings
from hypothesis import strategies as st

from streaming.sample import sample_camera

STEP = 1000 / 30


def rows(first, count, late=0.0, clip=360):
    """One row a frame, numbers as a clip repeats them."""
    return [[index * STEP + late, index % clip] for index in range(first, first + count)]


def test_a_frame_is_as_late_as_its_number_was_shown_before():
    found = latencies(rows(0, 30), rows(0, 30, late=70))
    assert found == [(pytest.approx(i * STEP + 70), pytest.approx(70)) for i in range(30)]


def test_a_number_counts_from_its_newest_round_of_the_clip():
    found = latencies(rows(0, 800), rows(0, 800, late=5000))
    assert len(found) == 800
    assert all(latency == pytest.approx(5000) for _, latency in found)


def test_a_frame_whose_preview_was_missed_is_left_out_rather_than_found_a_round_earlier():
    local = [row for row in rows(0, 720) if row[0] < 360 * STEP or row[1] % 2]
    found = latencies(local, rows(300, 420, late=70))
    assert len(found) == 60 + 180
    assert all(latency == pytest.approx(70) for _, latency in found)


def test_a_preview_that_comes_after_the_returned_frame_is_not_found_a_round_earlier():
    tardy = [[when + (3000 if when > 400 * STEP else 0), number] for when, number in rows(0, 720)]
    found = latencies(tardy, rows(0, 500, late=50))
    assert len(found) > 350
    assert all(latency == pytest.approx(50) for _, latency in found)


def test_falling_behind_by_more_than_the_clip_is_told():
    drowning = [[when * 3 + 50, number] for when, number in rows(0, 600)]
    found = latencies(rows(0, 1800), drowning)
    assert len(found) == 600
    assert found[-1][1] == pytest.approx(2 * 599 * STEP + 50)


def test_a_misread_number_does_no_lasting_harm():
    for wrong in range(0, 360, 7):
        remote = rows(0, 300, late=70)
        remote[150] = [remote[150][0], wrong]
        found = latencies(rows(0, 310), remote)
        rest = [latency for when, latency in found if when != remote[150][0]]
        assert len(rest) == 299
        assert rest == pytest.approx([70] * 299)


def test_after_a_long_gap_a_frame_is_counted_anew():
    remote = [*rows(0, 100, late=70), *rows(700, 200, late=90)]
    found = latencies(rows(0, 1000), remote)
    assert [round(latency) for _, latency in found] == [70] * 100 + [90] * 200


def test_previews_are_counted_on_over_a_gap_of_theirs():
    local = [*rows(0, 100), *rows(600, 400)]
    found = latencies(local, [*rows(0, 100, late=60), *rows(610, 300, late=60)])
    assert [round(latency) for _, latency in found] == [60] * 400


def test_the_clip_is_as_long_as_the_sample():
    assert sample_camera().frames == CLIP
    assert sample_camera().fps == pytest.approx(1000 / FRAME_MS)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.floats(0, 6000), max_size=8).map(sorted))
def test_portions_change_nothing(cuts):
    local, remote = rows(0, 150), rows(0, 150, late=900)
    matcher, found = Matcher(), []
    for begin, end in itertools.pairwise([-1.0, *cuts, 1e9]):
        portions = ([row for row in each if begin < row[0] <= end] for each in (local, remote))
        found += matcher.match(*portions)
    assert [(frame.shown, frame.latency) for frame in found] == latencies(local, remote)


def test_legs_are_told_only_where_the_browser_told_both_ends():
    local = [[100.0, 1, 80.0, None, None, 640, 480], [133.0, 2, None, None, None, 640, 480]]
    remote = [[170.0, 1, None, 150.0, 2.0, 640, 480], [200.0, 2, None, 190.0, 2.0, 320, 240]]
    first, second = Matcher().match(local, remote)
    assert (first.latency, first.preview, first.away, first.arriving) == (90, 20, 70, 20)
    assert second.latency == 67
    assert (second.preview, second.away, second.arriving) == (None, None, 10)
    assert (first.held, second.held) == (True, False)


def test_drift_is_finer_than_a_screens_steps():
    later = 360 * STEP
    local = rows(0, 720)
    step = 1000 / 60
    remote = [
        [when + 3 * step + (step if when >= later and number % 10 == 0 else 0), number]
        for when, number in local
    ]
    frames = Matcher().match(local, remote)
    assert drift(frames, 10) == pytest.approx(step / 10, rel=0.5)


def test_a_trimmed_mean_forgets_the_worst():
    assert trimmed_mean([10.0] * 95 + [1000.0] * 5) == 10
    with pytest.raises(ValueError, match="nothing"):
        trimmed_mean([])


def test_the_middle_of_nothing_is_none():
    assert middle([None, None]) is None
    assert middle([None, 3.0, 1.0]) == 2
