"""When the buffer asks for key frames."""

from __future__ import annotations

import itertools

import pytest

from streaming.receiving import buffer as limits
from streaming.receiving.buffer import FrameBuffer
from streaming.receiving.wish import INTERVAL
from tests.streaming.receiving.scripted import ScriptedSender, feed, frames_of, keys_asked
from tests.streaming.receiving.test_buffer import begun


def test_joining_in_mid_stream_asks_for_a_key_frame_at_once() -> None:
    sender, buffer = ScriptedSender(), FrameBuffer()
    (outcome,) = feed(buffer, sender.frame())
    assert outcome.ask_key
    assert frames_of(feed(buffer, [*sender.frame(), *sender.frame(2, key=True)])) == [2]


def test_joining_at_a_key_frame_asks_for_none_while_it_comes() -> None:
    sender, buffer = ScriptedSender(), FrameBuffer()
    key = sender.frame(60, key=True)
    for turn, piece in enumerate(key[:-1]):
        assert not buffer.add(piece, turn * INTERVAL / 20).ask_key
        assert not buffer.tick(turn * INTERVAL / 20).ask_key
    assert frames_of([buffer.add(key[-1], 60 * INTERVAL / 20)]) == [0]


def test_a_key_frame_that_stops_coming_is_asked_for() -> None:
    sender, buffer = ScriptedSender(), FrameBuffer()
    buffer.add(sender.frame(3, key=True)[0], 0.0)
    assert buffer.due is not None
    assert buffer.tick(buffer.due).ask_key


def test_key_frames_are_asked_for_again_but_not_too_often() -> None:
    sender, buffer = ScriptedSender(), FrameBuffer()
    asked = [turn for turn in range(300) if buffer.add(*sender.frame(), turn / 30).ask_key]
    assert 8 <= len(asked) <= 10 / INTERVAL
    assert min(after - before for before, after in itertools.pairwise(asked)) >= 9
    assert buffer.wish.asked == len(asked)


def test_nothing_is_asked_for_when_nothing_comes_any_more() -> None:
    sender, buffer = ScriptedSender(), FrameBuffer()
    buffer.add(*sender.frame(), 0.0)
    asked = 0
    while buffer.due is not None:
        asked += buffer.tick(buffer.due).ask_key
    assert asked <= limits.QUIET / INTERVAL
    assert buffer.add(*sender.frame(), 60.0).ask_key, "and asked for again when it does"


def test_after_a_blackout_that_began_in_a_gap_a_key_frame_is_asked_for_at_once() -> None:
    for dark in (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 3.0):
        sender, buffer = begun()
        sender.frame()
        buffer.add(*sender.frame(), 0.0)
        asked = 0
        while buffer.due is not None and buffer.due < dark:
            asked += buffer.tick(buffer.due).ask_key
        assert asked, "into the dark"
        for _ in range(round(dark * 30)):
            sender.frame()
        assert buffer.add(*sender.frame(), dark).ask_key


def test_a_parameter_set_before_each_delta_frame_does_not_put_off_requests() -> None:
    sender, buffer = ScriptedSender(), FrameBuffer()
    asked = []
    for turn in range(90):
        head, tail = sender.frame(2)
        outcomes = feed(buffer, [head._replace(opens=True), tail], turn / 30)
        asked += [turn / 30] * keys_asked(outcomes)
    assert asked[0] == 0.0
    assert len(asked) >= 4


@pytest.mark.parametrize(("shown", "least", "most"), [(False, 10, 13), (True, 28, 34)])
def test_key_frames_are_asked_for_ever_more_seldom_while_no_decoder_takes_them(
    *, shown: bool, least: int, most: int
) -> None:
    sender, buffer = ScriptedSender(), FrameBuffer()
    asked, key = 0, False
    for turn in range(300):
        outcomes = feed(buffer, sender.frame(1, key=key), turn / 30)
        failed = [frame.number for outcome in outcomes for frame in outcome.frames]
        for number in failed:
            if shown:
                buffer.shown(number)
            outcomes.append(buffer.need_key_frame(turn / 30, after=number))
        key = keys_asked(outcomes) > 0
        asked += key
    assert least <= asked <= most
