from __future__ import annotations

from streaming.admin.history import MOST_SAMPLES, History, Sample


def sample(at: float) -> Sample:
    return Sample(at, 0, {}, {}, {}, (0.0, 0.0), (0.0, 0.0), 0)


def test_only_what_is_newer_is_given() -> None:
    history = History()
    for at in (1.0, 2.0, 3.0):
        history.add(sample(at))
    assert [each.at for each in history.after(0)] == [1, 2, 3]
    assert [each.at for each in history.after(2)] == [3]
    assert history.after(3) == ()


def test_it_holds_a_quarter_of_an_hour_and_no_more() -> None:
    history = History()
    for at in range(MOST_SAMPLES + 10):
        history.add(sample(at))
    assert len(history) == MOST_SAMPLES == 900
    assert history.after(-1)[0].at == 10
