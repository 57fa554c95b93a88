"""The tables of ``docs/benchmarks.md``. Pure: results in, Markdown out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench import stages
from bench.measuring import HELD, Run
from bench.summary import Spread, figure, ratio, spread
from bench.systems import System

NOTHING = "–"

LEFT_OUT = ("timeline", "stats", "link", "drops", "series", "history")
"""Fields of other benchmarks' results that are no figures for a table."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def glass(runs: Sequence[Run], systems: Sequence[System]) -> str:
    """Glass to glass, side by side."""
    head = [
        *("system", "p50, ms", "p95, ms", "frames back, /s", "drift, ms"),
        *("detections, Hz", "at, pixels", "loop lag p99, ms"),
        *("p50 to the echo's", "p95", "neighbours took, %", "runs"),
    ]
    measured = {run.system for run in runs}
    rows = [list(_glass_row(runs, s)) for s in systems if s.name in measured]
    return table(head, rows)


def _glass_row(runs: Sequence[Run], system: System) -> Iterator[str]:
    yield system.title
    yield _cell(figure(runs, system.name, "p50"))
    yield _cell(figure(runs, system.name, "p95"))
    yield _cell(figure(runs, system.name, "fps"), "{:.1f}")
    yield _cell(figure(runs, system.name, "drift"), "{:+.0f}")
    yield _cell(figure(runs, system.name, "detect_hz"), "{:.1f}")
    yield _rungs([run for run in runs if run.system == system.name])
    yield _cell(figure(runs, system.name, "lag_p99"), "{:.1f}")
    for field in ("p50", "p95"):
        to_echo = ratio(runs, field, system.name, "echo")
        yield NOTHING if to_echo is None else f"{to_echo:.2f}"
    yield _cell(figure(runs, system.name, "stolen"))
    yield str(sum(run.system == system.name for run in runs))


def _rungs(runs: Sequence[Run]) -> str:
    """The sizes that were detected at in any of the runs, largest first."""
    seen = {rung for run in runs for rung in run.rungs}
    return ", ".join(sorted(seen, key=lambda rung: (len(rung), rung), reverse=True)) or NOTHING


def resolution(runs: Sequence[Run]) -> str:
    """Whether the returned pictures had the camera's size."""
    flagged = [run for run in runs if run.flagged]
    if not flagged:
        return f"In every run more than {HELD:.0%} of the returned frames were 640×480."
    named = ", ".join(f"{run.system} ({run.held:.0%})" for run in flagged)
    return f"**Resolution not held** (returned frames that were 640×480) in: {named}."


def time_of_a_frame(runs: Sequence[Run]) -> str:
    """Where it goes, of our annotated stream."""
    ours = [run for run in runs if run.system == "openeyes"]
    rows = []
    for part in stages.parts(ours):
        figures = [_tenths(part.ms), _tenths(part.mean), _tenths(part.p95)]
        row = [part.name, *figures]
        rows.append([_strong(cell) for cell in row] if part.whole else row)
    lines = [table(["stage", "p50, ms", "mean, ms", "p95, ms"], rows)]
    others = stages.beside(ours)
    if others:
        told = "; ".join(f"`{name}` {p50:.1f}, {p95:.1f}" for name, (p50, p95) in others.items())
        lines.append(f"Beside the way of a frame, as the server tells it (p50, p95 in ms): {told}.")
    processing = stages.processing(ours)
    if processing is not None:
        lines.append(
            "The browser's own sum from a returned frame's first packet until it is decoded "
            f"(`totalProcessingDelay`), of which the above has parts: {processing:.1f} ms a frame."
        )
    return "\n\n".join(lines)


def _strong(cell: str) -> str:
    return cell if cell == NOTHING else f"**{cell}**"


def _tenths(ms: float | None) -> str:
    return NOTHING if ms is None else f"{ms:.1f}"


def loss(conditions: Sequence[Mapping[str, Any]]) -> str:
    """On a bad network."""
    head = [
        "condition",
        "system",
        "frames, /s",
        "p50, ms",
        "p95, ms",
        "frozen, s/min",
        "recovery, ms",
    ]
    keys = list(dict.fromkeys((each["name"], each["system"]) for each in conditions))
    rows = []
    for name, system in keys:
        here = [each for each in conditions if (each["name"], each["system"]) == (name, system)]

        def cell(field: str, form: str = "{:.0f}", here: Sequence[Mapping[str, Any]] = here) -> str:
            return _cell(spread(each.get(field) for each in here), form)

        figures = [cell("fps", "{:.1f}"), cell("p50"), cell("p95")]
        rows.append(
            [name, system, *figures, cell("frozen_s_per_min", "{:.1f}"), cell("recovery_ms")]
        )
    return table(head, rows)


def precision(runs: Sequence[Mapping[str, Any]]) -> str:
    """Streaming average precision: a row for each scene, a column for each system and display."""
    columns = list(dict.fromkeys((each["display"], each["system"]) for each in runs))
    found = {(e["source"], e["pan"], e["display"], e["system"]): e for e in runs}
    rows = [
        [source, pan, *(_precise(found.get((source, pan, *column))) for column in columns)]
        for source, pan in dict.fromkeys((each["source"], each["pan"]) for each in runs)
    ]
    return table(["scene", "pan, px/s", *(": ".join(column) for column in columns)], rows)


def _precise(run: Mapping[str, Any] | None) -> str:
    if run is None:
        return NOTHING
    lost = run["ap50"] - run["offline_ap50"]
    return f"{run['ap50']:.1f}" + ("" if run["display"] == "offline" else f" ({lost:+.1f})")


def any_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """A table of whatever another benchmark tells: its fields are the columns."""
    fields = [
        name for name in dict.fromkeys(k for row in rows for k in row) if name not in LEFT_OUT
    ]
    return table(
        [name.replace("_", " ") for name in fields],
        [[_any(row.get(name)) for name in fields] for row in rows],
    )


def _any(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:.3f}" if abs(value) < 1 else f"{value:.1f}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_any(each)}" for key, each in value.items())
    return str(value).replace("|", "\\|")


def _cell(found: Spread | None, form: str = "{:.0f}") -> str:
    return NOTHING if found is None else found.text(form)
