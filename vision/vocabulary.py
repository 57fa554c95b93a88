"""The labels of a detector that looks for what it is asked for, in words."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import overload

MOST_WANTED = 32
"""Phrases that are looked for at a time, for all who want any: each costs the detector time."""

MOST_LABELS = 1024
"""Phrases that can be learned in all."""

LONGEST = 60
"""Characters of one phrase: what such networks read of it at most."""


class Vocabulary(Sequence[str]):
    """Phrases that were ever wanted, in the order of their coming.

    It only grows, so that an index into it stands for the same phrase for ever: in detections that
    are still under way, in tracks, in what is remembered. One thread changes it; any may read it.
    """

    def __init__(self, always: Sequence[str] = ()) -> None:
        """``always`` is looked for whoever else wants what.

        Raises:
            ValueError: see ``want``.
        """
        self._labels: tuple[str, ...] = ()
        self._wanted: dict[Hashable, tuple[str, ...]] = {}
        self.always: tuple[str, ...] = ()
        "What is looked for in any case."
        self.always = self.want(self, always)

    def want(self, who: Hashable, phrases: Sequence[str]) -> tuple[str, ...]:
        """Looks for these on behalf of ``who`` from here on, and for nothing else on theirs.

        Returns:
            The phrases as they are labels from here on.

        Raises:
            ValueError: one of them is no phrase, or there are too many.
        """
        asked = tuple(dict.fromkeys(map(_plain, phrases)))
        others = (each for key, each in self._wanted.items() if key != who)
        together = dict.fromkeys((*self.always, *(x for each in others for x in each), *asked))
        if len(together) > MOST_WANTED:
            raise ValueError(f"at most {MOST_WANTED} things can be looked for at a time, by all")
        new = tuple(each for each in asked if each not in self._labels)
        if len(self._labels) + len(new) > MOST_LABELS:
            raise ValueError(f"{MOST_LABELS} things have been looked for: restart the server")
        self._labels += new
        self._wanted[who] = asked
        return asked

    def forget(self, who: Hashable) -> None:
        """They are gone, and want nothing any more."""
        self._wanted.pop(who, None)

    @property
    def wanted(self) -> tuple[str, ...]:
        """All that is to be looked for now."""
        return tuple(dict.fromkeys(each for some in tuple(self._wanted.values()) for each in some))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._labels[index]

    def __len__(self) -> int:
        return len(self._labels)


def _plain(phrase: str) -> str:
    """As it is compared and shown: one space between words, small letters."""
    plain = " ".join(phrase.split()).lower()
    if not plain or len(plain) > LONGEST or not plain.isprintable():
        raise ValueError(f"what to look for is said in 1 to {LONGEST} plain characters")
    return plain
