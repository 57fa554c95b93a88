"""What may be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from vision.errors import ConfigError

MOST_PHRASES = 32
"""At a time: each costs a run of the text encoder once, and a product a place in each picture."""

LONGEST_PHRASE = 80
"""Characters. The encoder reads 16 tokens, of which two are not the phrase's."""


def checked(phrases: Sequence[str]) -> tuple[str, ...]:
    """The phrases with single spaces, in their order.

    Raises:
        ConfigError: there are more than ``MOST_PHRASES``, two are alike, or one is empty, longer
            than ``LONGEST_PHRASE`` or holds what cannot be printed.
    """
    if len(phrases) > MOST_PHRASES:
        raise ConfigError(
            f"{len(phrases)} things at a time are too many to look for: ask for {MOST_PHRASES} "
            "at most"
        )
    tidy = tuple(_checked(" ".join(phrase.split())) for phrase in phrases)
    if len({phrase.casefold() for phrase in tidy}) < len(tidy):
        raise ConfigError("the same thing is asked for twice: ask for each once")
    return tidy


def _checked(phrase: str) -> str:
    if not phrase:
        raise ConfigError("there is nothing to look for in an empty phrase: name a thing")
    if len(phrase) > LONGEST_PHRASE:
        raise ConfigError(
            f"the phrase “{phrase[:LONGEST_PHRASE]}…” is too long: {LONGEST_PHRASE} characters "
            "at most"
        )
    if not phrase.isprintable():
        raise ConfigError(f"the phrase {phrase!r} holds what cannot be printed: use plain words")
    return phrase
