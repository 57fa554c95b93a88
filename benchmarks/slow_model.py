"""Glass to glass beside a language model that takes ten seconds, or never answers: does it matter?

Three servers in turns, each in a fresh process with a fresh browser: without a model; with one that
begins every answer after ten seconds; with one that never does. A question is asked every five
seconds, and captions are wanted all the time.

Run: PYTHONPATH=.:benchmarks python benchmarks/slow_model.py [--seconds 30] [--rounds 3]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from first_token import scripted_process
from glass_to_glass import Run, Start, measure
from processes import openeyes_server

from models.scripted_endpoint import DONE, Act, Pause, ScriptedEndpoint, piece
from streaming.sample import sample_camera, write_y4m

GOAL = 0.05
"""Part by which the median latency and the frame rate may differ."""

QUESTION = "Why would somebody hang that there?"
LATE = Act((Pause(10.0), piece("At last."), piece(None, "stop"), DONE))
NEVER = Act((Pause(3600.0),))


def late() -> ScriptedEndpoint:
    """Begins to answer after ten seconds."""
    return ScriptedEndpoint([LATE])


def never() -> ScriptedEndpoint:
    """Never answers."""
    return ScriptedEndpoint([NEVER])


def main() -> int:
    options = _options()
    runs: list[Run] = []
    with ExitStack() as stack:
        clip = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "camera.y4m"
        write_y4m(clip, sample_camera(), stamped=True)
        systems = _systems(stack)
        names = list(systems)
        for turn in range(options.rounds):
            for name in names[turn % 3 :] + names[: turn % 3]:
                run = measure(name, systems[name], clip, options.seconds, QUESTION)
                runs.append(run)
                print(
                    f"{name:8} p50 {run.p50:5.0f} ms  p95 {run.p95:5.0f} ms  {run.fps:4.1f} fps  "
                    f"loop lag p99 {run.lag_p99:4.1f} ms  {dict(run.said)}",
                    flush=True,
                )
    return report(runs)


def _systems(stack: ExitStack) -> dict[str, Start]:
    slow = stack.enter_context(scripted_process(late))
    silent = stack.enter_context(scripted_process(never))
    model = ("--vlm-timeout", "8", "--vlm-url")
    return {
        "without": openeyes_server,
        "late": partial(openeyes_server, "--vlm-timeout", "15", "--vlm-url", slow),
        "never": partial(openeyes_server, *model, silent),
    }


def report(runs: list[Run]) -> int:
    """Medians over the rounds, beside those without a model; 1 if they differ by more."""
    p50 = {name: _median(runs, name, "p50") for name in ("without", "late", "never")}
    fps = {name: _median(runs, name, "fps") for name in p50}
    worst = 0.0
    for name in ("late", "never"):
        latency, rate = p50[name] / p50["without"], fps[name] / fps["without"]
        worst = max(worst, latency - 1, 1 - rate)
        ends = sum((run.said for run in runs if run.system == name), Counter[str]())
        print(
            f"{name:8} p50 ratio {latency:.3f}, fps ratio {rate:.3f}; questions ended: {dict(ends)}"
        )
    print(f"goal: ratios within {GOAL:.0%}")
    return int(worst > GOAL)


def _median(runs: list[Run], name: str, what: str) -> float:
    return statistics.median(getattr(run, what) for run in runs if run.system == name)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
