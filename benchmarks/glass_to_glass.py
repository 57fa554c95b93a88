"""Glass to glass in a real Chromium: our annotated stream beside a plain echo, in turns, one run.

The fake camera plays the sample with a number stamped into each frame. A frame's latency is the
time at which its number is on the screen in the returned video, less that at which it was in the
local preview.

Run: python benchmarks/glass_to_glass.py [--seconds 30] [--rounds 3] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from browser import fake_camera_browser, run_scripts
from processes import echo_server, openeyes_server

from streaming.sample import sample_camera, write_y4m

SCRIPTS = [Path(__file__).with_name(name) for name in ("stamp.js", "harness.js")]
OLDEST = 6e3
"""Milliseconds: half the clip. A number last seen longer ago was missed on its newest round."""

WARM_UP = 4.0
"""Seconds left out at the start: congestion control finds its rate."""


Start = Callable[[], AbstractContextManager[str]]
"""Starts a server; gives its base URL."""


@dataclass
class Run:
    """One system over one stretch of time."""

    system: str
    p50: float
    p95: float
    fps: float
    drift: float
    "Milliseconds: median of the last five seconds less that of the first five after the warm-up."
    detect_hz: float = 0.0
    lag_p99: float = 0.0
    "Milliseconds by which the event loop was late."
    stages: dict[str, object] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)
    "How questions ended, if any were asked."


def main() -> None:
    options = _options()
    runs: list[Run] = []
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_y4m(clip, sample_camera(), stamped=True)
        for turn in range(options.rounds):
            for system in ("echo", "openeyes") if turn % 2 == 0 else ("openeyes", "echo"):
                start = echo_server if system == "echo" else openeyes_server
                runs.append(measure(system, start, clip, options.seconds))
                print(_line(runs[-1]), flush=True)
    print(summary(runs))
    if options.json:
        options.json.write_text(json.dumps([vars(run) for run in runs], indent=1))


def measure(system: str, start: Start, clip: Path, seconds: float, question: str = "") -> Run:
    """One fresh server, one fresh browser, one stretch of time, a question now and then."""
    with start() as base, fake_camera_browser(clip) as browser:
        page = browser.new_page()
        page.goto(base)
        run_scripts(page, *SCRIPTS)
        lag = LoopLagReader(base) if system != "echo" else None
        notes = page.evaluate(
            "([url, seconds, question]) => window.glassToGlass(url, seconds, question)",
            [f"{base}/v1/sessions", seconds, question],
        )
        run = _run(system, notes)
        run.said = Counter(" ".join(each) for each in notes["said"])
        if lag is not None:
            run.detect_hz = notes["state"]["frames"]["detect"] / notes["state"]["seconds"]
            run.stages = notes["state"]["stages"]
            run.lag_p99 = lag.percentile(99)
    return run


def _run(system: str, notes: dict[str, list[list[float]]]) -> Run:
    pairs = np.array(latencies(notes["local"], notes["remote"]))
    if len(pairs) < 50:
        sys.exit(f"{system}: only {len(pairs)} frames came back")
    begin = pairs[0, 0] + WARM_UP * 1e3
    kept = pairs[pairs[:, 0] >= begin]
    early = kept[kept[:, 0] < begin + 5e3, 1]
    late = kept[kept[:, 0] > kept[-1, 0] - 5e3, 1]
    span = (kept[-1, 0] - kept[0, 0]) / 1e3
    p50, p95 = np.percentile(kept[:, 1], [50, 95])
    return Run(system, p50, p95, len(kept) / span, float(np.median(late) - np.median(early)))


def latencies(local: list[list[float]], remote: list[list[float]]) -> list[tuple[float, float]]:
    """(time shown, ms since the preview showed the same number) for each returned frame."""
    found = []
    shown: dict[int, float] = {}
    waiting = iter(local)
    following = next(waiting, None)
    for when, number in remote:
        while following is not None and following[0] <= when:
            shown[int(following[1])] = following[0]
            following = next(waiting, None)
        if when - shown.get(int(number), -OLDEST) < OLDEST:
            found.append((when, when - shown[int(number)]))
    return found


def summary(runs: list[Run]) -> str:
    """The medians over the rounds, and their ratio."""
    medians = {
        name: statistics.median(run.p50 for run in runs if run.system == name)
        for name in ("echo", "openeyes")
    }
    ratio = medians["openeyes"] / medians["echo"]
    worst = max((abs(run.drift) for run in runs if run.system == "openeyes"), default=0)
    return (
        f"p50 echo {medians['echo']:.0f} ms, openeyes {medians['openeyes']:.0f} ms: "
        f"ratio {ratio:.2f}; largest drift {worst:.0f} ms"
    )


def _line(run: Run) -> str:
    text = (
        f"{run.system:9} p50 {run.p50:5.0f} ms  p95 {run.p95:5.0f} ms  {run.fps:4.1f} fps  "
        f"drift {run.drift:+5.0f} ms"
    )
    if run.system != "echo":
        text += f"  detect {run.detect_hz:4.1f} Hz  loop lag p99 {run.lag_p99:4.1f} ms"
    return text


class LoopLagReader:
    """How late the server's event loop was since this reader was made."""

    def __init__(self, base: str) -> None:
        self._url = f"{base}/metrics"
        self._before = self._read()

    def percentile(self, percent: float) -> float:
        """Milliseconds, interpolated within the histogram's bucket."""
        now = self._read()
        bounds = list(now)
        counts = [now[bound] - self._before[bound] for bound in bounds]
        wanted = counts[-1] * percent / 100
        return float(np.interp(wanted, [0, *counts[:-1]], [0, *bounds[:-1]])) * 1e3

    def _read(self) -> dict[float, float]:
        with urllib.request.urlopen(self._url) as answer:
            text = answer.read().decode()
        pattern = r'openeyes_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)'
        return {float(bound): float(count) for bound, count in re.findall(pattern, text)}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
