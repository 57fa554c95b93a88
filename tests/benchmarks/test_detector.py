import subprocess

import pytest

from benchmarks import detector


def test_each_job_has_a_row_with_how_many_times_as_fast_it_is_as_the_plain_one():
    rows = detector.report("made up", {"plain conversion": [(9.0, 8.0)], "other": [(3.0, 2.0)]})
    assert [row[""] for row in rows] == ["plain conversion", "other"]
    assert rows[1] == {"": "other", "median, ms": 3, "best, ms": 3, "processor, ms": 2} | {
        "times as fast": 4
    }


def test_without_the_plain_conversion_nothing_is_said_to_be_faster():
    (row,) = detector.report("made up", {"other": [(3.0, 2.0), (5.0, 6.0), (4.0, 2.0)]})
    assert row == {"": "other", "median, ms": 4, "best, ms": 3, "processor, ms": 2}


@pytest.mark.parametrize("error", [FileNotFoundError("npm"), subprocess.CalledProcessError(1, "x")])
def test_a_source_that_cannot_be_fetched_is_done_without(error, monkeypatch, capsys):
    def failing(*_):
        raise error

    monkeypatch.setattr(detector.human_models, "source", failing)
    assert detector.plain_conversion(None) is None
    assert "nothing to compare with" in capsys.readouterr().out


def test_every_job_is_run_in_every_round_and_the_first_rounds_are_left_out():
    calls = []
    jobs = {name: (lambda name=name: calls.append(name)) for name in "ab"}
    times = detector.in_turn(jobs, 2)
    assert calls == ["a", "b"] * (detector.WARM_UP + 2)
    assert {name: len(each) for name, each in times.items()} == {"a": 2, "b": 2}
