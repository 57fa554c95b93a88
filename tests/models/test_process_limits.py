from __future__ import annotations

from models.process_limits import Backoff, ProcessLimits


def test_the_pause_grows_with_each_loss_and_is_short_again_after_a_steady_time() -> None:
    backoff = Backoff(ProcessLimits(first_pause=0.5, longest_pause=3.0, steady=60.0))
    assert backoff.remaining(0.0) <= 0
    pauses, now = [], 0.0
    for _ in range(5):
        backoff.works(now)
        backoff.lost(now + 1)
        pauses.append(backoff.remaining(now + 1))
        now += 1 + pauses[-1]
    assert pauses == [0.5, 1.0, 2.0, 3.0, 3.0]
    backoff.works(100.0)
    backoff.lost(160.0)
    assert backoff.remaining(160.0) == 0.5


def test_one_that_fails_while_it_loads_was_not_steady_however_long_that_took() -> None:
    backoff = Backoff(ProcessLimits(first_pause=0.5, longest_pause=30.0, steady=60.0))
    backoff.works(0.0)
    pauses = []
    for lost in (100.0, 700.0, 1300.0):
        backoff.lost(lost)
        pauses.append(backoff.remaining(lost))
    assert pauses == [0.5, 1.0, 2.0]


def test_an_answer_may_take_as_long_as_a_slow_first_run_lets_expect() -> None:
    limits = ProcessLimits(answer=10.0, slower_answer=10.0, longest_answer=120.0)
    assert limits.answering(None) == limits.answering(0.03) == limits.answering(1.0) == 10.0
    assert limits.answering(6.0) == 60.0
    assert limits.answering(60.0) == 120.0
    patient = ProcessLimits(answer=200.0, longest_answer=120.0)
    assert patient.answering(60.0) == 200.0, "what was asked for is never shortened"


def test_what_was_loaded_before_may_take_less_time_but_more_than_then() -> None:
    limits = ProcessLimits(start=600.0, restart=60.0, slower_again=4.0)
    assert limits.loading(None) == 600.0
    assert limits.loading(1.5) == 60.0
    assert limits.loading(100.0) == 400.0
    assert limits.loading(500.0) == 600.0
