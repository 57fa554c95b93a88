"""Answers that read text aloud. What was seen is data: it is quoted, and never followed."""

from __future__ import annotations

from vision.grounded.asked import Asked, Grounded
from vision.grounded.telling import Telling

MOST_LINES = 8
"""Lines that are read when nobody asked for the whole page."""

MOST_PAGE_LINES = 60
"""Lines of a page that are read."""


def read(asked: Asked) -> Grounded:
    """What the text in view says, or that on what was asked for."""
    return _read(asked, MOST_LINES)


def read_page(asked: Asked) -> Grounded:
    """All the text in view, in reading order."""
    return _read(asked, MOST_PAGE_LINES)


def translate(asked: Asked) -> Grounded:
    """The text as it is, since nothing here can translate."""
    telling = Telling(asked.tongue)
    _tell_lines(telling, asked, MOST_LINES)
    telling.add(asked.tongue.say("no_translation"))
    return telling.done(knows=False)


def _read(asked: Asked, most: int) -> Grounded:
    telling = Telling(asked.tongue)
    if not _tell_lines(telling, asked, most):
        telling.add(asked.tongue.say("no_text"))
    return telling.done()


def _tell_lines(telling: Telling, asked: Asked, most: int) -> bool:
    texts, tongue = asked.texts(), telling.tongue
    if texts:
        lines = tongue.items(tongue.quote(text.text) for text in texts[:most])
        telling.add(tongue.say("reads", len(texts), what=lines))
    if len(texts) > most:
        rest = len(texts) - most
        telling.add(tongue.say("more_lines", rest, number=str(rest)))
    return bool(texts)
