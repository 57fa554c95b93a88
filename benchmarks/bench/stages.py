"""Where the time of a frame goes, from the page's notes and the server's own figures. Pure.

Between two moments that the page sees of each frame itself (its capture, its last packet back, the
screen) the parts are what the browser and the server tell of themselves; what is left over has a
line of its own, so that nothing is lost. Medians of parts do not add up exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.latency import middle
from bench.measuring import Run

ON_THE_WAY = ("receive", "queue", "decode", "server", "encode", "send", "pace")
"""Server stages that follow each other on a frame's way through it; ``server`` is from the decoded
frame's arrival to its hand-over, drawing included. Others go on beside it."""


SETTLING = 3
"""Samples left out at the start of a run, one a second."""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the table."""

    name: str
    ms: float | None
    "Median; None where it was not told."
    whole: bool = False
    "Whether the lines above it, since the last such, are its parts."


def parts(runs: Sequence[Run]) -> list[Part]:
    """From capture to the screen, in order; over all samples of all runs of one system."""
    samples = [pair for run in runs for pair in _pairs(run.samples)]
    away, arriving, preview = (
        middle(run.legs.get(leg) for run in runs) for leg in ("away", "arriving", "preview")
    )
    there = [
        Part("browser: encoding", _each(samples, "sent", "totalEncodeTime", "framesEncoded")),
        Part(
            "browser: waiting to be sent",
            _each(samples, "sent", "totalPacketSendDelay", "packetsSent"),
        ),
        Part("network: there and back", _round_trip(runs)),
        *(
            Part(f"server: `{name}`", _stage(runs, name))
            for name in ON_THE_WAY
            if _told(runs, name)
        ),
    ]
    back = [
        Part("browser: reordering and jitter buffer, after the last packet", _buffered(samples)),
        Part("browser: decoding", _each(samples, "received", "totalDecodeTime", "framesDecoded")),
    ]
    return [
        *_with_rest(there, "server: all else (packets, codecs, threads)", away),
        Part("from capture to its last packet back", away, whole=True),
        *_with_rest(back, "browser: waiting for the screen", arriving),
        Part("from its last packet to the screen", arriving, whole=True),
        Part("less: from capture to the preview's screen", None if preview is None else -preview),
        Part("glass to glass, as measured", middle(run.p50 for run in runs), whole=True),
    ]


def beside(runs: Sequence[Run]) -> dict[str, tuple[float, float]]:
    """The server's stages that are not on the returned frame's way: p50, p95."""
    names = list(dict.fromkeys(name for run in runs for name in run.stages))
    found = {}
    for name in names:
        if name in ON_THE_WAY:
            continue
        p50, p95 = (middle(_figures(runs, name, key)) for key in ("p50", "p95"))
        if p50 is not None and p95 is not None:
            found[name] = (p50, p95)
    return found


def _with_rest(found: Sequence[Part], rest: str, whole: float | None) -> list[Part]:
    if whole is None:
        return list(found)
    return [*found, Part(rest, whole - sum(part.ms for part in found if part.ms is not None))]


def _pairs(samples: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Samples a second apart, without the first ones, which hold the start."""
    yield from itertools.pairwise(samples[SETTLING:])


def _each(samples: Sequence[tuple[Any, Any]], side: str, total: str, count: str) -> float | None:
    """Median over the seconds of what one frame or packet took, ms."""
    return middle(_gained(pair, side, total, count) for pair in samples)


def _gained(pair: tuple[Any, Any], side: str, total: str, count: str) -> float | None:
    before, after = (each.get(side, {}) for each in pair)
    number = after.get(count, 0) - before.get(count, 0)
    if number <= 0 or total not in after or total not in before:
        return None
    return float(after[total] - before[total]) / number * 1e3


def _buffered(samples: Sequence[tuple[Any, Any]]) -> float | None:
    names = ("totalAssemblyTime", "framesAssembledFromMultiplePackets")
    whole = _each(samples, "received", "jitterBufferDelay", "jitterBufferEmittedCount")
    assembling = _each(samples, "received", *names)
    return None if whole is None else max(0.0, whole - (assembling or 0.0))


def _round_trip(runs: Sequence[Run]) -> float | None:
    told = [each.get("roundTrip") for run in runs for each in run.samples]
    found = middle(told)
    return None if found is None else found * 1e3


def _told(runs: Sequence[Run], name: str) -> bool:
    return any(name in run.stages for run in runs)


def _stage(runs: Sequence[Run], name: str) -> float | None:
    return middle(_figures(runs, name, "p50"))


def _figures(runs: Sequence[Run], name: str, key: str) -> list[float | None]:
    return [run.stages.get(name, {}).get(key) for run in runs]
