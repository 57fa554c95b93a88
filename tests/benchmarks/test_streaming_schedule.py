from __future__ import annotations

import pytest
from streaming_schedule import Detected, schedule

FRAMES = [index / 30 for index in range(30)]


def frames(runs: list[Detected]) -> list[int]:
    return [run.frame for run in runs]


def test_a_fast_detector_waits_for_its_turn() -> None:
    assert frames(schedule(FRAMES, [0.01], max_hz=10)) == [*range(0, 30, 3), 29]
    assert frames(schedule(FRAMES, [0.01], max_hz=0)) == list(range(30))


def test_a_slow_detector_takes_the_newest_frame() -> None:
    runs = schedule(FRAMES, [0.15], max_hz=10)
    assert frames(runs) == [0, 4, 9, 13, 18, 22, 27, 29]
    assert [run.done for run in runs] == pytest.approx([0.15 * n for n in range(1, 9)])


def test_latencies_follow_one_another_over_and_over() -> None:
    runs = schedule(FRAMES, [0.2, 0.05], max_hz=0)
    taken = [FRAMES[run.frame] for run in runs]
    assert frames(runs)[:4] == [0, 6, 7, 13]
    assert all(run.done >= t for run, t in zip(runs, taken, strict=True))


def test_no_frame_is_taken_twice_or_before_it_comes() -> None:
    runs = schedule([0.0, 0.5, 0.6], [0.01], max_hz=100)
    assert runs == [
        Detected(0, pytest.approx(0.01)),
        Detected(1, pytest.approx(0.51)),
        Detected(2, pytest.approx(0.61)),
    ]
    assert schedule([], [0.1]) == []
