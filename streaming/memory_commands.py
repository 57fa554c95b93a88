"""``openeyes memory``: what is remembered in a folder, for the person whose folder it is.

Works while a server has the same memory open. What cameras have read is printed without control
characters: a sign in the street may not speak to the terminal.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from streaming.commandline import positive
from streaming.remembering.entries import Entry, Search, Selection
from streaming.remembering.searching import MOST_FOUND
from streaming.remembering.store import MemoryStore
from vision.errors import ConfigError
from vision.recollection import Kind
from vision.types import Box

SHOWN = 50
"""Memories that are listed unless another number is asked for."""

WIDEST_TEXT = 60
"""Columns of the terminal that a text takes in the table."""

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
"""Seconds of each unit of a duration."""

COLUMNS = ("LAST SEEN", "KIND", "WHERE", "PICTURE", "SESSION", "TEXT")


def add_memory(parser: argparse.ArgumentParser) -> None:
    """The command ``memory`` and what it does."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="what was seen last")
    _add_choice(listing)
    listing.set_defaults(run=_list)
    search = actions.add_parser("search", help="what was seen that has these words")
    search.add_argument("words", nargs="+", metavar="WORDS", help="all of them, in any order")
    _add_choice(search)
    search.set_defaults(run=_search)
    _add_erase(actions.add_parser("erase", help="forget, for good"))


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--memory", type=Path, required=True, metavar="DIR", help="the server's folder"
    )


def _add_choice(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    parser.add_argument(
        "--limit",
        type=positive(int),
        default=SHOWN,
        metavar="N",
        help=f"how many, {MOST_FOUND} at most (default: %(default)s)",
    )
    parser.add_argument("--kind", choices=get_args(Kind), help="only these (default: all)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")


def _add_erase(parser: argparse.ArgumentParser) -> None:
    _add_folder(parser)
    which = parser.add_argument_group("which", "with both, those that both are true of")
    which.add_argument("--all", action="store_true", help="every memory")
    which.add_argument(
        "--before", type=duration, metavar="AGE", help="last seen longer ago than 90s, 30m, 12h, 7d"
    )
    which.add_argument("--session", metavar="ID", help="of this session")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(run=_erase)


def duration(text: str) -> float:
    """An argparse type: seconds from a number and its unit, such as ``7d``."""
    unit = UNITS.get(text[-1:])
    if unit is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90s, 30m, 12h, 7d or 2w")
    return positive(float, zero=True)(text[:-1]) * unit


@contextmanager
def _opened(folder: Path) -> Iterator[MemoryStore]:
    store = MemoryStore.open(folder, make=False)
    try:
        yield store
    finally:
        store.close()


def _list(options: argparse.Namespace) -> int:
    return _show(options, "")


def _search(options: argparse.Namespace) -> int:
    return _show(options, " ".join(options.words))


def _show(options: argparse.Namespace, query: str) -> int:
    if options.limit > MOST_FOUND:
        raise ConfigError(f"--limit is {MOST_FOUND} at most")
    kinds = (options.kind,) if options.kind else ()
    with _opened(options.memory) as store:
        entries = store.search(Search(query, kinds=kinds, limit=options.limit))
        if store.problem:
            raise ConfigError(store.problem)
    if options.json:
        sys.stdout.writelines(json.dumps(_as_json(entry)) + "\n" for entry in entries)
    elif entries:
        print("\n".join(table(_row(entry) for entry in entries)))
    else:
        print("nothing is remembered" + (" of that" if query or kinds else ""))
    return 0


def _erase(options: argparse.Namespace) -> int:
    chosen = options.before is not None or options.session is not None
    if options.all == chosen:
        raise ConfigError("say what to erase: either --all, or --before AGE and --session ID")
    before = float("inf") if options.before is None else time.time() - options.before
    which = Selection(options.session, before)
    with _opened(options.memory) as store:
        count = store.count(which)
        if not options.yes and not _confirmed(count):
            print("nothing was erased")
            return 1
        erased = store.erase(which)
    print(f"{_memories(erased.count)} erased")
    if erased.traces:
        print("a server was at work meanwhile: run this again to clear what is left on the disk")
    return 0


def _confirmed(count: int) -> bool:
    if not sys.stdin.isatty():
        raise ConfigError(f"{_memories(count)} would be erased; say --yes to do it without asking")
    return input(f"Erase {_memories(count)} for good? [y/N] ").strip().lower() in {"y", "yes"}


def _memories(count: int) -> str:
    return f"{count} {'memory' if count == 1 else 'memories'}"


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Lines of aligned columns under a head; a Chinese character takes two columns."""
    cells = [COLUMNS, *rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    return [
        "  ".join(
            cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    ]


def width(text: str) -> int:
    """Columns of a terminal that the text takes."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    return len(text) + wide - sum(unicodedata.combining(sign) > 0 for sign in text)


def shown(text: str) -> str:
    """One line without control characters, not too wide."""
    line = "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(line.split())
    if width(line) <= WIDEST_TEXT:
        return line
    while width(line) >= WIDEST_TEXT:
        line = line[:-1]
    return line + "…"


def place(box: Box | None) -> str:
    """In which ninth of the picture the middle of a box is."""
    if box is None:
        return ""
    left, top, wide, high = box
    across = ("left", "", "right")[_third(left + wide / 2)]
    down = ("top", "", "bottom")[_third(top + high / 2)]
    return f"{down} {across}".strip() or "middle"


def _third(position: float) -> int:
    return min(2, max(0, int(position * 3)))


def _row(entry: Entry) -> tuple[str, ...]:
    seen = datetime.fromtimestamp(entry.last, UTC).astimezone()
    picture = "" if entry.picture is None else str(entry.picture)
    return (
        f"{seen:%Y-%m-%d %H:%M:%S}",
        shown(entry.kind),
        place(entry.box),
        picture,
        shown(entry.session),
        shown(entry.text),
    )


def _as_json(entry: Entry) -> dict[str, object]:
    times = {
        name: datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
        for name, at in (("first", entry.first), ("last", entry.last))
    }
    return asdict(entry) | times
