from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from streaming.receiving import decoding as limits
from streaming.receiving.decoder import Decoded
from streaming.receiving.decoding import LONGEST_WAIT, Decoding
from streaming.receiving.pieces import EncodedFrame
from tests.streaming.receiving.bitstreams import encoded_frames, told_index

BEHIND = 32
"""Frames that the decoder is behind in most of these tests."""


class Screen:
    """Notes what was decoded and what failed; its gate holds up the decoder's thread."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.shown: list[int] = []
        self.right: list[bool] = []
        self.failed: list[int] = []
        self.decoding = Decoding(self.show, self.failed.append)

    def show(self, decoded: Decoded) -> None:
        number = decoded.encoded.number
        self.shown.append(number)
        self.right.append(told_index(decoded.picture) == number % 16)
        self.gate.wait(20)

    def until(self, condition: Callable[[], Any]) -> None:
        end = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.002)


@pytest.fixture
def screen() -> Iterator[Screen]:
    made = Screen()
    yield made
    made.gate.set()
    made.decoding.close()
    thread = made.decoding._thread
    if thread is not None:
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def frames() -> list[EncodedFrame]:
    """More than one would wait for, with a key frame near the end."""
    return list(encoded_frames("VP8", BEHIND + 6, (0, BEHIND + 4)))


@pytest.mark.parametrize("codec", ["VP8", "H264"])
def test_each_frame_gives_its_picture_at_once_and_in_order(screen: Screen, codec: str) -> None:
    for frame in encoded_frames(codec, 5):
        assert screen.decoding.put(frame)
        screen.until(lambda number=frame.number: number in screen.shown)
    assert screen.shown == [0, 1, 2, 3, 4]
    assert all(screen.right)


def test_nothing_is_decoded_before_a_key_frame(screen: Screen, frames: list[EncodedFrame]) -> None:
    assert not screen.decoding.put(frames[1])
    assert screen.decoding._thread is None, "no thread for nothing"
    assert screen.decoding.put(frames[0])
    screen.until(lambda: screen.shown == [0])


def overrun(screen: Screen, frames: list[EncodedFrame], seconds: float) -> list[bool]:
    """Whether each was taken, coming so many seconds after another while none is decoded."""
    screen.gate.clear()
    assert screen.decoding.put(frames[0])
    screen.until(lambda: screen.shown == [0])
    return [
        screen.decoding.put(replace(each, completed=each.number * seconds)) for each in frames[1:]
    ]


def test_a_backlog_that_is_too_old_is_dropped_as_a_whole_and_a_key_frame_goes_on(
    screen: Screen, frames: list[EncodedFrame]
) -> None:
    taken = overrun(screen, frames[:15], LONGEST_WAIT / 9.5)
    assert taken == [True] * 10 + [False] * 4
    assert screen.decoding.waiting == 0
    assert screen.decoding.flushed == 14
    assert all(screen.decoding.put(frame) for frame in frames[BEHIND + 4 :])
    screen.gate.set()
    screen.until(lambda: len(screen.shown) == 3)
    assert screen.shown == [0, BEHIND + 4, BEHIND + 5]
    assert all(screen.right)
    assert not screen.failed


def test_what_a_repaired_gap_sets_free_is_decoded_whole(
    screen: Screen, frames: list[EncodedFrame]
) -> None:
    assert all(overrun(screen, frames[: BEHIND + 4], 0.0))
    screen.gate.set()
    screen.until(lambda: len(screen.shown) == BEHIND + 4)
    assert screen.decoding.flushed == 0


def test_a_backlog_has_a_bound_in_frames_too(
    screen: Screen, frames: list[EncodedFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_WAITING", 8)
    assert overrun(screen, frames[:12], 0.0) == [True] * 8 + [False] * 3


def test_a_key_frame_makes_what_waits_before_it_worthless(
    screen: Screen, frames: list[EncodedFrame]
) -> None:
    screen.gate.clear()
    screen.decoding.put(frames[0])
    screen.until(lambda: screen.shown == [0])
    for frame in [*frames[1:5], *frames[BEHIND + 4 :]]:
        assert screen.decoding.put(frame)
    screen.gate.set()
    screen.until(lambda: len(screen.shown) == 3)
    assert screen.shown == [0, BEHIND + 4, BEHIND + 5]
    assert screen.decoding.flushed == 4


@pytest.mark.parametrize(("codec", "share"), [("VP8", 0.01), ("H264", 0.01), ("H264", 0.6)])
def test_after_an_error_nothing_is_decoded_before_a_key_frame(
    screen: Screen, codec: str, share: float
) -> None:
    key, delta, after, again = encoded_frames(codec, 4, (0, 3))
    screen.decoding.put(key)
    screen.decoding.put(replace(delta, data=delta.data[: int(share * len(delta.data))]))
    screen.until(lambda: screen.failed == [1])
    assert not screen.decoding.put(after)
    assert screen.decoding.put(again)
    screen.until(lambda: screen.shown == [0, 3])
    assert screen.decoding.errors == 1


def test_an_error_before_a_key_frame_that_waits_is_told_to_nobody(
    screen: Screen, frames: list[EncodedFrame]
) -> None:
    screen.gate.clear()
    screen.decoding.put(frames[0])
    screen.until(lambda: screen.shown == [0])
    screen.decoding._waiting.extend([replace(frames[1], data=b"\xff"), frames[BEHIND + 4]])
    screen.gate.set()
    screen.until(lambda: len(screen.shown) == 2)
    assert screen.decoding.errors == 1
    assert screen.failed == []


def test_a_picture_that_declares_to_be_huge_is_refused(
    screen: Screen, frames: list[EncodedFrame]
) -> None:
    data = bytearray(frames[0].data)
    data[6:10] = b"\xff\x3f\xff\x3f"
    screen.decoding.put(replace(frames[0], data=bytes(data)))
    screen.until(lambda: screen.failed == [0])
    screen.decoding.put(frames[0])
    screen.until(lambda: screen.shown == [0])


def test_closing_drops_what_waits_without_waiting_for_the_decoder(
    screen: Screen, frames: list[EncodedFrame]
) -> None:
    screen.gate.clear()
    screen.decoding.put(frames[0])
    screen.until(lambda: screen.shown == [0])
    screen.decoding.put(frames[1])
    screen.decoding.close()
    screen.decoding.close()
    assert screen.decoding.waiting == 0
    assert screen.decoding.put(frames[2]), "nothing is asked for any more"
    assert screen.decoding.waiting == 0
    thread = screen.decoding._thread
    assert thread is not None
    assert thread.is_alive(), "it is still at its frame"
