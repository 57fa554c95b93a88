"""Glass to glass in a real Chromium: our annotated stream beside a plain echo, in turns, one run.

The fake camera plays the sample with a number stamped into each frame. A frame's latency is the
time at which its number is on the screen in the returned video, less that at which the browser
captured it. With ``--minutes`` one long stream of ours is measured instead, for its drift.

Run: PYTHONPATH=.:benchmarks python benchmarks/glass_to_glass.py [--seconds 30] [--rounds 3]
     [--minutes 10] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from bench.latency import latencies
from bench.long_run import GOAL_DRIFT, LongRun, long_run
from bench.loop_lag import LoopLagReader
from bench.measuring import WARM_UP, NothingCameBack, Run, Start, measure
from bench.streams import SCRIPTS
from processes import echo_server, openeyes_server

from streaming.sample import sample_camera, write_y4m

__all__ = ["SCRIPTS", "WARM_UP", "LoopLagReader", "Run", "Start", "latencies", "measure"]

LEAST_ROUNDS = 3
"""Medians of fewer say little."""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_y4m(clip, sample_camera(), stamped=True)
        if options.minutes:
            return _drift(clip, options)
        return _side_by_side(clip, options)


def _side_by_side(clip: Path, options: argparse.Namespace) -> int:
    runs: list[Run] = []
    for turn in range(options.rounds):
        for system in ("echo", "openeyes") if turn % 2 == 0 else ("openeyes", "echo"):
            start = echo_server if system == "echo" else openeyes_server
            try:
                runs.append(measure(system, start, clip, options.seconds))
            except NothingCameBack as error:
                sys.exit(str(error))
            print(_line(runs[-1]), flush=True)
    print(summary(runs))
    if options.json:
        options.json.write_text(json.dumps({"runs": [vars(run) for run in runs]}, indent=1))
    return 0


def _drift(clip: Path, options: argparse.Namespace) -> int:
    with openeyes_server() as base:
        run = long_run(base, clip, options.minutes)
    print(_long_line(run))
    if options.json:
        options.json.write_text(json.dumps(vars(run), indent=1))
    return int(abs(run.drift) > GOAL_DRIFT)


def summary(runs: list[Run]) -> str:
    """The medians over the rounds, and their ratios."""

    def median(name: str, figure: str) -> float:
        return statistics.median(getattr(run, figure) for run in runs if run.system == name)

    echo, ours = (
        {figure: median(name, figure) for figure in ("p50", "p95")} for name in ("echo", "openeyes")
    )
    worst = max(abs(run.drift) for run in runs if run.system == "openeyes")
    parts = [
        f"{figure} echo {echo[figure]:.0f} ms, openeyes {ours[figure]:.0f} ms: "
        f"ratio {ours[figure] / echo[figure]:.2f}"
        for figure in echo
    ]
    return f"{'; '.join(parts)}; largest drift {worst:.0f} ms"


def _line(run: Run) -> str:
    text = (
        f"{run.system:9} p50 {run.p50:5.0f} ms  p95 {run.p95:5.0f} ms  {run.fps:4.1f} fps  "
        f"drift {run.drift:+5.1f} ms"
    )
    if run.detect_hz is not None:
        text += f"  detect {run.detect_hz:4.1f} Hz"
    if run.lag_p99 is not None:
        text += f"  loop lag p99 {run.lag_p99:4.1f} ms"
    return text + (f"  SIZE NOT HELD ({run.held:.0%})" if run.flagged else "")


def _long_line(run: LongRun) -> str:
    return (
        f"{run.minutes:g} minutes: drift {run.drift:+.1f} ms from screen to screen, "
        f"{_signed(run.away_drift)} from capture to the last packet back "
        f"(trimmed means of the last {run.span:.0f} s less the first; goal {GOAL_DRIFT:.0f} ms); "
        f"p50 {run.p50:.0f} ms, p95 {run.p95:.0f} ms, {run.fps:.1f} fps"
    )


def _signed(value: float | None) -> str:
    return "not told" if value is None else f"{value:+.1f} ms"


def _options() -> argparse.Namespace:
    def rounds(text: str) -> int:
        if not text.isdecimal() or int(text) < LEAST_ROUNDS:
            raise argparse.ArgumentTypeError(f"at least {LEAST_ROUNDS}, since medians are reported")
        return int(text)

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=rounds, default=LEAST_ROUNDS)
    parser.add_argument("--minutes", type=float, help="one long stream of ours, for its drift")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
