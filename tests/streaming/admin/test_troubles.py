from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from streaming.admin.troubles import LONGEST_TEXT, MOST_TROUBLES, Troubles

log = logging.getLogger("streaming.somewhere")


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    heard = Troubles()
    heard.start()
    yield heard
    heard.stop()


def test_warnings_and_errors_are_kept_the_newest_first(troubles: Troubles) -> None:
    log.info("all is well")
    log.warning("session %s: nothing heard", "x")
    log.error("the detector failed")
    assert [(each.level, each.text) for each in troubles.newest()] == [
        ("error", "the detector failed"),
        ("warning", "session x: nothing heard"),
    ]


def test_the_same_on_end_is_counted(troubles: Troubles) -> None:
    for text in ("a", "a", "a", "b", "a"):
        log.warning(text)
    assert [(each.text, each.times) for each in troubles.newest()] == [("a", 1), ("b", 1), ("a", 3)]


def test_it_is_bounded(troubles: Troubles) -> None:
    for index in range(MOST_TROUBLES + 50):
        log.warning("%s %s", index, "x" * 10_000)
    kept = troubles.newest()
    assert len(kept) == MOST_TROUBLES
    assert kept[0].text.startswith(f"{MOST_TROUBLES + 49} ")
    assert max(len(each.text) for each in kept) == LONGEST_TEXT


def test_others_are_not_listened_to_nor_ours_after_the_end(troubles: Troubles) -> None:
    logging.getLogger("somebody.else").error("theirs")
    troubles.stop()
    log.error("too late")
    assert troubles.newest() == ()


def test_a_line_that_cannot_be_written_harms_nobody(
    troubles: Troubles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    troubles.emit(logging.LogRecord("streaming", logging.ERROR, "", 0, "%s %s", ("one",), None))
    assert troubles.newest() == ()
