"""What there is and what of it is here, for whoever lists it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from models import weights
from models.zoo import catalogue, store
from models.zoo.catalogue import Entry
from models.zoo.licences import concern
from vision.errors import ModelError

State: TypeAlias = Literal[
    "here", "unfinished", "not pulled", "comes with openeyes", "made by export"
]


@dataclass(frozen=True, slots=True)
class Card:
    """A model of the catalogue, and whether it is here."""

    entry: Entry
    "What is known of it."
    state: State
    "Whether it is here."
    folder: Path
    "Where it is, or would be."
    concern: str
    "What there is to think about in its licence; empty for permissive ones."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of a model's files."""

    name: str
    "Of the model."
    trouble: str
    "Empty where all files are the recorded ones."
    unconfirmed: tuple[str, ...] = ()
    "Files that only what came in first speaks for."


def cards(folder: Path) -> list[Card]:
    """Of all models, in the catalogue's order."""
    return [_card(each, folder) for each in catalogue.entries().values()]


def card(name: str, folder: Path) -> Card:
    """Of one model.

    Raises:
        UnknownModel: there is none of that name.
    """
    return _card(catalogue.entry(name), folder)


def verdicts(names: Sequence[str], folder: Path) -> Iterator[Verdict]:
    """Reads the files of the models ``names``, or of all that are in ``folder``.

    Raises:
        UnknownModel: one is neither in the catalogue nor in the folder.
    """
    here = store.here(folder)
    for name in names:
        if name not in here:
            catalogue.entry(name)
    for name in dict.fromkeys(names or here):
        yield _verdict(name, folder)


def _verdict(name: str, folder: Path) -> Verdict:
    entry = catalogue.entries().get(name)
    try:
        if entry is not None and entry.source == "package":
            weights.verify(name)
            return Verdict(name, "")
        return Verdict(name, "", store.verify(name, folder).unconfirmed)
    except (ModelError, OSError) as error:
        return Verdict(name, str(error))


def _card(entry: Entry, folder: Path) -> Card:
    target = weights.DATA if entry.source == "package" else folder / entry.name
    return Card(entry, _state(entry, folder), target, concern(entry.licence))


def _state(entry: Entry, folder: Path) -> State:
    if entry.source == "package":
        return "comes with openeyes"
    if store.is_whole(entry.name, folder):
        return "here"
    if (folder / entry.name).is_dir():
        return "unfinished"
    return "made by export" if entry.source == "export" else "not pulled"
