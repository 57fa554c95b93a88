"""One long stream of ours, and by how much its latency drifts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from browser import fake_camera_browser

from bench.latency import Frame, Matcher, drift, trimmed_mean
from bench.measuring import WARM_UP, NothingCameBack
from bench.streams import streaming

TAKE_EVERY = 10.0
"""Seconds after which the page hands over its notes."""

GOAL_DRIFT = 5.0
"""Milliseconds over ten minutes."""

LEAST_FRAMES = 100

MINUTE = 60.0


@dataclass(frozen=True)
class LongRun:
    """A long stream in figures; milliseconds."""

    minutes: float
    p50: float
    p95: float
    fps: float
    drift: float
    "Trimmed mean latency of the last minute less that of the first, from screen to screen."
    away_drift: float | None
    "The same from capture until the last packet was back, which knows no steps of a screen."
    span: float
    "Seconds of that minute: a third of a shorter run."
    each_minute: list[tuple[float, float]] = field(default_factory=list)
    "(Minute, trimmed mean latency)."


def long_run(base: str, clip: Path, minutes: float) -> LongRun:
    """Streams to the server at ``base`` for so long.

    Raises:
        NothingCameBack: hardly any frame was returned.
    """
    matcher, frames = Matcher(), list[Frame]()
    end = time.monotonic() + minutes * MINUTE + WARM_UP
    with fake_camera_browser(clip) as browser, streaming(browser, base) as stream:
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, TAKE_EVERY))
            notes = stream.take()
            frames += matcher.match(notes["local"], notes["remote"])
        stream.close()
    return summary(frames, minutes)


def summary(frames: Sequence[Frame], minutes: float) -> LongRun:
    """The figures of the frames after the warm-up.

    Raises:
        NothingCameBack: there are hardly any.
    """
    begin = frames[0].shown + WARM_UP * 1e3 if frames else 0.0
    kept = [frame for frame in frames if frame.shown >= begin]
    if len(kept) < LEAST_FRAMES:
        raise NothingCameBack(f"only {len(kept)} frames came back")
    lasted = (kept[-1].shown - kept[0].shown) / 1e3
    span = min(MINUTE, lasted / 3)
    p50, p95 = map(float, np.percentile([frame.latency for frame in kept], [50, 95]))
    told = [replace(f, latency=f.away) for f in kept if f.away is not None]
    return LongRun(
        minutes=minutes,
        p50=p50,
        p95=p95,
        fps=(len(kept) - 1) / lasted,
        drift=drift(kept, span),
        away_drift=drift(told, span) if told else None,
        span=span,
        each_minute=_each_minute(kept, begin),
    )


def _each_minute(frames: Sequence[Frame], begin: float) -> list[tuple[float, float]]:
    minutes: dict[int, list[float]] = {}
    for frame in frames:
        minutes.setdefault(int((frame.shown - begin) / 1e3 / MINUTE), []).append(frame.latency)
    return [(minute, round(trimmed_mean(each), 2)) for minute, each in minutes.items()]
