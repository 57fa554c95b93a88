from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streaming import wire

FRAME = wire.FrameRef(pts=1234567, rtp=3456789012, age=41, captured=1_790_000_000_000)
fraction = st.floats(-1, 2, allow_nan=False).map(lambda x: round(x, 4))
objects = st.lists(
    st.builds(
        wire.ObjectMessage,
        id=st.integers(1, 99_999),
        label=st.sampled_from(["person", "cup", "traffic light"]),
        score=st.floats(0, 1).map(lambda x: round(x, 3)),
        box=st.tuples(fraction, fraction, fraction, fraction),
        v=st.tuples(fraction, fraction),
        seen=st.integers(0, 2000),
    ),
    max_size=80,
)


def test_a_tracks_message_has_the_fields_of_the_contract() -> None:
    thing = wire.ObjectMessage(7, "person", 0.83, (0.42, 0.18, 0.12, 0.55), (0.03, 0.0), 0)
    (text,) = wire.tracks_messages(812, FRAME, (0.02, -0.01), [thing])
    assert json.loads(text) == {
        "type": "tracks",
        "v": 1,
        "seq": 812,
        "frame": {"pts": 1234567, "rtp": 3456789012, "age": 41, "captured": 1_790_000_000_000},
        "part": [0, 1],
        "camera": [0.02, -0.01],
        "objects": [
            {
                "id": 7,
                "label": "person",
                "score": 0.83,
                "box": [0.42, 0.18, 0.12, 0.55],
                "v": [0.03, 0.0],
                "seen": 0,
            }
        ],
    }


def test_a_frame_with_nothing_on_it_still_says_so() -> None:
    (text,) = wire.tracks_messages(1, FRAME, (0.0, 0.0), [])
    assert json.loads(text)["objects"] == []
    assert json.loads(text)["part"] == [0, 1]


@given(objects)
def test_parts_fit_a_datagram_and_lose_nothing(things: list[wire.ObjectMessage]) -> None:
    texts = list(wire.tracks_messages(2**40, FRAME, (-0.1234, 0.1234), things))
    messages = [json.loads(text) for text in texts]
    assert all(len(text.encode()) <= wire.MAX_TRACKS_BYTES for text in texts)
    assert [message["part"] for message in messages] == [[i, len(texts)] for i in range(len(texts))]
    ids = [thing["id"] for message in messages for thing in message["objects"]]
    assert ids == [thing.id for thing in things]


def test_commands_are_read_by_their_type() -> None:
    assert wire.decode_command('{"type":"ping","t":12.5}') == wire.Ping(12.5)
    command = wire.decode_command('{"type":"set","overlay":"client","later":1}')
    assert command == wire.SetOptions(overlay="client")


@pytest.mark.parametrize(
    "data",
    ["", "null", "[]", "{}", '{"type":"what"}', '{"type":"ping"}', '{"type":"ping","t":"x"}', "\0"],
)
def test_what_does_not_fit_is_an_error(data: str) -> None:
    with pytest.raises(msgspec.MsgspecError):
        wire.decode_command(data)


def test_a_line_of_the_events_log_carries_its_media_time() -> None:
    line = wire.encode_at(wire.Problem("x", "y"), 1500)
    assert line.endswith(b"\n")
    assert json.loads(line) == {"at": 1500, "type": "problem", "code": "x", "detail": "y"}
