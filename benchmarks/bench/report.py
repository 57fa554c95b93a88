"""The generated part of ``docs/benchmarks.md``. Pure: results in, Markdown out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench import tables
from bench.measuring import WARM_UP, Run
from bench.plots import at_usual_latency
from bench.sections import Finding
from bench.systems import DETECTOR, System

USUAL_SAID = (
    "Simulated time; detections take as long as those of the shipped detector took on two cores, "
    "at most ten a second. AP50 in per cent, at each frame's display, of all that is believed, "
    "faint boxes that are not drawn included; `shown` is what is drawn (`burned in`: in the "
    "returned picture; `page`: over the page's own preview). Beside it that of the same detector "
    "on every frame, with no time lost (`offline`), and in brackets how far from it on the frames "
    "from the first result on. `ours, not predicted` and `held` leave boxes where they were "
    "detected."
)


@dataclass(frozen=True)
class Results:
    """What one run of the command found."""

    command: str
    date: str
    machine: Mapping[str, str]
    seconds: float
    "Of each stretch."
    rounds: int
    systems: Sequence[System]
    runs: Sequence[Run]
    findings: Sequence[Finding]
    failures: Sequence[str] = field(default_factory=list)
    "What could not be measured, and why."
    took: float = 0.0
    "Seconds of the whole."
    installing: float = 0.0
    "Seconds of them that installing the peers took."


def generated(results: Results, plots: Sequence[str]) -> str:
    """Markdown; ``plots`` are the names of the plots that were drawn, without ending."""
    return "\n\n".join([*_machine(results), *_glass(results, plots), *_others(results, plots)])


def _machine(results: Results) -> Iterator[str]:
    yield "## Side by side"
    installing = (
        f", {results.installing:.0f} s of them to install the peers"
        if results.installing
        else ", with the peers installed before"
    )
    yield (
        f"`{results.command}`, {results.date}; it took {results.took / 60:.1f} minutes"
        f"{installing}. Everything below, down to the end of this part, is from that one run. "
        "Figures are medians over the runs of a system, in brackets the least and the most."
    )
    yield tables.table(["machine", ""], [[name, text] for name, text in results.machine.items()])
    if results.failures:
        yield "Not measured this time:"
        yield "\n".join(f"- {failure}" for failure in results.failures)


def _glass(results: Results, plots: Sequence[str]) -> Iterator[str]:
    yield "### Glass to glass"
    yield (
        f"Rounds: {results.rounds}, in turns, the order moved on each time; each run is a fresh "
        f"server and a fresh browser for {results.seconds:.0f} s, of which the first "
        f"{WARM_UP:.0f} s are left out. A system whose latency grows has no figure of its own, "
        "only one after so many seconds: see its drift."
    )
    yield tables.glass(results.runs, results.systems)
    yield _same_detector()
    yield tables.resolution(results.runs)
    yield from _plot(plots, "bench-latency", "Latency over time of each system")
    yield from _plot(plots, "bench-distribution", "Distribution of latency of each system")
    if any(run.system == "openeyes" for run in results.runs):
        yield "### Where the time of a frame goes"
        yield (
            "Ours, everything on. The page sees three moments of each frame itself; the lines "
            "between are what browser and server tell of their own parts. Medians of parts do not "
            "add up exactly."
        )
        yield tables.time_of_a_frame(results.runs)


def _same_detector() -> str:
    name, device, threads = DETECTOR
    return (
        f"All that detect were started with `{name}` on `{device}`, threads of a run: {threads}; "
        "there it is the same network in 8 bits for each of them. *At* is the longer side of its "
        "input, early in the runs and at their end. Ours goes down a ladder of sizes where a "
        "machine is too slow for the rate that it aims at; the others have none, and stay at the "
        "largest."
    )


def _others(results: Results, plots: Sequence[str]) -> Iterator[str]:
    for finding in results.findings:
        if finding.data is None:
            continue
        yield f"### {finding.section.title}"
        yield f"`{' '.join(finding.section.said())}`"
        yield from _found(finding)
        yield from _plot(plots, f"bench-{finding.section.name}", finding.section.title)


def _found(finding: Finding) -> Iterator[str]:
    if finding.section.name == "loss":
        yield tables.loss(finding.data["conditions"])
    elif finding.section.name == "streaming_accuracy":
        yield USUAL_SAID
        yield tables.precision(at_usual_latency(finding.data["runs"]))
    else:
        yield from _tables(finding.data)


def _tables(data: Any) -> Iterator[str]:
    """One table for each list of records; single figures in a line."""
    if isinstance(data, list):
        data = {"": data}
    if all(isinstance(value, Mapping) for value in data.values()):
        data = {"": [{"": name.replace("_", " "), **value} for name, value in data.items()]}
    single = {}
    for name, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            if len(data) > 1:
                yield f"{name.replace('_', ' ').capitalize()}:"
            yield tables.any_rows(value)
        elif not isinstance(value, list):
            single[name] = value
    if single:
        yield tables.any_rows([single])


def _plot(plots: Sequence[str], name: str, text: str) -> Iterator[str]:
    if name in plots:
        yield f"![{text}](images/{name}.svg)"
