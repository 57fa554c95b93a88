"""One system over one stretch of time: a fresh server, a fresh browser, glass to glass."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from browser import fake_camera_browser
from stolen import Stolen

from bench.latency import Frame, Matcher, drift, middle
from bench.loop_lag import LoopLagReader
from bench.streams import WHIP, Detecting, Stream, Way, streaming

Start = Callable[[], AbstractContextManager[str]]
"""Starts a server; gives its base URL."""

WARM_UP = 4.0
"""Seconds left out at the start: congestion control finds its rate."""

LEAST_FRAMES = 10
"""A run that returned fewer has failed. A system that drowns in its own queue returns few."""

MOST_DRIFT_SPAN = 5.0
"""Seconds at either end that drift is taken between; a quarter of a short run."""

HELD = 0.95
"""Part of the returned frames that must have the camera's size."""


class NothingCameBack(Exception):
    """Too few frames were returned to speak of."""


@dataclass
class Run:
    """One system over one stretch of time."""

    system: str
    p50: float
    p95: float
    fps: float
    drift: float
    "Milliseconds: trimmed mean latency of the last seconds less that of the first kept ones."
    held: float = 1.0
    "Part of the returned frames that had the camera's size."
    detect_hz: float | None = None
    "Detections a second; None for a system without a detector."
    lag_p99: float | None = None
    "Milliseconds by which the event loop was late; None where it is not told."
    stolen: float | None = None
    "Per cent of the processor time that was wanted and that neighbours of this machine took."
    detector: str = ""
    "What it detected with, if it tells."
    rungs: list[str] = field(default_factory=list)
    "The sizes it detected at after the warm-up and at the end, once each, if it tells."
    stages: dict[str, Any] = field(default_factory=dict)
    "The server's own."
    said: Counter[str] = field(default_factory=Counter)
    "How questions ended, if any were asked."
    legs: dict[str, float | None] = field(default_factory=dict)
    "Medians of ``preview``, ``away`` and ``arriving`` (``bench.latency.Frame``), ms."
    samples: list[dict[str, Any]] = field(default_factory=list)
    "What getStats said, once a second."
    series: list[tuple[float, float]] = field(default_factory=list)
    "(Seconds since the first frame of the warm-up, latency in ms) of each returned frame."

    @property
    def flagged(self) -> bool:
        """Whether the resolution was not held."""
        return self.held <= HELD


def measure(  # noqa: PLR0913 - what is measured, where, and how it is spoken to
    system: str,
    start: Start,
    clip: Path,
    seconds: float,
    question: str = "",
    *,
    way: Way = WHIP,
    lag: bool | None = None,
) -> Run:
    """One fresh server, one fresh browser, one stretch of time, a question now and then.

    ``lag``: whether the server tells how late its loop is (default: all but the echo do).

    Raises:
        NothingCameBack: hardly any frame was returned.
    """
    tells = way is WHIP and system != "echo" if lag is None else lag
    with (
        start() as base,
        fake_camera_browser(clip) as browser,
        streaming(browser, base, way, question) as stream,
    ):
        stolen = Stolen()
        watched = _watch(stream, LoopLagReader(base) if tells else None, seconds)
        share = stolen.share()
    notes = watched.notes
    run = summary(system, Matcher().match(notes["local"], notes["remote"]))
    run.said = Counter(" ".join(each) for each in notes["said"])
    run.detect_hz, run.lag_p99 = watched.hz, watched.lag_p99
    run.stolen = None if share is None else share * 100
    told = [each for each in watched.detecting if each is not None]
    run.detector = next((each.detector for each in told if each.detector), "")
    run.rungs = list(dict.fromkeys(each.rung for each in told if each.rung))
    run.stages = (notes["state"] or {}).get("stages", {})
    run.samples = notes["samples"]
    return run


@dataclass(frozen=True, slots=True)
class _Watched:
    notes: dict[str, Any]
    "Of the whole stretch; the rest is of the time after the warm-up."
    detecting: tuple[Detecting | None, Detecting | None]
    "At its beginning and at its end."
    took: float
    lag_p99: float | None

    @property
    def hz(self) -> float | None:
        """Detections a second."""
        before, after = self.detecting
        if before is None or after is None:
            return None
        return (after.count - before.count) / self.took


def _watch(stream: Stream, lag: LoopLagReader | None, seconds: float) -> _Watched:
    time.sleep(WARM_UP)
    before, began = _detecting(stream), time.monotonic()
    time.sleep(max(0.0, seconds - WARM_UP))
    after, took = _detecting(stream), time.monotonic() - began
    late = lag.percentile(99) if lag else None
    return _Watched(stream.close(), (before, after), took, late)


def _detecting(stream: Stream) -> Detecting | None:
    try:
        return stream.detecting()
    except (OSError, KeyError):  # a server that blocks its own loop may not answer in time
        return None


def summary(system: str, frames: Sequence[Frame]) -> Run:
    """The figures of the returned frames after the warm-up, which begins with the first.

    Raises:
        NothingCameBack: there are fewer than ``LEAST_FRAMES``.
    """
    begin = frames[0].shown if frames else 0.0
    kept = [frame for frame in frames if frame.shown >= begin + WARM_UP * 1e3]
    if len(kept) < LEAST_FRAMES:
        raise NothingCameBack(f"{system}: only {len(kept)} frames came back after the warm-up")
    span = (kept[-1].shown - kept[0].shown) / 1e3
    p50, p95 = map(float, np.percentile([frame.latency for frame in kept], [50, 95]))
    return Run(
        system,
        p50,
        p95,
        fps=(len(kept) - 1) / span,
        drift=drift(kept, min(MOST_DRIFT_SPAN, span / 4)),
        held=sum(frame.held for frame in kept) / len(kept),
        legs={
            name: middle(getattr(frame, name) for frame in kept)
            for name in ("preview", "away", "arriving")
        },
        series=[(round((f.shown - begin) / 1e3, 3), round(f.latency, 1)) for f in frames],
    )
