import pytest
from bench.latency import Frame
from bench.loop_lag import buckets, percentile
from bench.measuring import NothingCameBack, summary

METRICS = """\
# TYPE openeyes_loop_lag_seconds histogram
openeyes_loop_lag_seconds_bucket{{le="0.01"}} {0}
openeyes_loop_lag_seconds_bucket{{le="0.02"}} {1}
openeyes_loop_lag_seconds_bucket{{le="+Inf"}} {2}
"""


def steady(_):
    return 50.0


def frames(count, latency=steady, *, held=True):
    return [Frame(index * 100 / 3, latency(index), held=held) for index in range(count)]


def test_the_warm_up_counts_from_the_first_returned_frame_and_is_left_out():
    run = summary("x", frames(300, lambda index: 900.0 if index < 120 else 50.0))
    assert (run.p50, run.p95) == (50, 50)
    assert run.fps == pytest.approx(30)
    assert run.series[0] == (0, 900)
    assert len(run.series) == 300


def test_a_stream_that_falls_behind_drifts():
    run = summary("x", frames(420, lambda index: index * 10.0))
    assert run.drift == pytest.approx(75 * 3 * 10, rel=0.05)


def test_a_run_with_other_sizes_is_flagged():
    mixed = [*frames(300, held=True)[:280], *frames(300, held=False)[280:]]
    assert summary("x", mixed).flagged
    assert not summary("x", frames(300)).flagged


@pytest.mark.parametrize("count", [0, 5, 125])
def test_too_few_frames_are_no_run(count):
    with pytest.raises(NothingCameBack):
        summary("x", frames(count))


def test_loop_lag_is_of_the_time_between_two_readings():
    before, after = buckets(METRICS.format(100, 100, 100)), buckets(METRICS.format(150, 200, 200))
    assert percentile(before, after, 50) == pytest.approx(10)
    assert percentile(before, after, 75) == pytest.approx(15)
    assert percentile(after, after, 99) == 0
