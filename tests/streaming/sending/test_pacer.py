from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming.sending.pacer import BURST, PACE, TICK, Pacer

PACKET = 1200


def departures(sizes: list[int], rate: int, start: float = 100.0) -> list[float]:
    """When each packet leaves, driven as the contract says."""
    pacer, now, left = Pacer(), start, []
    pacer.begin(sizes, rate, now)
    while not pacer.done:
        left += [now - start] * pacer.due(now)
        now += pacer.wait(now)
    return left


@pytest.mark.parametrize("rate", [100_000, 6_000_000])
def test_a_small_frame_leaves_at_once_whatever_the_rate(rate: int) -> None:
    assert departures([PACKET] * BURST, rate) == [0.0] * BURST


def test_a_small_frame_leaves_at_once_right_after_a_large_one() -> None:
    pacer = Pacer()
    pacer.begin([PACKET] * 60, 100_000, 0.0)
    while not pacer.done:
        pacer.due(last := pacer.wait(0.0))
    pacer.begin([PACKET] * BURST, 100_000, last)
    assert pacer.due(last) == BURST
    assert pacer.done


def test_a_key_frame_of_sixty_packets_is_spread_at_its_pace() -> None:
    left = departures([PACKET] * 60, 1_000_000)
    spread = (60 - BURST) * PACKET * 8 / (PACE * 1_000_000)
    assert left[:BURST] == [0.0] * BURST
    assert left[-1] == pytest.approx(spread, abs=TICK)
    for count, when in enumerate(left[BURST:], 1):
        assert count * PACKET * 8 <= PACE * 1_000_000 * (when + TICK) + 1


def test_an_empty_frame_is_done() -> None:
    pacer = Pacer()
    pacer.begin([], 1_000_000, 5.0)
    assert pacer.done
    assert pacer.due(5.0) == 0
    assert pacer.wait(5.0) == 0.0


def test_a_late_caller_gets_all_that_is_due() -> None:
    pacer = Pacer()
    pacer.begin([PACKET] * 60, 1_000_000, 5.0)
    assert pacer.due(50.0) == 60


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Pacer().begin([PACKET], 0, 0.0)


@given(
    st.lists(st.integers(1, 1400), max_size=120),
    st.integers(100_000, 10_000_000),
    st.floats(0, 1e6),
)
def test_every_packet_leaves_once_and_in_time(sizes: list[int], rate: int, start: float) -> None:
    left = departures(sizes, rate, start)
    assert len(left) == len(sizes)
    assert left == sorted(left)
    assert not left or left[-1] <= sum(sizes) * 8 / (PACE * rate) + TICK
