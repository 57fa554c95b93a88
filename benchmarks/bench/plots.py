"""The plots of ``make bench``, from its results. Pure: results in, SVG out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bench.axes import linear, logarithmic
from bench.chart import Line, Panel, Place, Range, lines_figure, ranges_figure
from bench.measuring import Run

BROKEN_MS = 150.0
"""Without a new frame for longer, a picture is frozen, and its line is broken."""

SHOWN = ("openeyes", "echo", "fastrtc", "live-vlm-webui", "fastrtc-detector", "aiortc-detector")
"""Systems in the plot over time, in the order of their styles."""

USUAL = "recorded"
"""Of the latencies that the streaming benchmark simulates, the one that is shown."""

OFFLINE = "offline"
"""The display of its yardsticks."""

QUANTILES = (5, 25, 50, 75, 95)

LABELS = {
    "echo": "aiortc echo",
    "openeyes": "Open Eyes",
    "openeyes-plain": "Open Eyes, --no-text",
    "fastrtc": "fastrtc",
    "live-vlm-webui": "live-vlm-webui",
    "fastrtc-detector": "fastrtc, detector",
    "fastrtc-skipping": "fastrtc, detector, skipping",
    "aiortc-detector": "aiortc, detector in recv",
}


def style(system: str) -> int:
    """The same system looks the same in every plot."""
    return SHOWN.index(system) if system in SHOWN else len(SHOWN) - 1


def over_time(runs: Sequence[Run]) -> str:
    """Latency against time, of each system's last run: a median a second."""
    last = {run.system: run for run in runs if run.system in SHOWN}
    curves = {name: by_second(last[name].series) for name in SHOWN if name in last}
    values = [y for curve in curves.values() for _, y in curve]
    drawn = [
        Line(LABELS[name], [curve], style(name), strong=name == "openeyes")
        for name, curve in curves.items()
    ]
    x = linear("seconds since the first frame", [x for curve in curves.values() for x, _ in curve])
    panel = Panel("Glass to glass, ms (median of each second)", x, logarithmic("", values), drawn)
    return lines_figure("Latency over time", [panel])


def by_second(series: Sequence[tuple[float, float]]) -> list[Place]:
    """Medians of the latencies in each second, at its middle."""
    seconds: dict[int, list[float]] = {}
    for t, latency in series:
        seconds.setdefault(int(t), []).append(latency)
    return [(second + 0.5, float(np.median(each))) for second, each in sorted(seconds.items())]


def distribution(runs: Sequence[Run], warm_up: float) -> str:
    """Quantiles of all returned frames after the warm-up, over all rounds."""
    rows = []
    for name, label in LABELS.items():
        values = [ms for run in runs if run.system == name for t, ms in run.series if t >= warm_up]
        if values:
            five, quarter, half, most, high = map(float, np.percentile(values, QUANTILES))
            rows.append(Range(label, (five, quarter, half, most, high), style(name)))
    axis = logarithmic(
        "glass to glass, ms: 5–95 % thin, 25–75 % thick, median",
        [value for row in rows for value in row.quantiles],
    )
    return ranges_figure("Distribution of latency", axis, rows)


def loss(conditions: Sequence[Mapping[str, Any]]) -> str:
    """Latency of each new frame against time; a row for each condition, a panel for each system.

    Where a condition was run more than once, its last run is shown. Lines break where the picture
    froze.
    """
    last = {(each["name"], each["system"]): each["timeline"] for each in conditions}
    names, seen = (list(dict.fromkeys(key[place] for key in last)) for place in (0, 1))
    panels = []
    for name in names:
        points = [point for key, line in last.items() if key[0] == name for point in line]
        x = linear("seconds", [t / 1e3 for t, _ in points])
        y = logarithmic("latency, ms", [ms for _, ms in points])
        for system in seen:
            pieces = broken(last.get((name, system), []))
            line = Line("", pieces, style(system), solid=True)
            panels.append(Panel(f"{name}: {LABELS.get(system, system)}", x, y, [line]))
    return lines_figure("Recovery from loss", panels, columns=len(seen), size=(400, 220), labels=0)


def broken(timeline: Sequence[Sequence[float]]) -> list[list[Place]]:
    """Points in seconds and ms, in pieces without a freeze."""
    pieces: list[list[Place]] = []
    before = None
    for t, ms in timeline:
        if before is None or t - before > BROKEN_MS:
            pieces.append([])
        pieces[-1].append((t / 1e3, ms))
        before = t
    return pieces


def streaming_precision(measured: Sequence[Mapping[str, Any]]) -> str:
    """Streaming AP50 against the speed of the pan, a panel for each source and way of display.

    Of detections that take as long as ``USUAL``; the yardsticks made offline stand in each panel.
    Empty if nothing was panned at a speed.
    """
    usual = [each for each in at_usual_latency(measured) if speed(each["pan"]) is not None]
    panels = []
    for source, display in dict.fromkeys((e["source"], e["display"]) for e in usual):
        here = [e for e in usual if e["source"] == source and e["display"] in (display, OFFLINE)]
        speeds = {speed(each["pan"]) or 0.0 for each in here}
        if display == OFFLINE or len(speeds) < 2:
            continue
        x = linear("pan, pixels a second", speeds)
        y = linear("AP50, %", [0.0, 100.0])
        panels.append(Panel(f"{source}, {display}", x, y, _precision_lines(here)))
    if not panels:
        return ""
    displays = len({each["display"] for each in usual} - {OFFLINE})
    return lines_figure(
        "Streaming average precision", panels, columns=displays, size=(460, 250), labels=146
    )


def at_usual_latency(measured: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Only those of detections that take as long as ``USUAL``, or all if none does."""
    return [each for each in measured if each["latency_ms"] == USUAL] or list(measured)


def speed(pan: object) -> float | None:
    """Of a pan, pixels a second; None for a motion that has none, like a shaking hand."""
    try:
        return float(str(pan))
    except ValueError:
        return None


def _precision_lines(here: Sequence[Mapping[str, Any]]) -> list[Line]:
    names = list(dict.fromkeys(each["system"] for each in here))
    names.sort(key=lambda name: name != "ours")
    yardsticks = {each["system"] for each in here if each["display"] == OFFLINE}
    return [
        Line(
            f"{name}, {OFFLINE}" if name in yardsticks and OFFLINE not in name else name,
            [
                sorted(
                    (speed(e["pan"]) or 0.0, float(e["ap50"])) for e in here if e["system"] == name
                )
            ],
            index,
            strong=index == 0,
            dots=True,
        )
        for index, name in enumerate(names)
    ]
