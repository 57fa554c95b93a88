from __future__ import annotations

import pytest

from vision.watching.wording import Wording


@pytest.mark.parametrize(
    ("wanted", "read", "there"),
    [
        ("EXIT", "Emergency exit →", True),
        ("exit", "EXITS", False),
        ("open", "REOPENED", False),
        ("open", "\uff2f\uff30\uff25\uff2e 24h", True),
        ("no entry", "NOENTRY", True),
        ("no entry", "no  entry!", True),
        ("出口", "紧急 出 口", True),
        ("出口", "入口", False),
        ("50%", "save 50% now", True),
        ("a.c", "abc", False),
        ("", "x", False),
        ("", "Hi", True),
    ],
)
def test_words_are_found_whatever_their_dress(wanted: str, read: str, *, there: bool) -> None:
    assert Wording(wanted).within(read) is there
