from __future__ import annotations

import pytest

from streaming.receiving import buffer as limits
from streaming.receiving.buffer import NOTHING, FrameBuffer
from streaming.receiving.line import CONVINCING, MOST_AHEAD
from streaming.receiving.missing import LEAST_PATIENCE, MOST_PATIENCE
from streaming.receiving.pieces import Piece
from tests.streaming.receiving.scripted import (
    ScriptedSender,
    asked_of,
    feed,
    frames_of,
    index_of,
    keys_asked,
)


def begun(**sender: int | bool) -> tuple[ScriptedSender, FrameBuffer]:
    """A sender and a buffer that got its first key frame."""
    source, buffer = ScriptedSender(**sender), FrameBuffer()  # type: ignore[arg-type]
    feed(buffer, source.frame(2, key=True))
    return source, buffer


def test_a_frame_is_free_on_its_marked_packet() -> None:
    sender, buffer = begun()
    *most, last = sender.frame(3)
    assert feed(buffer, most, 1.0) == [NOTHING] * 2
    (frame,) = buffer.add(last, 1.5).frames
    assert frame.data == sender.whole(1)
    assert (frame.number, frame.stamp, frame.pts, frame.completed) == (1, 3000, 3000, 1.5)
    assert not frame.key


def test_without_markers_it_is_free_when_the_next_timestamp_comes() -> None:
    sender, buffer = begun(marked=False)
    assert frames_of(feed(buffer, sender.frame(2))) == [0]
    assert frames_of(feed(buffer, sender.frame(2))) == [1]


def test_a_frame_of_600_packets_passes_whole() -> None:
    sender, buffer = begun()
    pieces = sender.frame(600)
    lost = pieces.pop(300)
    assert frames_of(feed(buffer, pieces)) == []
    (frame,) = buffer.add(lost, 0.01).frames
    assert frame.data == sender.whole(1)


def test_a_gap_is_asked_for_at_once_and_its_packet_frees_all_that_waited() -> None:
    sender, buffer = begun()
    first, *rest = [sender.frame(1)[0] for _ in range(5)]
    outcomes = feed(buffer, rest)
    assert asked_of(outcomes) == [first.sequence]
    assert frames_of(outcomes) == []
    assert frames_of([buffer.add(first, 0.05)]) == [1, 2, 3, 4, 5]
    assert buffer.due is None, "no timer without a gap"
    assert (buffer.missing.lost, buffer.missing.repaired, buffer.missing.given_up) == (1, 1, 0)


def test_a_gap_is_asked_for_again_with_growing_waits_and_given_up_in_time() -> None:
    sender, buffer = begun()
    sender.frame()
    buffer.add(*sender.frame(), 0.0)
    asked_at, key_at = [], None
    while buffer.due is not None and key_at is None:
        now = buffer.due
        outcome = buffer.tick(now)
        if outcome.ask_for:
            asked_at.append(now)
        if outcome.ask_key:
            key_at = now
    waits = [after - before for before, after in zip([0.0, *asked_at], asked_at, strict=False)]
    assert len(waits) >= 2
    assert waits == sorted(waits)
    assert key_at is not None
    assert LEAST_PATIENCE <= key_at <= MOST_PATIENCE
    assert buffer.missing.given_up == 1


def test_after_a_gap_was_given_up_nothing_comes_before_a_key_frame() -> None:
    sender, buffer = begun()
    late = sender.frame()
    buffer.add(*sender.frame(), 0.0)
    buffer.tick(MOST_PATIENCE)
    outcomes = feed(buffer, [*sender.frame(), *late, *sender.frame()], MOST_PATIENCE)
    assert frames_of(outcomes) == []
    assert buffer.counts["late"] == 1
    key = sender.frame(3, key=True)
    assert frames_of(feed(buffer, [*key, *sender.frame()], MOST_PATIENCE)) == [5, 6]
    assert buffer.due is None


def test_a_whole_key_frame_ends_every_older_gap_at_once() -> None:
    sender, buffer = begun()
    sender.frame()
    outcomes = feed(buffer, [*sender.frame(2), *sender.frame(4, key=True), *sender.frame()])
    assert frames_of(outcomes) == [3, 4]
    assert not buffer.missing
    assert not keys_asked(outcomes), "it came by itself"


def test_a_key_frame_with_a_gap_of_its_own_is_waited_for_and_then_ends_the_older_one() -> None:
    sender, buffer = begun()
    sender.frame()
    key = sender.frame(5, key=True)
    late = key.pop(2)
    assert frames_of(feed(buffer, [*key, *sender.frame()])) == []
    assert frames_of([buffer.add(late, 0.03)]) == [2, 3]


def test_of_two_key_frames_beyond_a_gap_the_first_whole_one_wins() -> None:
    sender, buffer = begun()
    sender.frame()
    damaged = sender.frame(3, key=True)[:2]
    assert frames_of(feed(buffer, [*damaged, *sender.frame(2, key=True)])) == [3]


def test_a_key_frame_without_marker_beyond_a_gap_is_whole_when_the_next_frame_comes() -> None:
    sender, buffer = begun(marked=False)
    sender.frame()
    assert frames_of(feed(buffer, sender.frame(2, key=True))) == []
    assert frames_of(feed(buffer, sender.frame())) == [2]


def test_a_decoder_that_lost_its_way_gets_nothing_before_a_key_frame() -> None:
    sender, buffer = begun()
    assert buffer.need_key_frame(1.0).ask_key
    assert not buffer.need_key_frame(1.1).ask_key, "rate limited"
    pieces = [*sender.frame(), *sender.frame(2, key=True), *sender.frame()]
    assert frames_of(feed(buffer, pieces, 1.2)) == [2, 3]


def test_a_failure_before_the_newest_key_frame_is_of_no_interest() -> None:
    sender, buffer = begun()
    (outcome,) = feed(buffer, sender.frame())
    failed = outcome.frames[0].number
    feed(buffer, sender.frame(1, key=True))
    assert buffer.need_key_frame(0.1, after=failed) is NOTHING
    assert frames_of(feed(buffer, sender.frame())) == [3]
    assert buffer.need_key_frame(0.2, after=failed + 1).ask_key


def test_padding_makes_no_frame_and_no_gap() -> None:
    sender, buffer = begun()
    pieces = []
    for _ in range(3):
        pieces += [*sender.frame(2), sender.padding(), sender.padding()]
    outcomes = feed(buffer, pieces)
    assert frames_of(outcomes) == [1, 2, 3]
    assert asked_of(outcomes) == []


def test_duplicates_and_late_packets_change_nothing() -> None:
    sender, buffer = begun()
    pieces = [*sender.frame(2), *sender.frame(2)]
    assert frames_of(feed(buffer, [*pieces[:1] * 3, *pieces[1:], *pieces])) == [1, 2]
    assert buffer.counts["late"] == 6


def test_sequence_and_timestamp_wrap() -> None:
    sender, buffer = begun(sequence=(1 << 16) - 4, stamp=(1 << 32) - 4500)
    outcomes = [outcome for _ in range(6) for outcome in feed(buffer, sender.frame(2))]
    assert frames_of(outcomes) == [1, 2, 3, 4, 5, 6]
    assert [f.pts for o in outcomes for f in o.frames] == [3000 * turn for turn in range(1, 7)]


def test_a_gap_over_the_wrap_is_asked_for_in_ascending_numbers() -> None:
    sender, buffer = begun(sequence=(1 << 16) - 4)
    lost = sender.frame(4)
    outcomes = feed(buffer, sender.frame())
    assert asked_of(outcomes) == [0, 1, 65534, 65535]
    assert frames_of(feed(buffer, lost)) == [1, 2]


def test_a_sender_that_begins_anew_is_believed_after_its_second_packet() -> None:
    _, buffer = begun()
    again = ScriptedSender(sequence=40_000, stamp=7, source=2)
    key, delta = again.frame(3, key=True), again.frame()
    outcomes = feed(buffer, [*key, *delta], 2.0)
    assert frames_of(outcomes) == [0, 1]
    frames = [frame for outcome in outcomes for frame in outcome.frames]
    assert [frame.source for frame in frames] == [2, 2]
    assert [frame.pts for frame in frames] == [180_000, 183_000], "media time goes on"
    assert buffer.source == 2


def test_a_stray_packet_disturbs_nothing() -> None:
    sender, buffer = begun()
    strays = [
        ScriptedSender(source=9).frame()[0],
        ScriptedSender(sequence=sender.sequence + MOST_AHEAD + 5).frame()[0],
        ScriptedSender(sequence=sender.sequence - 9000).frame()[0],
    ]
    for stray in strays:
        assert feed(buffer, [stray]) == [NOTHING]
        assert len(frames_of(feed(buffer, sender.frame()))) == 1
    assert buffer.counts["stray"] == len(strays) >= CONVINCING


def test_an_absurd_jump_that_goes_on_is_followed() -> None:
    sender, buffer = begun()
    sender.sequence += 20_000
    outcomes = feed(buffer, [*sender.frame(), *sender.frame(), *sender.frame(2, key=True)])
    assert keys_asked(outcomes) == 1
    assert frames_of(outcomes) == [3]


def test_an_oversized_packet_is_garbage() -> None:
    sender, buffer = begun()
    (piece,) = sender.frame()
    big = Piece(1, piece.sequence, 0, True, "VP8", False, False, bytes(limits.MOST_BYTES + 1))  # noqa: FBT003
    assert buffer.add(big, 0.0) is NOTHING
    assert buffer.counts["oversized"] == 1
    assert frames_of(feed(buffer, [piece])) == [1]


def test_a_long_gap_is_not_repaired_but_a_key_frame_asked_for_at_once() -> None:
    sender, buffer = begun()
    for _ in range(60):
        sender.frame(3)
    (outcome,) = feed(buffer, sender.frame(), 2.0)
    assert outcome.ask_key
    assert not outcome.ask_for


def test_a_burst_lost_out_of_a_large_frame_is_repaired() -> None:
    sender, buffer = begun()
    pieces = sender.frame(300)
    outcomes = feed(buffer, [*pieces[:50], *pieces[250:]])
    assert len(asked_of(outcomes)) == 200
    assert frames_of(feed(buffer, pieces[50:250])) == [1]


@pytest.mark.parametrize("ends", [True, False])
def test_what_is_held_has_a_bound(*, ends: bool) -> None:
    sender, buffer = begun()
    sender.marked = ends
    if ends:
        sender.frame()
    for _ in range(3):
        feed(buffer, sender.frame(limits.MOST_HELD))
        assert buffer.size <= limits.MOST_HELD + 1
    sender.marked = True
    feed(buffer, sender.frame())
    assert frames_of(feed(buffer, sender.frame(2, key=True))) == [sender.sent - 1]


def test_frames_are_whole() -> None:
    sender, buffer = begun()
    outcomes = feed(buffer, [piece for size in (1, 4, 2) for piece in sender.frame(size)])
    for frame in (frame for outcome in outcomes for frame in outcome.frames):
        assert frame.data == sender.whole(index_of(frame))
