"""One server, one streaming browser, an hour: does anything grow?

Once a minute it is read what the server holds (resident size, threads, descriptors, tasks) and how
it serves (glass to glass, frames, detections, loop lag). Each reading is a line of JSON at once, so
that nothing is lost if the soak is cut short. A browser that fails is started again, and counted.
The verdict is on slopes after a warm-up; bounds and reasons are in ``bench/soaking.py``.

Run: PYTHONPATH=.:benchmarks python benchmarks/soak.py [--minutes 60] [--lines FILE] [--plot FILE]
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from bench.latency import Matcher, trimmed_mean
from bench.loop_lag import buckets, percentile
from bench.soaking import Minute, calm, judged_by_latency, plot, verdict
from bench.streams import Stream, streaming
from browser import fake_camera_browser
from playwright.sync_api import Error as BrowserError
from processes import ROOT, openeyes_process
from stolen import Stolen

from streaming.sample import sample_camera, write_y4m

MINUTE = 60.0
TAKE_EVERY = 10.0
"""Seconds after which the page hands over its notes."""

MEMORY = ("--memory-mb", "4")
"""What is remembered fills this bound, else 32 MiB, in the warm-up and not in most of an hour."""

LEAST_FRAMES = 30
"""In a minute; with fewer the stream is opened again."""

LINES = ROOT / "artefacts" / "soak.jsonl"
PLOT = ROOT / "docs" / "images" / "bench-soak.svg"


class Browsing:
    """A stream that is opened again whenever its browser fails."""

    def __init__(self, base: str, clip: Path) -> None:
        self.reopened = 0
        self._base, self._clip = base, clip
        self._opened = ExitStack()
        self._stream: Stream | None = None
        self._matcher = Matcher()

    def latencies(self, seconds: float) -> list[float]:
        """Of the frames that came back in the next ``seconds``; it takes as long."""
        end = time.monotonic() + seconds
        found: list[float] = []
        while (left := end - time.monotonic()) > 0:
            try:
                if self._stream is None:
                    self._open()
                    continue
                time.sleep(min(left, TAKE_EVERY))
                notes = self._stream.take()
            except (BrowserError, OSError) as error:
                print(f"the browser failed: {str(error).partition(chr(10))[0]}", file=sys.stderr)
                self.reopen()
                time.sleep(min(1.0, max(0.0, end - time.monotonic())))
                continue
            matched = self._matcher.match(notes["local"], notes["remote"])
            found += [frame.latency for frame in matched]
        return found

    def reopen(self) -> None:
        """Gives the browser up; the next reading starts another."""
        self.close()
        self.reopened += 1

    def close(self) -> None:
        """Ends the stream and the browser, whatever state they are in."""
        with suppress(BrowserError, OSError):
            if self._stream is not None:
                self._stream.close()
        self._stream = None
        with suppress(BrowserError, OSError):
            self._opened.close()
        self._opened = ExitStack()

    def _open(self) -> None:
        self._matcher = Matcher()
        browser = self._opened.enter_context(fake_camera_browser(self._clip))
        self._stream = self._opened.enter_context(streaming(browser, self._base))


class Readings:
    """What the server told when it was last asked, so that a minute is the difference."""

    def __init__(self, base: str, process: psutil.Process) -> None:
        self._base, self._process = base, process
        self._before = self._metrics()
        self._stolen = Stolen()

    def take(self, minute: int, latencies: list[float], reopened: int) -> Minute:
        """The minute that has passed."""
        before, after = self._before, self._metrics()
        stolen, self._stolen = self._stolen.share(), Stolen()
        self._before = after
        p50, p95 = np.percentile(latencies, [50, 95]) if latencies else (None, None)
        seconds = after["at"] - before["at"]
        return Minute(
            minute=minute,
            **self._held(),
            tasks=after["tasks"],
            mean=trimmed_mean(latencies) if latencies else None,
            p50=p50 if p50 is None else float(p50),
            p95=p95 if p95 is None else float(p95),
            fps=len(latencies) / seconds,
            detect_hz=(after["detections"] - before["detections"]) / seconds,
            lag_p99=percentile(before["lag"], after["lag"], 99),
            stolen=stolen,
            reopened=reopened,
        )

    def _held(self) -> dict[str, float]:
        """By the server and its children, of which one may end while it is looked at."""
        held = {"rss_mib": 0.0, "threads": 0.0, "descriptors": 0.0}
        for process in (self._process, *self._process.children(recursive=True)):
            with suppress(psutil.Error):
                held["rss_mib"] += process.memory_info().rss / 2**20
                held["threads"] += process.num_threads()
                held["descriptors"] += process.num_fds()
        return held

    def _metrics(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._base}/metrics", timeout=10) as answer:
            text = answer.read().decode()

        def figure(name: str) -> float:
            found = re.search(rf"^openeyes_{name} (\S+)", text, re.MULTILINE)
            return float(found[1]) if found else 0.0

        return {
            "at": time.monotonic(),
            "tasks": figure("tasks"),
            "detections": figure("detections_total"),
            "lag": buckets(text),
        }


def soak(minutes: int) -> Iterator[Minute]:
    """A reading a minute."""
    with _camera() as clip, openeyes_process(*MEMORY) as (base, process):
        browsing, readings = Browsing(base, clip), Readings(base, process)
        try:
            for minute in range(minutes):
                found = browsing.latencies(MINUTE)
                if len(found) < LEAST_FRAMES:
                    browsing.reopen()
                yield readings.take(minute, found, browsing.reopened)
        finally:
            browsing.close()


@contextmanager
def _camera() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "camera.y4m"
        write_y4m(clip, sample_camera(), stamped=True)
        yield clip


def main() -> int:
    options = _options()
    read: list[Minute] = []
    options.lines.parent.mkdir(parents=True, exist_ok=True)
    with options.lines.open("w", buffering=1) as lines:
        for minute in soak(options.minutes):
            read.append(minute)
            lines.write(json.dumps(asdict(minute)) + "\n")
            print(line(minute), flush=True)
    options.plot.parent.mkdir(parents=True, exist_ok=True)
    options.plot.write_text(plot(read))
    checks = verdict(read)
    calm_ones = [each.minute for each in read if calm(each)]
    span = f", from {calm_ones[0]} to {calm_ones[-1]}" if calm_ones else ""
    print(f"{len(calm_ones)} of {len(read)} minutes were calm{span}: latencies are judged by those")
    print("\n".join(map(str, checks)) or "too short for a verdict")
    if read[-1].reopened:
        print(f"the stream had to be opened again {read[-1].reopened} times")
    if checks:
        flat = all(check.holds for check in checks)
        said = "flat" if judged_by_latency(checks) else "what it holds is flat, latency NOT JUDGED"
        print(f"{said if flat else 'NOT FLAT'} over {options.minutes} minutes, {level(read)}")
        return int(not flat)
    return 0


def level(read: list[Minute]) -> str:
    """Where it lay, for people."""
    there = [each.p50 for each in read if each.p50 is not None]
    return f"p50 {statistics.median(there):.0f} ms" if there else "no frame came back"


def line(minute: Minute) -> str:
    """One reading for people."""
    texts = {name: value for name, value in asdict(minute).items() if value is not None}
    return "  ".join(
        f"{name} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in texts.items()
    )


def _options() -> argparse.Namespace:
    def whole(text: str) -> int:
        if not text.isdecimal() or not int(text):
            raise argparse.ArgumentTypeError("a whole number of minutes, at least 1")
        return int(text)

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=whole, default=60)
    parser.add_argument("--lines", type=Path, default=LINES, help="one line of JSON a minute")
    parser.add_argument("--plot", type=Path, default=PLOT)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
