"""How the models of the catalogue look in a terminal."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence

import msgspec

from streaming.app_models import KeptModel, ModelCard

COLUMNS = ("NAME", "LICENCE", "AP", "MB", "")

RIGHT = {"AP", "MB"}
"""Columns whose ends stand below one another."""

USES = {
    "detection": "--detector",
    "open-vocabulary": "--find 'red mug, keys' --detector",
    "language": "--vlm",
}
"""Options of the server that take a model, by its task."""

WIDTH = 80
"""Columns of a terminal."""

LABEL = 14
"""Columns that the names of facts take."""


def table(cards: Sequence[ModelCard]) -> list[str]:
    """Lines of aligned columns under a head, those of one task together under its name."""
    rows = [COLUMNS, *map(_row, cards)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_aligned(COLUMNS, widths)]
    for task in dict.fromkeys(card.entry.task for card in cards):
        lines.append(task)
        lines += [_aligned(_row(each), widths) for each in cards if each.entry.task == task]
    return lines


def line(card: ModelCard) -> str:
    """All facts as one JSON object."""
    state = {"state": card.state, "folder": str(card.folder), "concern": card.concern}
    return json.dumps(msgspec.to_builtins(card.entry) | state, ensure_ascii=False)


def licence(card: ModelCard) -> list[str]:
    """What has to be known before a model is fetched."""
    entry = card.entry
    named = f"{entry.licence} ({card.concern})" if card.concern else entry.licence
    return [_fact("licence", named), _fact("page", entry.page)]


def facts(card: ModelCard) -> list[str]:
    """All that is known of a model, a line each; how to use it comes last."""
    entry = card.entry
    size = "×".join(map(str, entry.input_size or ()))
    score = f"{entry.ap:.1f} ({entry.ap_reference})" if entry.ap is not None else ""
    where = " ".join(filter(None, (entry.source, entry.repository, entry.revision)))
    told = {
        "name": entry.name,
        "task": entry.task,
        "family": entry.family,
        "input": size,
        "classes": entry.classes or "",
        "AP": score,
        "parameters": f"{entry.parameters:g} million" if entry.parameters else "",
        "size": f"{megabytes(entry.megabytes)} MB" if entry.megabytes else "",
        "from": where,
        "files": ", ".join(entry.files),
        "looked up": f"{entry.checked or 'not all could be confirmed'}: {entry.evidence}",
        "note": entry.note,
        "tensors": entry.tensors,
        "state": card.state,
        "folder": str(card.folder) if card.folder.is_dir() else "",
    }
    named = [_fact(name, said) for name, said in told.items() if said]
    return [named[0], *licence(card), *named[1:], *use(card)]


def use(card: ModelCard) -> list[str]:
    """The commands that it takes until a model is used."""
    name, source, option = card.entry.name, card.entry.source, USES.get(card.entry.task)
    command = f"openeyes serve {option} {name}" if option else "in a program of your own"
    if card.state in {"here", "comes with openeyes"}:
        return [_fact("use", command)]
    accepted = " --accept-licence" if card.concern else ""
    got = f"openeyes models {'export' if source == 'export' else 'pull'} {name}{accepted}"
    return [_fact("first", got), _fact("then", command)]


def unconfirmed(kept: KeptModel) -> list[str]:
    """Of which files nobody but this machine can say whether they are the right ones."""
    return [
        f"Nobody has published what {path} has to be. What came in first is trusted from now "
        f"on: sha256 {kept.record.files[path]}"
        for path in kept.record.unconfirmed
    ]


def made_of(kept: KeptModel) -> list[str]:
    """What made a model here, and of which weights."""
    record = kept.record
    of = [f"{name}, sha256 {digest}" for name, digest in record.sources.items()]
    by = " ".join(filter(None, (record.repository, record.commit and f"at {record.commit}")))
    return [_fact("made by", by), *(_fact("of", each) for each in of)]


def megabytes(number: float | None) -> str:
    """As many digits as matter."""
    if number is None:
        return ""
    return f"{number:.1f}" if number < 10 else f"{number:,.0f}"


def _row(card: ModelCard) -> tuple[str, ...]:
    entry = card.entry
    score = "" if entry.ap is None else f"{entry.ap:.1f}"
    return (f"  {entry.name}", entry.licence, score, megabytes(entry.megabytes), card.state)


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    cells = (
        cell.rjust(wide) if name in RIGHT else cell.ljust(wide)
        for name, cell, wide in zip(COLUMNS, row, widths, strict=True)
    )
    return "  ".join(cells).rstrip()


def _fact(name: str, said: str) -> str:
    return textwrap.fill(
        said,
        WIDTH,
        initial_indent=f"{name:{LABEL}}",
        subsequent_indent=" " * LABEL,
        break_long_words=False,
        break_on_hyphens=False,
    )
