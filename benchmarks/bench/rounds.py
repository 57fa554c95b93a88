"""Runs the systems in turns, within the time there is."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error as BrowserError

from bench.budget import Budget
from bench.measuring import NothingCameBack, Run, measure
from bench.systems import System
from bench.turns import order
from streaming.sample import sample_camera, write_y4m


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be run."""

    systems: Sequence[System]
    rounds: int
    seconds: float
    "Of each run, warm-up included."


def rounds(plan: Plan, budget: Budget, reserved: float) -> tuple[list[Run], list[str]]:
    """The runs, and what went wrong; stops early rather than take the reserved seconds."""
    runs: list[Run] = []
    troubles: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_y4m(clip, sample_camera(), stamped=True)
        for turn in range(plan.rounds):
            for system in order(plan.systems, turn, plan.rounds):
                if budget.left - reserved < plan.seconds:
                    troubles.append(f"{system.title}, round {turn + 1}: no time was left")
                    continue
                try:
                    runs.append(_run(system, clip, plan.seconds))
                    print(line(runs[-1]), flush=True)
                except (NothingCameBack, BrowserError, RuntimeError, OSError) as error:
                    first = str(error).strip().partition("\n")[0]
                    troubles.append(f"{system.title}, round {turn + 1}: {first}")
                    print(troubles[-1], flush=True)
    return runs, troubles


def _run(system: System, clip: Path, seconds: float) -> Run:
    return measure(system.name, system.start, clip, seconds, way=system.way, lag=system.ours)


def line(run: Run) -> str:
    """One run for people."""
    text = (
        f"{run.system:16} p50 {run.p50:6.0f} ms  p95 {run.p95:6.0f} ms  {run.fps:4.1f} fps  "
        f"drift {run.drift:+7.1f} ms"
    )
    if run.detect_hz is not None:
        text += f"  detect {run.detect_hz:4.1f} Hz"
    if run.lag_p99 is not None:
        text += f"  loop lag p99 {run.lag_p99:4.1f} ms"
    if run.stolen is not None:
        text += f"  neighbours took {run.stolen:.0f} %"
    return text + (f"  SIZE NOT HELD ({run.held:.0%})" if run.flagged else "")
