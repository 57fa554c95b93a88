from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import endpoint_answer
from models.endpoint_answer import Answer
from models.endpoint_trouble import quoting
from models.sse import Event
from vision.errors import NoAnswer

QUOTE = quoting(None)
DONE = Event("[DONE]")
NAMES = ["choices", "delta", "content", "finish_reason", "error", "message", "text"]
VALUES = st.recursive(
    st.none() | st.integers(0, 1) | st.sampled_from(["", "stop", "a cup"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=12,
)


def said(text, finish=None):
    chunk = {"choices": [{"delta": {"content": text}, "finish_reason": finish}]}
    return Event(msgspec.json.encode(chunk).decode())


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=8))
def test_the_pieces_make_up_the_text(texts):
    answer = Answer(QUOTE)
    assert [answer.read(said(text)) for text in texts] == texts
    assert not answer.done
    assert answer.read(DONE) == ""
    assert answer.done
    if "".join(texts).strip():
        answer.end()
    else:
        with pytest.raises(NoAnswer, match="empty answer"):
            answer.end()


@given(st.lists(VALUES | st.text(max_size=5), max_size=6))
def test_whatever_comes_is_text_or_no_answer(chunks):
    answer = Answer(QUOTE)
    with suppress(NoAnswer):
        for chunk in chunks:
            data = chunk if isinstance(chunk, str) else msgspec.json.encode(chunk).decode()
            assert isinstance(answer.read(Event(data)), str)
        answer.end()


@pytest.mark.parametrize("size", [1, 3, 10])
def test_a_long_answer_is_cut_at_its_bound(monkeypatch, size):
    monkeypatch.setattr(endpoint_answer, "LONGEST_ANSWER", 10)
    answer, text = Answer(QUOTE), ""
    while not answer.done:
        text += answer.read(said("x" * size))
    assert text == "x" * 10
    with pytest.raises(NoAnswer, match="cut after 10 characters"):
        answer.end()


def test_an_answer_of_just_the_bound_is_whole(monkeypatch):
    monkeypatch.setattr(endpoint_answer, "LONGEST_ANSWER", 10)
    answer = Answer(QUOTE)
    assert answer.read(said("x" * 10, "stop")) == "x" * 10
    answer.end()


def test_text_and_end_may_come_in_one_event():
    answer = Answer(QUOTE)
    assert answer.read(said("a cup", "length")) == "a cup"
    assert answer.complete
    answer.end()


def test_a_whole_answer_without_a_reason_to_finish_is_whole():
    answer = Answer(QUOTE)
    assert answer.read_whole(b'{"choices": [{"message": {"content": "a cup"}}]}') == "a cup"
    answer.end()


def test_what_the_server_says_is_quoted_safely():
    with pytest.raises(NoAnswer, match=r"^the language model failed: a b$"):
        Answer(QUOTE).read(Event('{"error": {"message": "a\\n\\u0007b"}}'))
    with pytest.raises(NoAnswer, match=r"^the language model failed$"):
        Answer(QUOTE).read(Event('{"error": {"message": "<html>"}}'))
