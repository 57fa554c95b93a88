from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.sending.limits import MIN_BITRATE
from streaming.sending.rate import (
    IN_PLACE,
    REOPENED,
    START_BITRATE,
    DampedRate,
    Damping,
    RateControl,
)

CEILING = 2_000_000


def changes(damping: Damping, wanted: Iterable[int], step: float = 1 / 30) -> list[int]:
    """The different rates that an encoder is told, in order."""
    damped, told = DampedRate(damping), [0]
    for index, each in enumerate(wanted):
        rate = damped.follow(each, index * step)
        if rate != told[-1]:
            told.append(rate)
    return told[1:]


def test_begins_before_any_estimate() -> None:
    assert RateControl().wanted(CEILING) == START_BITRATE
    assert RateControl().wanted(600_000) == 600_000


@pytest.mark.parametrize("garbage", [0, 1, 2**18 << 63])
def test_estimates_out_of_all_bounds_are_held_within_ours(garbage: int) -> None:
    control = RateControl()
    control.estimated(garbage)
    assert MIN_BITRATE <= control.wanted(CEILING) <= CEILING


def test_loss_behind_a_full_queue_lowers_the_rate_and_a_clean_link_lets_it_rise_again() -> None:
    control = RateControl()
    control.estimated(1_500_000)
    control.estimated(1_200_000)
    control.reported(0.2, 1_000_000)
    assert control.wanted(CEILING) == 900_000
    for _ in range(20):
        control.reported(0.0, 900_000)
    assert control.wanted(CEILING) == 1_200_000


def lost_at_random(part: float, control: RateControl, fall_every: int = 0) -> list[int]:
    """The rate second by second, over three minutes on such a link."""
    chance, rates = random.Random(1), [control.wanted(CEILING)]
    for second in range(1, 180):
        control.estimated(3_000_000)
        if fall_every and second % fall_every == 0:
            control.estimated(2_600_000)
        packets = rates[-1] // 8 // 1100
        lost = sum(chance.random() < part for _ in range(packets)) / packets
        control.reported(lost, rates[-1])
        rates.append(control.wanted(CEILING))
    return rates[1:]


@pytest.mark.parametrize("part", [0.05, 0.1])
def test_random_loss_leaves_the_rate_as_it_is(part: float) -> None:
    assert set(lost_at_random(part, RateControl())) == {CEILING}


@pytest.mark.parametrize("part", [0.05, 0.1, 0.3])
def test_whatever_is_lost_half_of_the_estimate_is_left(part: float) -> None:
    assert min(lost_at_random(part, RateControl(), fall_every=10)) >= 1_300_000


def test_after_a_full_queue_five_percent_of_loss_do_not_keep_the_rate_down() -> None:
    control = RateControl()
    control.estimated(3_000_000)
    control.estimated(1_000_000)
    control.reported(0.3, 800_000)
    assert control.wanted(CEILING) < 800_000
    assert lost_at_random(0.05, control)[-1] == CEILING


def test_heavy_loss_that_stays_lowers_the_rate_whatever_is_estimated() -> None:
    control = RateControl()
    control.estimated(CEILING)
    control.reported(0.4, CEILING)
    assert control.wanted(CEILING) == CEILING, "one report may be an accident"
    for _ in range(10):
        control.reported(0.4, control.wanted(CEILING))
    assert control.wanted(CEILING) == CEILING // 2


def test_loss_never_takes_the_rate_below_what_a_picture_needs() -> None:
    control = RateControl()
    for _ in range(100):
        control.reported(1.0, control.wanted(CEILING))
    assert control.wanted(CEILING) == MIN_BITRATE
    for _ in range(60):
        control.reported(0.0, control.wanted(CEILING))
    assert control.wanted(CEILING) == START_BITRATE


def test_an_encoder_that_takes_rates_as_it_runs_follows_closely() -> None:
    wanted = [1_000_000, 400_000, *[800_000] * 10]
    assert changes(IN_PLACE, wanted) == [1_000_000, 400_000, 800_000]


def test_an_encoder_that_begins_anew_falls_soon_and_rises_slowly() -> None:
    wanted = [1_000_000] * 60 + [400_000] * 30 + [1_000_000] * 300
    assert changes(REOPENED, wanted) == [1_000_000, 400_000, 1_000_000]
    damped = DampedRate(REOPENED)
    assert damped.follow(1_000_000, 0.0) == 1_000_000
    assert damped.follow(400_000, REOPENED.fall_every) == 400_000, "a fall needs no long wait"
    rise = REOPENED.fall_every + REOPENED.rise_every
    assert damped.follow(1_000_000, rise - 0.1) == 400_000
    assert damped.follow(1_000_000, rise + 0.1) == 1_000_000


def test_an_encoder_that_begins_anew_is_spared_an_estimate_that_wavers() -> None:
    wavering = [1_000_000 + (-1) ** step * 70_000 for step in range(900)]
    assert len(changes(REOPENED, wavering)) == 1
    assert len(changes(IN_PLACE, wavering)) > 100


@given(st.lists(st.integers(MIN_BITRATE, 6_000_000), min_size=1, max_size=300))
def test_reopening_is_bounded_whatever_the_estimates_do(wanted: list[int]) -> None:
    seconds = len(wanted) / 30
    assert len(changes(REOPENED, wanted)) <= 2 + seconds / REOPENED.fall_every
