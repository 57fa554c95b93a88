"""The process's figures in Prometheus's text format, read at the moment of the scrape."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from streaming.conversation import Faculties
from streaming.looplag import BOUNDS, LoopLag

if TYPE_CHECKING:
    from streaming.server import Server

BATCHES = (1, 2, 4, 8, 16, 32)
"""Bounds of the histogram of frames in one run of the detector."""

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


def exposition(server: Server) -> tuple[bytes, str]:
    """The text, and its media type."""
    registry = CollectorRegistry()
    registry.register(_Figures(server))
    ProcessCollector(registry=registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Figures(Collector):
    def __init__(self, server: Server) -> None:
        self._server = server

    def collect(self) -> Iterator[Family]:
        """Every family of figures."""
        server = self._server
        yield _gauge("sessions", "Sessions at this moment", len(server.sessions))
        yield _gauge("sessions_limit", "Sessions there may be", server.sessions.limit)
        yield _counter("sessions_opened", "Sessions since the start", server.sessions.opened)
        yield _gauge("tasks", "Tasks on the event loop", len(asyncio.all_tasks()))
        yield _gauge("threads", "Threads of the process", threading.active_count())
        yield _lag(server.loop_lag)
        if server.engine is not None:
            yield from self._of_engine()
        yield from self._of_frames()
        if server.faculties is not None:
            yield from _of_understanding(server.faculties)

    def _of_engine(self) -> Iterator[Family]:
        engine = self._server.engine
        assert engine is not None
        fifty, high = engine.detect.percentile(50, 95)
        text = "Time of one run of the detector, whether on one frame or on several"
        yield _quantiles("detect_seconds", text, {50: fifty, 95: high})
        yield _batches(engine.batches)
        yield _counter("detections", "Frames that were detected on", engine.detections)
        yield _gauge("degradation", "Steps of detector input below the best", engine.degradation)
        yield _counter("detector_failures", "Frames the detector failed on", engine.failures)

    def _of_frames(self) -> Iterator[Family]:
        frames = CounterMetricFamily("openeyes_frames", "Frames of running sessions", labels=["at"])
        for place in ("in", "out", "detect"):
            counts = (e.session.stats.frames[place] for e in self._server.sessions.all())
            frames.add_metric([place], sum(counts))
        yield frames


def _of_understanding(faculties: Faculties) -> Iterator[Family]:
    model, reader, memory = faculties.model, faculties.reader, faculties.memory.counts
    if model is not None:
        yield _gauge("model_running", "Requests to the language model under way", model.running)
        yield _gauge("model_waiting", "Questions waiting for the language model", model.waiting)
        requests = CounterMetricFamily(
            "openeyes_model_requests", "Requests to the language model", labels=["outcome"]
        )
        for outcome in ("asked", "answered", "failed", "refused", "stopped"):
            requests.add_metric([outcome], model.counts[outcome])
        yield requests
    if reader is not None:
        fifty, high = reader.latency.percentile(50, 95)
        yield _quantiles("reading_seconds", "Time of one reading", {50: fifty, 95: high})
    yield _counter("memories_written", "Memories that are kept", memory.written)
    yield _counter("memories_dropped", "Memories that were lost", memory.dropped)


def _lag(measured: LoopLag) -> HistogramMetricFamily:
    bounds = [*map(str, BOUNDS), "+Inf"]
    buckets = list(zip(bounds, accumulate(map(float, measured.counts)), strict=True))
    text = "Lateness of the event loop"
    return HistogramMetricFamily("openeyes_loop_lag_seconds", text, buckets, measured.total)


def _batches(counts: Mapping[int, int]) -> HistogramMetricFamily:
    bounds = [*BATCHES, math.inf]
    upto = [sum(count for size, count in counts.items() if size <= bound) for bound in bounds]
    labels = [*map(str, BATCHES), "+Inf"]
    buckets = list(zip(labels, map(float, upto), strict=True))
    frames = sum(size * count for size, count in counts.items())
    text = "Frames in one run of the detector"
    return HistogramMetricFamily("openeyes_batch_frames", text, buckets, frames)


def _gauge(name: str, text: str, value: float) -> Family:
    return GaugeMetricFamily(f"openeyes_{name}", text, value)


def _counter(name: str, text: str, value: float) -> Family:
    return CounterMetricFamily(f"openeyes_{name}", text, value)


def _quantiles(name: str, text: str, milliseconds: dict[int, float]) -> Family:
    family = GaugeMetricFamily(f"openeyes_{name}", text, labels=["quantile"])
    for percent, value in milliseconds.items():
        family.add_metric([str(percent / 100)], value / 1e3)
    return family
