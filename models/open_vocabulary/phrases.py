"""What may be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from vision.errors import ConfigError
from vision.vocabulary import LONGEST, MOST_WANTED


def checked(phrases: Sequence[str]) -> tuple[str, ...]:
    """The phrases with single spaces, in their order.

    Raises:
        ConfigError: there are more than ``MOST_WANTED``, two are alike, or one is empty, longer
            than ``LONGEST`` or holds what cannot be printed.
    """
    if len(phrases) > MOST_WANTED:
        raise ConfigError(
            f"{len(phrases)} things at a time are too many to look for: {MOST_WANTED} at most"
        )
    tidy = tuple(_checked(" ".join(phrase.split())) for phrase in phrases)
    if len({phrase.casefold() for phrase in tidy}) < len(tidy):
        raise ConfigError("the same thing is asked for twice: ask for each once")
    return tidy


def _checked(phrase: str) -> str:
    if not phrase:
        raise ConfigError("there is nothing to look for in an empty phrase: name a thing")
    if len(phrase) > LONGEST:
        raise ConfigError(
            f"the phrase “{phrase[:LONGEST]}…” is too long: {LONGEST} characters at most"
        )
    if not phrase.isprintable():
        raise ConfigError(f"the phrase {phrase!r} holds what cannot be printed: use plain words")
    return phrase
