import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.likeness import edit_distance, likeness, skeleton

words = st.text("abé滑", max_size=80)


def by_table(a, b):
    """The textbook's table (Wagner and Fischer, 1974)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


@given(words, words)
def test_the_bits_count_what_the_table_counts(a, b):
    assert edit_distance(a, b) == by_table(a, b)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [("EXIT", "EXIT", 1), ("EXIT", "EX1T", 0.75), ("", "", 1), ("", "ab", 0), ("abc", "xyz", 0)],
)
def test_likeness_is_the_share_that_needs_no_edit(a, b, expected):
    assert likeness(a, b) == expected


def test_readers_agree_on_letters_and_digits():
    assert skeleton("Gate  4-B!") == skeleton("GATE 4B") == "gate4b"
    assert skeleton("小心，地滑。") == "小心地滑"
    assert skeleton("— …") == ""
