from __future__ import annotations

from streaming.receiving.standstill import LONG, PAUSE, Standstill


def fed(standstill: Standstill, first: float, last: float) -> list[float]:
    """When it complains, while packets come ten times a second."""
    times = [first + turn / 10 for turn in range(round((last - first) * 10) + 1)]
    said = []
    for now in times:
        standstill.came(now)
        if standstill.lasts(now):
            said.append(now)
    return said


def test_packets_without_a_picture_are_complained_of_again_and_again() -> None:
    said = fed(Standstill(), 100.0, 100.0 + 2.5 * LONG)
    assert [round(now) for now in said] == [100 + LONG, 100 + 2 * LONG]


def test_each_picture_begins_it_anew() -> None:
    standstill = Standstill()
    assert not fed(standstill, 0.0, LONG - 0.1)
    standstill.shown(LONG - 0.1)
    assert not fed(standstill, LONG, 2 * LONG - 0.2)
    assert fed(standstill, 2 * LONG, 2 * LONG)


def test_a_link_that_was_down_is_waited_for_anew() -> None:
    standstill = Standstill()
    assert not fed(standstill, 0.0, LONG - 0.1)
    back = LONG + PAUSE
    assert not fed(standstill, back, back + LONG - 0.1)
    assert fed(standstill, back + LONG, back + LONG)
