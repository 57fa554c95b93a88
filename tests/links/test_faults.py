from __future__ import annotations

from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st
from links.faults import NO_LOSS, Bursts, Chance, Exactly, Loss, Purpose, draw

MANY = 10_000


def decisions(loss: Loss, seed: int, count: int = MANY) -> list[bool]:
    is_lost = loss.pattern(seed)
    return [is_lost(index) for index in range(count)]


@given(st.integers(), st.sampled_from(Purpose), st.integers(0, 10**9))
def test_a_draw_depends_on_its_arguments_alone(seed: int, purpose: Purpose, index: int) -> None:
    assert 0 <= draw(seed, purpose, index) < 1
    assert draw(seed, purpose, index) == draw(seed, purpose, index)


def test_draws_are_spread_evenly_and_apart() -> None:
    draws = [draw(5, Purpose.LOSS, index) for index in range(MANY)]
    tenths = [sum(int(each * 10) == tenth for each in draws) / MANY for tenth in range(10)]
    assert tenths == pytest.approx([0.1] * 10, abs=0.01)
    assert len(set(draws)) == MANY
    other = [draw(5, Purpose.REORDER, index) for index in range(MANY)]
    both = sum(a < 0.5 and b < 0.5 for a, b in zip(draws, other, strict=True)) / MANY
    assert both == pytest.approx(0.25, abs=0.015)


@pytest.mark.parametrize("probability", [0.0, 0.01, 0.05, 0.10, 1.0])
def test_chance_loses_as_many_as_asked(probability: float) -> None:
    lost = decisions(Chance(probability), seed=3)
    assert sum(lost) / MANY == pytest.approx(probability, abs=0.008)


@pytest.mark.parametrize("loss", [Chance(0.05), Bursts(50, 5)])
def test_the_same_seed_gives_the_same_decisions_and_another_others(loss: Loss) -> None:
    assert decisions(loss, 7) == decisions(loss, 7)
    assert decisions(loss, 7) != decisions(loss, 8)


def test_a_script_loses_the_packets_that_it_names() -> None:
    lost = decisions(Exactly(frozenset({0, 3})), seed=1, count=6)
    assert lost == [True, False, False, True, False, False]
    assert not any(decisions(NO_LOSS, 1, 100))


def test_bursts_are_as_long_and_as_far_apart_as_asked() -> None:
    lost = decisions(Bursts(gap=200, length=10), seed=2, count=40_000)
    runs = [(state, len(list(run))) for state, run in groupby(lost)]
    bursts = [length for state, length in runs if state]
    gaps = [length for state, length in runs if not state]
    assert sum(bursts) / len(bursts) == pytest.approx(10, rel=0.15)
    assert sum(gaps) / len(gaps) == pytest.approx(200, rel=0.15)


def test_within_a_burst_some_may_get_through() -> None:
    share = sum(decisions(Bursts(gap=90, length=10, loss=0.5), 4, 40_000)) / 40_000
    assert share == pytest.approx(0.05, abs=0.008)


def test_a_burst_pattern_may_skip_numbers() -> None:
    every = decisions(Bursts(20, 5), 9, 300)
    some = Bursts(20, 5).pattern(9)
    assert [some(index) for index in range(0, 300, 7)] == every[::7]


@pytest.mark.parametrize(
    "make",
    [lambda: Chance(-0.1), lambda: Chance(1.1), lambda: Bursts(0, 5), lambda: Bursts(5, 5, 2.0)],
)
def test_what_cannot_be_is_refused(make: type) -> None:
    with pytest.raises(ValueError, match=r"probability|bursts"):
        make()
