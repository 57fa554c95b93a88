"""``make bench``: everything side by side in one command, into docs/benchmarks.md and plots.

Run: PYTHONPATH=.:benchmarks python -m bench [--minutes 15] [--rounds 3] [--mot DIR] [--only NAME…]
     [--no-document]

Results as JSON lie in artefacts/bench afterwards; ``--redraw`` writes document and plots again
from them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench import keeping, sections
from bench.budget import Budget, rounds_within, run_seconds
from bench.environments import prepare_all
from bench.machine import machine
from bench.report import Results
from bench.rounds import Plan, rounds
from bench.sections import SECTIONS, Finding, Section
from bench.systems import System, systems

OVERHEAD = 7.0
"""Seconds that starting and ending a server and a browser take, per run."""

LEAST_SECONDS, MOST_SECONDS = 10.0, 30.0
"""Of one run: no figure worth having from less, no new one from more."""

INSTALLING = 1 / 3
"""Of the time, that installing peers may take: what it takes is lost to the runs."""

DOCUMENTING = 10.0
"""Seconds kept for plots and tables."""


def main() -> int:
    options = _options()
    results = keeping.load() if options.redraw else _measure(options)
    if options.document:
        keeping.document(results)
    left_out = "; ".join(results.failures) or "nothing"
    print(f"{results.took / 60:.1f} minutes; left out: {left_out}")
    return 0 if results.runs else 1


def _measure(options: argparse.Namespace) -> Results:
    budget = Budget(options.minutes * 60, time.monotonic)
    environments = prepare_all(budget.seconds * INSTALLING)
    installing, told = budget.spent, machine()
    contenders = [s for s in systems(environments) if not options.only or s.name in options.only]
    others: Sequence[Section] = () if options.only else SECTIONS
    reserved = sum(section.seconds for section in others) + DOCUMENTING
    plan = _plan(contenders, options.rounds, budget.left - reserved)
    runs, troubles = rounds(plan, budget, reserved)
    if plan.rounds < options.rounds:
        troubles.append(f"only {plan.rounds} of {options.rounds} rounds: there was no more time")
    findings = _others(others, budget, options.mot)
    troubles += [f"{each.name}: {each.problem}" for each in environments.values() if each.problem]
    troubles += [f"{each.section.title}: {each.problem}" for each in findings if each.problem]
    results = Results(
        command=f"make bench MINUTES={options.minutes:g}",
        date=dt.datetime.now(tz=dt.UTC).strftime("%d %B %Y, %H:%M UTC"),
        machine=told,
        seconds=plan.seconds,
        rounds=plan.rounds,
        systems=contenders,
        runs=runs,
        findings=findings,
        failures=troubles,
        took=budget.spent,
        installing=installing if any(each.took for each in environments.values()) else 0.0,
    )
    keeping.save(results)
    return results


def _plan(contenders: Sequence[System], wanted: int, seconds: float) -> Plan:
    count = rounds_within(seconds, len(contenders), wanted, LEAST_SECONDS + OVERHEAD)
    runs = max(1, len(contenders) * count)
    each = run_seconds(seconds, runs, OVERHEAD, LEAST_SECONDS, MOST_SECONDS)
    return Plan(contenders, count, each)


def _others(asked: Sequence[Section], budget: Budget, labelled: Path | None) -> list[Finding]:
    """Each may take what is left but what the later ones need."""
    findings = []
    for index, section in enumerate(asked):
        later = sum(each.seconds for each in asked[index + 1 :]) + DOCUMENTING
        limit = budget.left - later
        print(f"== {section.title} (at most {max(limit, 0):.0f} s)", flush=True)
        findings.append(
            sections.run(section, limit, labelled)
            if limit > 0
            else Finding(section, None, "no time was left")
        )
        if findings[-1].problem:
            print(findings[-1].problem, flush=True)
    return findings


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--minutes", type=float, default=15, help="for all, installing peers included"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mot", type=Path, help="folder of labelled sequences")
    parser.add_argument("--only", nargs="*", default=[], help="systems, and no other benchmark")
    parser.add_argument("--no-document", dest="document", action="store_false")
    parser.add_argument("--redraw", action="store_true", help="document and plots of the last run")
    options = parser.parse_args()
    if options.mot is not None and not options.mot.is_dir():
        print(
            f"{options.mot} is no folder: what needs labelled video does without", file=sys.stderr
        )
        options.mot = None
    return options


if __name__ == "__main__":
    sys.exit(main())
