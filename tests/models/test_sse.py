import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sse import Event, EventParser, TooLong

PARTS = [b"data", b"event", b"id", b":", b": ", b" ", b"\n", b"\r", b"\r\n", b"\n\n", b"x"]
PARTS += ["é", "眼", "😀"]
PARTS = [part if isinstance(part, bytes) else part.encode() for part in PARTS] + [b"\xff", b"\x00"]
STREAMS = st.lists(st.sampled_from(PARTS), max_size=40).map(b"".join)


def parsed(*chunks):
    parser = EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


def by_the_standard(stream):
    """The standard's own steps, over the whole of the text."""
    events, data, kind = [], "", ""
    text = stream.decode("utf-8-sig", "replace")
    lines = re.split("\r\n|\n|\r", text)
    for line in lines[:-1]:
        name, colon, value = line.partition(":")
        if not line:
            if data:
                events.append(Event(data.removesuffix("\n"), kind or "message"))
            data, kind = "", ""
        elif colon and not name:
            continue
        elif name == "data":
            data += value.removeprefix(" ") + "\n"
        elif name == "event":
            kind = value.removeprefix(" ")
    return events


def cut(stream, places):
    edges = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


@given(STREAMS, st.lists(st.integers(0, 200), max_size=12))
def test_any_split_gives_the_events_of_the_standard(stream, places):
    assert parsed(*cut(stream, places)) == by_the_standard(stream)


@given(STREAMS)
def test_byte_by_byte_with_empty_chunks_between_is_the_same(stream):
    chunks = [piece for at in range(len(stream)) for piece in (stream[at : at + 1], b"")]
    assert parsed(*chunks) == parsed(stream)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", codec="utf-8"))))
def test_any_text_comes_back_whole(texts):
    stream = "".join(f"data: {text}\n\n" for text in texts).encode()
    assert parsed(stream) == [Event(text) for text in texts]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: one\n\ndata:two\n\n", [Event("one"), Event("two")]),
        (b"data:  kept\n\n", [Event(" kept")]),
        (b"data: a\ndata: b\n\n", [Event("a\nb")]),
        (b"data\n\n", [Event("")]),
        (b": keep-alive\n\n:\n\ndata: x\n: y\n\n", [Event("x")]),
        (b"event: error\ndata: x\n\ndata: y\n\n", [Event("x", "error"), Event("y")]),
        (b"event: alone\n\ndata: y\n\n", [Event("y")]),
        (b"id: 1\nretry: 5\nnonsense\ndata: y\n\n", [Event("y")]),
        (b"\xef\xbb\xbfdata: x\n\n", [Event("x")]),
        (b"data: cut off\n", []),
        (b"data: a\r\rdata: b\r\n\r\n", [Event("a"), Event("b")]),
    ],
)
def test_the_forms_that_servers_use(stream, events):
    assert parsed(stream) == events


def test_an_event_comes_with_the_chunk_that_ends_it():
    parser = EventParser()
    assert parser.feed(b"data: now\r\n\r") == [Event("now")]
    assert parser.feed(b"\ndata: next\r\n\r\n") == [Event("next")]


@pytest.mark.parametrize("size", [10, 11])
def test_a_line_is_bounded_whether_it_ends_or_not(size):
    for stream in (b"x" * size, b"x" * size + b"\n"):
        parser = EventParser(longest_line=10)
        if size > 10:
            with pytest.raises(TooLong, match="line of more than 10 bytes"):
                parser.feed(stream)
        else:
            assert parser.feed(stream) == []


def test_a_line_that_grows_chunk_by_chunk_is_bounded():
    parser = EventParser(longest_line=100)
    with pytest.raises(TooLong):
        for _ in range(101):
            parser.feed(b"x")


@pytest.mark.parametrize("line", [b"data: 456789\n", b"data\n"])
def test_an_event_of_endless_lines_is_bounded(line):
    parser = EventParser(longest_event=100)
    with pytest.raises(TooLong, match="event of more than 100 bytes"):
        for _ in range(101):
            parser.feed(line)


def test_the_bound_is_of_one_event_not_of_the_stream():
    parser = EventParser(longest_event=100)
    assert sum(len(parser.feed(b"data: 456789\n\n")) for _ in range(1000)) == 1000
