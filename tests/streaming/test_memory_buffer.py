"""The bounded way to the disk."""

from __future__ import annotations

from streaming.remembering.buffer import MOST_WAITING, MOST_WAITING_BYTES, WriteBuffer
from tests.streaming.memory_notes import note


def test_the_newest_of_a_key_replaces_and_keeps_the_picture() -> None:
    buffer = WriteBuffer()
    buffer.put(note("red cup", 1.0, key="object:1", thumbnail=b"old"))
    buffer.put(note("blue cup", 2.0, key="object:1"))
    (kept,) = buffer.take()
    assert (kept.memory.text, kept.last, kept.thumbnail) == ("blue cup", 2.0, b"old")
    assert (buffer.merged, buffer.dropped, len(buffer)) == (1, 0, 0)


def test_another_sessions_key_is_another_key() -> None:
    buffer = WriteBuffer()
    buffer.put(note("cup", key="object:1", session="ann"))
    buffer.put(note("dog", key="object:1", session="bob"))
    assert [each.memory.text for each in buffer.take()] == ["cup", "dog"]


def test_the_longest_waiting_makes_room_and_is_counted() -> None:
    buffer = WriteBuffer()
    for number in range(MOST_WAITING + 3):
        buffer.put(note(f"thing {number}"))
    waiting = [each.memory.text for each in buffer.take()]
    assert waiting == [f"thing {number}" for number in range(3, MOST_WAITING + 3)]
    assert buffer.dropped == 3


def test_pictures_are_bounded_by_their_bytes() -> None:
    buffer = WriteBuffer()
    third = bytes(MOST_WAITING_BYTES // 3)
    for number in range(5):
        buffer.put(note(f"thing {number}", thumbnail=third))
    assert [each.memory.text for each in buffer.take()] == ["thing 2", "thing 3", "thing 4"]
    assert buffer.dropped == 2
    buffer.put(note("thing 5", thumbnail=third))
    assert len(buffer) == 1


def test_what_could_not_be_written_waits_behind_what_is_newer() -> None:
    buffer = WriteBuffer()
    buffer.put(note("cup, before", 1.0, key="object:1", thumbnail=b"picture"))
    buffer.put(note("dog", 1.0, key="object:2"))
    taken = buffer.take()
    buffer.put(note("cup, after", 2.0, key="object:1"))
    buffer.put_back(taken)
    notes = {each.memory.key: each for each in buffer.take()}
    assert notes["object:1"].memory.text == "cup, after"
    assert notes["object:1"].thumbnail == b"picture"
    assert notes["object:2"].memory.text == "dog"


def test_putting_back_too_much_drops_the_oldest() -> None:
    buffer = WriteBuffer()
    for number in range(MOST_WAITING):
        buffer.put(note(f"old {number}"))
    taken = buffer.take()
    buffer.put(note("new"))
    buffer.put_back(taken)
    assert len(buffer) == MOST_WAITING
    assert buffer.dropped == 1
    assert buffer.take()[-1].memory.text == "new"
