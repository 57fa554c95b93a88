"""Results on disk: as JSON for another look, as tables in the document, as plots beside it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from processes import ROOT

from bench import plots
from bench.document import with_generated
from bench.environments import Environment
from bench.measuring import WARM_UP, Run
from bench.report import Results, generated
from bench.sections import SECTIONS, Finding
from bench.systems import systems

FOLDER = ROOT / "artefacts" / "bench"
FILE = FOLDER / "bench.json"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
IMAGES = ROOT / "docs" / "images"

PLAIN = ("command", "date", "machine", "seconds", "rounds", "failures", "took", "installing")


def save(results: Results) -> None:
    """Writes what was found, whole, for ``load``."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = {name: getattr(results, name) for name in PLAIN}
    found["systems"] = [system.name for system in results.systems]
    found["runs"] = [asdict(run) for run in results.runs]
    found["findings"] = [
        {"name": each.section.name, "data": each.data, "problem": each.problem}
        for each in results.findings
    ]
    FILE.write_text(json.dumps(found))


def load() -> Results:
    """What was saved last.

    Raises:
        FileNotFoundError: nothing was.
    """
    found: dict[str, Any] = json.loads(FILE.read_text())
    known = {section.name: section for section in SECTIONS}
    everywhere = {name: Environment(name, Path(), 0.0) for name in ("fastrtc", "live-vlm-webui")}
    return Results(
        **{name: found[name] for name in PLAIN},
        systems=[each for each in systems(everywhere) if each.name in found["systems"]],
        runs=[Run(**{**run, "said": Counter(run["said"])}) for run in found["runs"]],
        findings=[
            Finding(known[each["name"]], each["data"], each["problem"])
            for each in found["findings"]
            if each["name"] in known
        ],
    )


def document(results: Results) -> None:
    """Draws the plots, and replaces the generated part of ``docs/benchmarks.md``."""
    IMAGES.mkdir(exist_ok=True)
    drawn = []
    for name, svg in _plots(results):
        (IMAGES / f"{name}.svg").write_text(svg)
        drawn.append(name)
    DOCUMENT.write_text(with_generated(DOCUMENT.read_text(), generated(results, drawn)))


def _plots(results: Results) -> Iterator[tuple[str, str]]:
    if any(run.system in plots.SHOWN for run in results.runs):
        yield "bench-latency", plots.over_time(results.runs)
        yield "bench-distribution", plots.distribution(results.runs, WARM_UP)
    found = {each.section.name: each.data for each in results.findings if each.data is not None}
    if found.get("loss", {}).get("conditions"):
        yield "bench-loss", plots.loss(found["loss"]["conditions"])
    precision = plots.streaming_precision(found.get("streaming_accuracy", {}).get("runs", []))
    if precision:
        yield "bench-streaming_accuracy", precision
