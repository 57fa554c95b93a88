"""Tracks and frames as the wire tells them."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from streaming.lane import Sight
from streaming.tracks import TracksTeller, frame_ref, object_messages
from streaming.wire import MAX_TRACKS_BYTES, Hello, ObjectMessage, encode, tracks_messages
from vision.picture import Picture
from vision.posture import Posture
from vision.types import Seconds, Track, TrackId

PICTURE = Picture(np.zeros((12, 8), np.uint8))


def sight(*, captured: float | None = 1_790_000_000.1234) -> Sight:
    return Sight(
        picture=PICTURE, t=Seconds(2.0), pts=180_000, rtp=7, captured=captured, arrived=50.0
    )


def test_a_frame_is_told_with_all_that_is_known_of_its_times() -> None:
    frame = frame_ref(sight(), now=50.0414, returned=4_294_967_295)
    assert (frame.pts, frame.rtp, frame.age) == (180_000, 7, 41)
    assert frame.captured == 1_790_000_000_123
    assert frame.returned == 4_294_967_295


def test_what_is_not_known_of_a_frame_is_left_out() -> None:
    frame = frame_ref(sight(captured=None), now=50.0)
    (text,) = tracks_messages(1, frame, (0.0, 0.0), ())
    assert '"frame":{"pts":180000,"age":0,"rtp":7}' in text


def test_an_object_is_rounded_to_what_a_screen_can_show() -> None:
    track = Track(
        id=TrackId(3),
        label=1,
        score=0.81234,
        box=(0.123456, 0.2, 0.3, 0.4),
        velocity=(0.000049, -0.100051),
        seen=Seconds(0.0336),
    )
    (told,) = object_messages([track], ("cup", "cat"))
    assert (told.label, told.score, told.seen) == ("cat", 0.812, 34)
    assert told.box == pytest.approx((0.1235, 0.2, 0.3, 0.4))
    assert told.v == pytest.approx((0.0, -0.1001))


def posture(score: float = 0.87654, age: float = 0.1234) -> Posture:
    joints = np.tile(np.array([0.123456, -0.9, score], np.float32), (17, 1))
    return Posture(joints, Seconds(age))


def person(number: int) -> Track:
    return Track(TrackId(number), 0, 0.9, (0.1, 0.1, 0.2, 0.2), (0.0, 0.0), Seconds(0))


def test_joints_are_told_in_their_box_with_their_age() -> None:
    told, other = object_messages([person(1), person(2)], ("person",), {TrackId(1): posture()})
    assert told.keypoints == (0.123, -0.9, 0.877) * 17
    assert told.posed == 123
    assert msgspec.json.decode(msgspec.json.encode(told), type=ObjectMessage) == told
    assert other.keypoints is other.posed is msgspec.UNSET


def test_without_poses_not_a_byte_is_told_of_them() -> None:
    (told,) = object_messages([person(1)], ("person",), {})
    assert msgspec.json.encode(told) == (
        b'{"id":1,"label":"person","score":0.9,"box":[0.1,0.1,0.2,0.2],"v":[0.0,0.0],"seen":0}'
    )
    hello = encode(Hello("s", "d", "grounded", ("cup",), {}))
    assert hello == (
        '{"type":"hello","session":"s","detector":"d","vlm":"grounded",'
        '"labels":["cup"],"limits":{},"v":1}'
    )


def test_a_crowd_with_joints_is_parted_into_messages_that_fit() -> None:
    crowd = [person(number) for number in range(1, 7)]
    worn = {track.id: posture() for track in crowd}
    objects = object_messages(crowd, ("person",), worn)
    parts = list(tracks_messages(1, frame_ref(sight(), 50.0), (0.0, 0.0), objects))
    assert 1 < len(parts) <= 3
    assert max(len(text.encode()) for text in parts) <= MAX_TRACKS_BYTES
    assert [each["id"] for text in parts for each in json.loads(text)["objects"]] == [*range(1, 7)]


class Heard:
    def __init__(self) -> None:
        self.messages: list[str] = []
        self.deaf = False

    def send(self, *texts: str) -> bool:
        if not self.deaf:
            self.messages.extend(texts)
        return not self.deaf


def test_a_listener_is_told_by_number_and_what_it_drops_is_counted() -> None:
    teller, heard = TracksTeller(("cup",)), Heard()
    assert teller.tell(sight(), (), (0.0, 0.0), None) == 0
    teller.sink = heard
    assert [teller.tell(sight(), (), (0.0, 0.0), None) for _ in range(2)] == [0, 0]
    heard.deaf = True
    assert teller.tell(sight(), (), (0.0, 0.0), None) == 1
    assert [json.loads(text)["seq"] for text in heard.messages] == [1, 2]


def test_it_is_known_whether_there_was_something_to_tell_of() -> None:
    teller = TracksTeller(("cup",))
    teller.sink = heard = Heard()
    cup = Track(TrackId(1), 0, 0.9, (0.1, 0.1, 0.2, 0.2), (0.0, 0.0), Seconds(0))
    states = []
    for tracks in ((), (cup,), ()):
        teller.tell(sight(), tracks, (0.0, 0.0), None)
        states.append(teller.something)
    assert states == [False, True, False]
    heard.deaf = True
    teller.tell(sight(), (), (0.0, 0.0), None)
    assert teller.something, "that there is nothing any more was not heard"
