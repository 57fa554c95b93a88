from __future__ import annotations

from streaming.receiving.keyruns import MOST_RUNS, KeyRuns
from streaming.receiving.pieces import Piece


def piece(
    stamp: int, *, opens: bool = False, key: bool = False, marker: bool = False, data: bytes = b"x"
) -> Piece:
    return Piece(1, 0, stamp, marker, "H264", opens, key, data)


def starts(order: list[int], pieces: dict[int, Piece]) -> list[int | None]:
    """What is told to be whole after each packet of that order."""
    runs, held, told = KeyRuns(), dict[int, Piece](), []
    for place in order:
        held[place] = pieces[place]
        told.append(runs.whole_with(place, held))
    return told


KEY_FRAME = {
    5: piece(0, opens=True),
    6: piece(0, key=True),
    7: piece(0, key=True),
    8: piece(0, key=True, marker=True),
}


def test_it_is_whole_with_its_last_packet_in_whatever_order_they_come() -> None:
    assert starts([5, 6, 7, 8], KEY_FRAME) == [None, None, None, 5]
    assert starts([8, 7, 6, 5], KEY_FRAME) == [None, None, None, 5]
    assert starts([5, 8, 6, 7], KEY_FRAME) == [None, None, None, 5]


def test_without_marker_the_next_frame_ends_it() -> None:
    pieces = {5: piece(0, opens=True), 6: piece(0, key=True), 7: piece(9)}
    assert starts([5, 6, 7], pieces) == [None, None, 5]


def test_padding_inside_ends_nothing() -> None:
    pieces = {
        5: piece(0, opens=True),
        6: piece(3, data=b"", marker=True),
        7: piece(0, key=True, marker=True),
    }
    assert starts([5, 6, 7], pieces) == [None, None, 5]


def test_parameter_sets_without_a_key_picture_are_no_key_frame() -> None:
    pieces = {5: piece(0, opens=True), 6: piece(0, marker=True), 7: piece(9, key=True)}
    assert starts([5, 6, 7], pieces) == [None, None, None]


def test_only_a_few_are_followed_and_old_ones_forgotten() -> None:
    runs, held = KeyRuns(), dict[int, Piece]()
    for place in range(0, 40, 2):
        held[place] = piece(place, opens=True)
        assert runs.whole_with(place, held) is None
        assert len(runs._reach) <= MOST_RUNS
    runs.forget_before(38)
    held[39] = piece(38, key=True, marker=True)
    assert runs.whole_with(39, held) == 38
    assert not runs._reach
