import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.endpoint_trouble import LONGEST_EXCERPT, complaint, quoting, refused

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "message", "detail", "msg", "x"]), inner)
    ),
    max_leaves=12,
)
QUOTE = quoting("sk-secret")


@given(st.text(), st.text())
def test_a_quote_is_one_short_printable_line_without_the_key(before, after):
    quoted = QUOTE(f"{before}sk-secret{after}")
    assert quoted.isprintable()
    assert len(quoted) <= LONGEST_EXCERPT
    assert "sk-secret" not in quoted


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("  out\n\tof  memory\x1b[31m\u202e ", "out of memory[31m"),
        ("see http://me:pw@host/x", "see http://host/x"),
        ("<!DOCTYPE html><title>no</title>", ""),
        ("oops < HTML >", ""),
        ("Bearer sk-secret is unknown", "Bearer [key] is unknown"),
        ("没有这个模型", "没有这个模型"),
        ("x" * 200, "x" * 159 + "…"),
    ],
)
def test_quotes(text, quoted):
    assert QUOTE(text) == quoted


def test_without_a_key_nothing_is_taken_out():
    assert quoting(None)("as it is") == "as it is"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": {"message": "no", "code": 1}}', "no"),
        (b'{"error": "no"}', "no"),
        (b'{"detail": "no"}', "no"),
        (b'{"detail": [{"loc": ["body"], "msg": "no"}]}', "no"),
        (b'[{"error": {"message": "no"}}]', "no"),
        (b'{"error": null, "message": "no"}', "no"),
        (b'{"object": "error", "message": "no"}', "no"),
        (b'"no"', "no"),
        (b"no", "no"),
        (b"", ""),
        (b"[]", ""),
        (b"7", ""),
        (b'{"error": 7}', ""),
        (b"[" * 100_000, "[" * 100_000),
        (b"\xff", "\ufffd"),
    ],
)
def test_complaints_are_found_in_the_usual_forms(body, said):
    assert complaint(body) == said


@given(JSON)
def test_any_json_is_searched_without_trouble(data):
    assert isinstance(complaint(msgspec.json.encode(data)), str)


@pytest.mark.parametrize(
    ("status", "wish", "again", "pause", "lasting"),
    [
        (429, None, True, None, False),
        (429, "3", True, 3.0, False),
        (429, "0.5", True, 0.5, False),
        (429, "6", False, 6.0, False),
        (429, "Sat, 01 Jan 2028 00:00:00 GMT", True, None, False),
        (429, "-1", True, None, False),
        (429, "nan", True, None, False),
        (503, "1", True, 1.0, False),
        (502, None, True, None, False),
        (504, None, True, None, False),
        (500, None, False, None, False),
        (408, None, False, None, False),
        (400, None, False, None, True),
        (401, None, False, None, True),
        (404, None, False, None, True),
        (302, None, False, None, True),
    ],
)
def test_which_refusals_are_tried_again(status, wish, again, pause, lasting):
    headers = httpx.Headers({"Retry-After": wish} if wish else {})
    trouble = refused(status, headers, b"", QUOTE)
    assert (trouble.again, trouble.pause, trouble.lasting) == (again, pause, lasting)
    assert f"(HTTP {status})" in trouble.message
