import itertools
from dataclasses import replace

import pytest
from bench.soaking import Minute, growth, judged_by_latency, plot, verdict

GROWING = ("threads", "descriptors", "tasks")
FLAT = Minute(0, 300.0, 20, 30, 9, 45.0, 50.0, 67.0, 29.9, 9.5, 8.0)


def hour(**change):
    """A flat hour, its fields changed by functions of the minute."""
    return [
        replace(FLAT, minute=minute, **{name: how(minute) for name, how in change.items()})
        for minute in range(60)
    ]


def failing(minutes):
    return [check.name for check in verdict(minutes) if not check.holds]


def test_a_flat_hour_is_flat():
    assert len(verdict(hour())) == 8
    assert failing(hour()) == []


@pytest.mark.parametrize(
    ("field", "how", "name"),
    [
        ("rss_mib", lambda m: 300 + 0.25 * m, "resident size, part grown"),
        ("threads", lambda m: 20 + m // 10, "threads grown"),
        ("descriptors", lambda m: 30 + m // 20, "descriptors grown"),
        ("tasks", lambda m: 9 + m // 20, "tasks grown"),
        ("mean", lambda m: 45 + 0.1 * m, "latency grown, ms"),
        ("fps", lambda m: 29.9 - 0.1 * m, "frames a second, part lost"),
        ("detect_hz", lambda m: 9.5 - 0.05 * m, "detections a second, part lost"),
        ("lag_p99", lambda _: 24.0, "loop lag p99, ms"),
    ],
)
def test_each_thing_that_grows_is_named(field, how, name):
    assert failing(hour(**{field: how})) == [name]


def test_the_warm_up_does_not_count():
    assert failing(hour(rss_mib=lambda m: 200 + 20 * min(m, 5))) == []


def test_one_bad_minute_is_no_trend():
    assert (
        failing(
            hour(mean=lambda m: 2000.0 if m == 59 else 45.0, fps=lambda m: 3 if m == 30 else 30)
        )
        == []
    )


def test_minutes_without_a_picture_are_done_without():
    assert failing(hour(mean=lambda m: None if m % 7 == 0 else 45.0)) == []


def test_a_picture_that_stays_away_is_lost():
    assert "frames a second, part lost" in failing(hour(fps=lambda _: 0.0))


def test_too_short_a_soak_has_no_verdict():
    assert verdict(hour()[:9]) == []
    assert verdict(hour()[:10]) != []


def test_growth_is_over_the_whole_stretch():
    points = list(zip(map(float, range(5, 60)), itertools.count(0, 2), strict=False))
    assert growth(points) == pytest.approx(108)


def test_the_plot_has_a_panel_for_each_thing_that_was_read():
    assert plot(hour()).count('class="title"') == 9
    assert plot(hour(mean=lambda _: None, p95=lambda _: None)).count('class="title"') == 7


def test_latencies_of_minutes_that_neighbours_spoilt_are_not_judged():
    spoilt = hour(
        lag_p99=lambda m: 60.0 if m >= 20 else 8.0,
        mean=lambda m: 45.0 + max(0, m - 20),
        stolen=lambda m: 0.3 if m >= 20 else 0.01,
    )
    assert failing(spoilt) == []
    assert len(verdict(spoilt)) == 8


def test_nothing_is_said_of_latencies_where_no_minute_was_calm():
    names = [check.name for check in verdict(hour(stolen=lambda _: 0.3))]
    assert names == ["resident size, part grown", *(f"{each} grown" for each in GROWING)]


def test_it_is_known_whether_latency_was_judged():
    assert judged_by_latency(verdict(hour()))
    assert not judged_by_latency(verdict(hour(stolen=lambda _: 0.3)))
