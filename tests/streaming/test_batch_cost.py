from __future__ import annotations

import pytest

from streaming.batch_cost import BatchCost


def test_of_a_detector_that_takes_one_picture_it_is_the_time_of_a_run() -> None:
    cost = BatchCost()
    for seconds in (0.03, 0.05, 0.02):
        assert cost.of_one(seconds, 1, 8) == seconds


def test_a_full_run_is_divided_by_its_pictures() -> None:
    assert BatchCost().of_one(0.08, 8, 20) == pytest.approx(0.01)


def test_places_that_no_session_could_fill_do_not_count() -> None:
    assert BatchCost().of_one(0.09, 4, 3) == pytest.approx(0.03)
    assert BatchCost().of_one(0.09, 4, 0) == 0.09


def test_what_longer_runs_could_do_is_remembered() -> None:
    cost = BatchCost()
    cost.of_one(0.008, 16, 16)
    assert cost.of_one(0.005, 1, 16) == pytest.approx(0.0005)
    assert cost.of_one(0.005, 1, 2) == pytest.approx(0.004), "which only two can use"


def test_shorter_runs_are_no_way_out_for_a_detector_that_is_busy() -> None:
    cost = BatchCost()
    cost.of_one(0.01, 1, 4)
    assert cost.of_one(0.4, 4, 4) == pytest.approx(0.1)


def test_one_slow_run_of_a_size_does_not_stand_for_all() -> None:
    cost = BatchCost()
    for _ in range(20):
        cost.of_one(0.02, 4, 4)
    cost.of_one(2.0, 4, 4)
    assert cost.of_one(0.03, 2, 4) == pytest.approx(0.015)


def test_a_larger_run_of_easier_times_does_not_hide_that_it_is_slow_now() -> None:
    cost = BatchCost()
    assert cost.of_one(0.020, 16, 16) == pytest.approx(0.020 / 16)
    assert cost.of_one(0.200, 4, 4) == pytest.approx(0.200 / 4)
