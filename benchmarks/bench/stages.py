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
from bench.measuring import WARM_UP, Run

ON_THE_WAY = {
    "decode": "server: from its last packet to decoded (`decode`)",
    "look": "server: camera's motion, predicting and drawing boxes (`look`)",
    "encode": "server: encoding (`encode`)",
}
"""Server stages that a frame goes through one after the other; others go on beside its way."""

WITHIN = ("server", "look")
"""From decoded to handed over, and what of it is work; the rest is waiting."""

SETTLING = 3
"""Samples left out at the start of a run, one a second."""


@dataclass(frozen=True, slots=True)
class Part:
    """One line of the table."""

    name: str
    ms: float | None
    "Median, for the browser's of its means of each second; None where it was not told."
    whole: bool = False
    "Whether the lines above it, since the last such, are its parts."
    mean: float | None = None
    "Over the whole; the server tells none."
    p95: float | None = None
    "The browser tells none of its parts."


def parts(runs: Sequence[Run]) -> list[Part]:
    """From capture to the screen, in order; over all samples of all runs of one system."""
    samples = [pair for run in runs for pair in _pairs(run.samples)]
    away, arriving = (middle(run.legs.get(leg) for run in runs) for leg in ("away", "arriving"))
    there = [
        _browsers("encoding", samples, ("sent", "totalEncodeTime", "framesEncoded")),
        _browsers("waiting to be sent", samples, ("sent", "totalPacketSendDelay", "packetsSent")),
        Part("network: there and back", _round_trip(runs)),
        *_servers(runs),
    ]
    back = [
        _buffered(samples),
        _browsers("decoding", samples, ("received", "totalDecodeTime", "framesDecoded")),
    ]
    return [
        *_with_rest(there, "server and browser: all else (packets, threads)", away),
        Part("from capture to its last packet back", away, whole=True),
        *_with_rest(back, "browser: waiting for the screen", arriving),
        Part("from its last packet to the screen", arriving, whole=True),
        _glass(runs),
    ]


def _glass(runs: Sequence[Run]) -> Part:
    p50, p95 = (middle(getattr(run, name) for run in runs) for name in ("p50", "p95"))
    shown = [ms for run in runs for t, ms in run.series if t >= WARM_UP]
    mean = sum(shown) / len(shown) if shown else None
    return Part("glass to glass, as measured", p50, whole=True, mean=mean, p95=p95)


def _servers(runs: Sequence[Run]) -> Iterator[Part]:
    told = {name for run in runs for name in run.stages}
    for name, title in ON_THE_WAY.items():
        if name == "look" and told >= set(WITHIN):
            waiting = _less(*(_stage(runs, each) for each in WITHIN))
            yield Part("server: waiting for its turn (`server` less `look`)", waiting)
        if name in told:
            yield Part(title, _stage(runs, name), p95=_stage(runs, name, "p95"))


def processing(runs: Sequence[Run]) -> float | None:
    """What the browser tells of a returned frame, from its first packet until it is decoded, ms."""
    samples = [pair for run in runs for pair in _pairs(run.samples)]
    return _mean(samples, ("received", "totalProcessingDelay", "framesDecoded"))


def beside(runs: Sequence[Run]) -> dict[str, tuple[float, float]]:
    """The server's stages that are not on the returned frame's way: p50, p95."""
    names = list(dict.fromkeys(name for run in runs for name in run.stages))
    found = {}
    for name in names:
        if name in ON_THE_WAY or name in WITHIN:
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


def _browsers(
    title: str, samples: Sequence[tuple[Any, Any]], figures: tuple[str, str, str]
) -> Part:
    return Part(f"browser: {title}", _each(samples, figures), mean=_mean(samples, figures))


def _each(samples: Sequence[tuple[Any, Any]], figures: tuple[str, str, str]) -> float | None:
    """Median over the seconds of what one frame or packet took, ms."""
    gains = [_gained(pair, figures) for pair in samples]
    return middle(gain[0] / gain[1] * 1e3 for gain in gains if gain)


def _mean(samples: Sequence[tuple[Any, Any]], figures: tuple[str, str, str]) -> float | None:
    """Of all frames or packets, ms."""
    gains = [gain for gain in (_gained(pair, figures) for pair in samples) if gain]
    number = sum(gain[1] for gain in gains)
    return sum(gain[0] for gain in gains) / number * 1e3 if number else None


def _gained(pair: tuple[Any, Any], figures: tuple[str, str, str]) -> tuple[float, float] | None:
    """Seconds spent between two samples, and on how many; None where there were none."""
    side, total, count = figures
    before, after = (each.get(side, {}) for each in pair)
    number = after.get(count, 0) - before.get(count, 0)
    if number <= 0 or total not in after or total not in before:
        return None
    return float(after[total] - before[total]), float(number)


def _buffered(samples: Sequence[tuple[Any, Any]]) -> Part:
    """The time in the jitter buffer less that of the frame's own packets' coming in."""
    whole = ("received", "jitterBufferDelay", "jitterBufferEmittedCount")
    coming = ("received", "totalAssemblyTime", "framesAssembledFromMultiplePackets")
    p50, mean = (_less(it(samples, whole), it(samples, coming)) for it in (_each, _mean))
    return Part("browser: reordering and jitter buffer, after its last packet", p50, mean=mean)


def _less(whole: float | None, part: float | None) -> float | None:
    return None if whole is None else max(0.0, whole - (part or 0.0))


def _round_trip(runs: Sequence[Run]) -> float | None:
    told = [each.get("roundTrip") for run in runs for each in run.samples]
    found = middle(told)
    return None if found is None else found * 1e3


def _stage(runs: Sequence[Run], name: str, key: str = "p50") -> float | None:
    return middle(_figures(runs, name, key))


def _figures(runs: Sequence[Run], name: str, key: str) -> list[float | None]:
    return [run.stages.get(name, {}).get(key) for run in runs]
