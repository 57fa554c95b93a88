"""The labels of a detector that looks for what it is asked for, in words.

Phrases have three places. In a detector's own list they stand as it was last turned to them; in a
job's, as everyone together wanted them at that moment; in the `Vocabulary`, for as long as anybody
may speak of them. Detections, tracks and all that is told of them go by the last.
"""

from __future__ import annotations

import unicodedata
from collections import OrderedDict
from collections.abc import Sequence
from typing import overload

import numpy as np

from vision.types import Detections

MOST_WANTED = 32
"""Phrases that are looked for at a time, for all who want any: each costs the detector time."""

MOST_EACH = 8
"""Of them for one session, so that no one takes all."""

MOST_LABELS = 1024
"""Phrases that have a place. Then that which nobody has wanted for longest gives up its own."""

LONGEST = 60
"""Characters of one phrase. OWLv2 reads 16 pieces of words, of which two are not the phrase's."""


class Vocabulary(Sequence[str]):
    """Phrases that were ever wanted, each at its place. One thread changes it; any may read it."""

    def __init__(self, always: Sequence[str] = ()) -> None:
        """``always`` is looked for whoever else wants what.

        Raises:
            ValueError: one of them is no phrase, or there are more than ``MOST_WANTED``.
        """
        self.always = plain(always)
        "What is looked for in any case."
        if len(self.always) > MOST_WANTED:
            raise ValueError(f"at most {MOST_WANTED} things can be looked for at a time")
        self._labels: tuple[str, ...] = self.always
        self._places = {label: place for place, label in enumerate(self._labels)}
        self._wanted: dict[Share, tuple[str, ...]] = {}
        self._idle: OrderedDict[str, None] = OrderedDict()

    @property
    def wanted(self) -> tuple[str, ...]:
        """All that is to be looked for now."""
        asked = tuple(self._wanted.values())
        return tuple(dict.fromkeys((*self.always, *(each for some in asked for each in some))))

    def want(self, who: Share, phrases: tuple[str, ...]) -> None:
        """Looks for these on behalf of ``who``, and for nothing else on theirs.

        Raises:
            ValueError: there are too many.
        """
        others = (each for key, some in self._wanted.items() if key is not who for each in some)
        if len({*self.always, *others, *phrases}) > MOST_WANTED:
            raise ValueError(
                f"at most {MOST_WANTED} things can be looked for at a time, by all together"
            )
        before = self.wanted
        self._wanted[who] = phrases
        for each in phrases:
            self._idle.pop(each, None)
            if each not in self._places:
                self._settle(each)
        self._rest(before)

    def forget(self, who: Share) -> None:
        """They are gone, and want nothing any more."""
        before = self.wanted
        self._wanted.pop(who, None)
        self._rest(before)

    def _rest(self, before: Sequence[str]) -> None:
        """Notes what was wanted before and is not any more."""
        now = self.wanted
        for each in before:
            if each not in now:
                self._idle[each] = None

    def _settle(self, phrase: str) -> None:
        """Gives a phrase a place: a new one, or that of the one idle for longest."""
        labels = list(self._labels)
        if len(labels) < MOST_LABELS:
            self._places[phrase] = len(labels)
            labels.append(phrase)
        else:
            oldest, _ = self._idle.popitem(last=False)
            self._places[phrase] = place = self._places.pop(oldest)
            labels[place] = phrase
        self._labels = tuple(labels)

    def index(self, label: str, *_: int) -> int:
        """The place of a phrase.

        Raises:
            ValueError: it has none.
        """
        place = self._places.get(label)
        if place is None:
            raise ValueError(f"nobody has asked for {label!r}")
        return place

    def __contains__(self, label: object) -> bool:
        return label in self._places

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._labels[index]

    def __len__(self) -> int:
        return len(self._labels)


class Share(Sequence[str]):
    """One session's share of a vocabulary: every place can be read, only its words are known."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._mine: tuple[str, ...] = ()
        self._closed = False

    @property
    def words(self) -> tuple[str, ...]:
        """What this session asked for; what is always looked for, as long as it asked for nothing.

        What others ask for is theirs, and not told.
        """
        return self._mine or self.vocabulary.always

    @property
    def places(self) -> tuple[int, ...]:
        """Of the words, in the vocabulary."""
        return tuple(map(self.vocabulary.index, self.words))

    def want(self, phrases: Sequence[str]) -> None:
        """Looks for these from here on. Does nothing once it is closed.

        Raises:
            ValueError: one of them is no phrase, or there are too many.
        """
        asked = plain(phrases)
        if len(asked) > MOST_EACH:
            raise ValueError(f"at most {MOST_EACH} things can be asked for at a time")
        if not self._closed:
            self.vocabulary.want(self, asked)
            self._mine = asked

    def close(self) -> None:
        """Wants nothing any more; once or more."""
        self._closed = True
        self.vocabulary.forget(self)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self.vocabulary[index]

    def __len__(self) -> int:
        return len(self.vocabulary)


def words(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels that may be spoken of: all, or of a vocabulary the share."""
    return labels.words if isinstance(labels, Share) else tuple(labels)


def shared(labels: Sequence[str]) -> Sequence[str]:
    """The labels for one session: of a vocabulary a share, others as they are."""
    return Share(labels) if isinstance(labels, Vocabulary) else labels


def told_once(found: Detections) -> Detections:
    """Without the weaker of two phrases for the same box; best score first, as it was."""
    _, first = np.unique(found.boxes, axis=0, return_index=True)
    keep = np.zeros(len(found), np.bool_)
    keep[first] = True
    return found.where(keep)


def plain(phrases: Sequence[str]) -> tuple[str, ...]:
    """Phrases as they are compared and shown: one space between words, case folded, each once.

    Raises:
        ValueError: one of them is no phrase.
    """
    return tuple(dict.fromkeys(map(_plain, phrases)))


def _plain(phrase: str) -> str:
    tidy = " ".join(unicodedata.normalize("NFKC", phrase[: 4 * LONGEST]).split()).casefold()
    if not tidy or len(tidy) > LONGEST or not tidy.isprintable():
        raise ValueError(f"what to look for is said in 1 to {LONGEST} plain characters")
    return tidy
