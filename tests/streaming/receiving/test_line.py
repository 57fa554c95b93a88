from __future__ import annotations

import pytest

from streaming.receiving.line import CONVINCING_RETURN, MOST_AHEAD, MOST_BEHIND, SEQUENCES, Line
from streaming.receiving.pieces import Piece


def packet(sequence: int, source: int = 1) -> Piece:
    return Piece(source, sequence % SEQUENCES, 0, False, "VP8", False, False, b"x")  # noqa: FBT003


def started(sequence: int) -> tuple[Line, int]:
    line = Line()
    assert line.place(packet(sequence)) is None
    (first,) = line.meet(packet(sequence))
    return line, line.restart(first)


@pytest.mark.parametrize("sequence", [0, 5, SEQUENCES - 2])
def test_places_go_on_over_the_wrap(sequence: int) -> None:
    line, place = started(sequence)
    for ahead in (1, 7, MOST_AHEAD, -1, -MOST_BEHIND):
        assert line.place(packet(sequence + ahead)) == place + ahead
    line.highest = place + 30_000
    assert line.place(packet(sequence + 30_005)) == place + 30_005


def test_strangers_are_believed_when_they_follow_each_other() -> None:
    line, _ = started(100)
    for stranger in (packet(9000), packet(7, source=2), packet(9, source=2)):
        assert line.place(stranger) is None
        assert line.meet(stranger) == ()
    assert line.meet(packet(10, source=2)) == (packet(9, source=2), packet(10, source=2))


def test_a_packet_of_the_stream_in_between_makes_strangers_unbelievable() -> None:
    line, _ = started(100)
    assert line.meet(packet(7, source=2)) == ()
    assert line.place(packet(101)) is not None
    assert line.meet(packet(8, source=2)) == ()


def test_stragglers_of_the_former_source_do_not_bring_it_back() -> None:
    line, _ = started(100)
    line.restart(packet(7, source=2))
    late = [packet(101 + turn) for turn in range(CONVINCING_RETURN)]
    assert [line.meet(piece) for piece in late[:-1]] == [()] * (CONVINCING_RETURN - 1)
    assert line.meet(late[-1]) == tuple(late), "but it may come back for good"
