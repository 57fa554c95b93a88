from __future__ import annotations

from streaming.sending.history import LENGTH, REPEAT, History


def test_a_packet_is_given_again_but_not_twice_at_once() -> None:
    history: History[str] = History()
    history.note(7, "seven", 0.0)
    assert history.again(7, REPEAT / 2) is None, "it has only just left"
    assert history.again(7, 1.0) == "seven"
    assert history.again(7, 1.0 + REPEAT / 2) is None
    assert history.again(7, 1.0 + REPEAT * 2) == "seven"


def test_only_so_many_are_kept() -> None:
    history: History[int] = History()
    for sequence in range(LENGTH + 1):
        history.note(sequence, sequence, 0.0)
    assert history.again(0, 1.0) is None
    assert history.again(1, 1.0) == 1
    assert history.again(LENGTH, 1.0) == LENGTH


def test_numbers_wrap() -> None:
    assert 65_536 % LENGTH == 0
    history: History[int] = History()
    for sequence in (65_534, 65_535, 0, 1):
        history.note(sequence, sequence, 0.0)
    assert [history.again(each, 1.0) for each in (65_535, 0)] == [65_535, 0]
