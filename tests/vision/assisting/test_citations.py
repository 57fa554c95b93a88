"""Marks in streamed text become ids, whatever the pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vision.assisting.citations import LONGEST_MARK, MOST_CITED, CitationReader
from vision.types import TrackId

KNOWN = [TrackId(n) for n in (1, 7, 12)]


def read(*pieces: str) -> tuple[str, list[int], int]:
    reader = CitationReader(KNOWN)
    text = "".join([*(reader.feed(piece) for piece in pieces), reader.finish()])
    return text, list(reader.cited), reader.unknown


def test_marks_are_taken_out_and_become_ids_in_their_order() -> None:
    text, cited, unknown = read("The cup [7] is left of the man [1].")
    assert text == "The cup is left of the man."
    assert cited == [7, 1]
    assert unknown == 0


def test_several_numbers_in_one_mark_in_either_language() -> None:
    assert read("Two people [1, 12].")[1] == [1, 12]
    assert read("两个人[#1，#7]。") == ("两个人。", [1, 7], 0)


def test_numbers_that_no_object_has_are_taken_out_and_counted() -> None:
    assert read("A ghost [99] and [7][7].") == ("A ghost and.", [7], 1)


def test_other_brackets_are_text() -> None:
    assert read("He said [sic] so, a[i] and [", "not closed 7")[0] == (
        "He said [sic] so, a[i] and [not closed 7"
    )


def test_a_bracket_that_never_closes_is_not_held_for_ever() -> None:
    reader = CitationReader(KNOWN)
    shown = reader.feed("[1" + " " * 500)
    assert len(shown) > 500 - 2 * LONGEST_MARK


def test_control_characters_and_turned_writing_do_not_get_through() -> None:
    assert read("a\x1b[31mb\u202ec\x00d")[0] == "a [31mb c d"
    assert read("<b>bold</b>")[0] == "<b>bold</b>", "markup is text: the page shows it as such"


def test_what_is_cited_is_bounded() -> None:
    reader = CitationReader([TrackId(n) for n in range(1000)])
    reader.feed("".join(f"[{n}]" for n in range(1000)))
    assert len(reader.cited) == MOST_CITED


@given(st.text("ab [],#712，\n<", max_size=80), st.lists(st.integers(1, 7), max_size=40))
def test_the_pieces_do_not_matter(text: str, sizes: list[int]) -> None:
    pieces, rest = [], text
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert read(*pieces, rest) == read(text)
