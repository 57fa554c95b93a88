"""``openeyes models bench``: what the detectors that are here do on this machine."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence

import msgspec

from models.coco_folder import Folder, score
from models.registry import RunningDetector
from models.timing import timed
from vision.picture import Picture
from vision.ports import AskedDetector

ASKED_FOR = ("person", "cup", "chair")
"""What a detector that is asked is timed with."""

SECONDS = 2.0
"""For which each detector is timed."""


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one detector did, or why it did not."""

    name: str
    runtime: str = ""
    "What it ran on."
    loading: float | None = None
    "Seconds until it was ready."
    p50: float | None = None
    p95: float | None = None
    "Milliseconds that a detection took."
    ap: float | None = None
    ap50: float | None = None
    "On the folder given, 0…100."
    pictures: int = 0
    "In the folder."
    unknown: tuple[str, ...] = ()
    "Categories of the folder that it does not know; they do not count."
    problem: str = ""
    "Why it did not run; empty if it did."


def bench(
    name: str,
    load: Callable[[str], RunningDetector],
    pictures: Sequence[Picture],
    folder: Folder | None = None,
    seconds: float = SECONDS,
) -> Row:
    """Loads a detector, times it, and scores it where there is a folder.

    Args:
        name: of the detector.
        load: makes it.
        pictures: to time it with; at least one.
        folder: to score it with.
        seconds: for which it is timed.

    Raises:
        ConfigError: the folder does not fit; see ``models.coco_folder.score``.
    """
    began = time.perf_counter()
    try:
        detector = load(name)
        if isinstance(detector, AskedDetector):
            detector.want(tuple(folder.categories) if folder else ASKED_FOR)
        loading = time.perf_counter() - began
        speed = timed(detector, pictures, seconds)
    except Exception as error:  # whatever it is: others may run
        return Row(name, problem=str(error).strip().partition("\n")[0])
    row = Row(
        name,
        str(detector.runtime),
        loading=round(loading, 2),
        p50=round(speed.p50 * 1e3, 2),
        p95=round(speed.p95 * 1e3, 2),
    )
    if folder is not None:
        found = score(detector, folder)
        row = msgspec.structs.replace(
            row,
            ap=_percent(found.ap),
            ap50=_percent(found.ap50),
            pictures=found.pictures,
            unknown=found.unknown,
        )
    del detector
    gc.collect()  # the next one should not be loaded beside it
    return row


def table(rows: Sequence[Row], reported: Callable[[str], float | None]) -> str:
    """For people; ``reported`` gives the AP that a detector's authors report."""
    head = ("name", "p50 ms", "p95 ms", "a second", "AP", "AP here", "on")
    return "\n".join([_line(*head), *(_told(row, reported(row.name)) for row in rows)])


def _told(row: Row, reported: float | None) -> str:
    if row.p50 is None:
        return f"{row.name:24}  {row.problem}"
    rate = 1e3 / row.p50 if row.p50 else None
    figures = (row.p50, row.p95, rate, reported, row.ap)
    on = row.runtime
    if row.pictures:
        on += f"; {row.pictures} pictures"
    if row.unknown:
        on += f", without {len(row.unknown)} categories that it does not know"
    return _line(row.name, *("-" if x is None else f"{x:.1f}" for x in figures), on)


def _percent(part: float | None) -> float | None:
    return None if part is None else round(part * 100, 1)


def _line(name: str, *rest: str) -> str:
    *figures, last = rest
    return f"{name:24}" + "".join(f" {figure:>8}" for figure in figures) + f"  {last}"
