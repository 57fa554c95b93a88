"""The figures of one session over a bad link, and what ours may be of the plain echo's. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from bench.latency import latencies

from links.freezes import frozen, recoveries
from links.relay import Relay, Script

WARM_UP = 4.0
"""Seconds of the script left out at the start: congestion control finds its rate."""

GOALS = {"loss 5 %": ("frozen_s_per_min", 0.4), "blackout": ("recovery_ms", 0.5)}
"""Condition, figure, and what ours may be of the echo's at most."""


@dataclass(frozen=True, slots=True)
class Session:
    """What was noted of one session, in milliseconds of the page's clock."""

    local: list[list[Any]]
    "When, frame number and more of each frame of the preview."
    remote: list[list[Any]]
    "The same of the returned video."
    stats: dict[str, Any]
    "What ``loss.js`` noted."
    state: dict[str, Any]
    "What our server told of the session at its end; empty of the echo."
    began: float
    "When the script's clock stood at 0."


@dataclass(frozen=True, slots=True)
class Outcome:
    """One system under one condition, over one session."""

    name: str
    "Of the condition."
    system: str
    "``echo`` or ``openeyes``."
    fps: float
    "New frames a second."
    p50: float | None
    "Milliseconds, glass to glass, of the frames that were shown; None if none was."
    p95: float | None
    "The same."
    freezes: int
    "Gaps of more than 150 ms between new frames."
    frozen_s_per_min: float
    "Seconds a minute within such gaps."
    frozen_excess_s_per_min: float
    "The same, less the first 150 ms of each."
    recovery_ms: float | None
    """From the link's return to the first frame taken since it was lost, median over the session's
    interruptions; None if there are none."""
    fresh_ms: float | None
    "The same, to the first frame that the camera took since the link's return."
    seconds: float
    "Measured, without the warm-up."
    stats: dict[str, Any]
    "The browser's figures at the end: key frames, NACKs, PLIs, the picture's size."
    link: dict[str, Any]
    "What the relay counted, by direction."
    drops: dict[str, int]
    "Of our server."
    timeline: list[tuple[int, int]]
    "(Milliseconds since the script began, latency in ms) of each new frame."


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure that has a goal; medians over the rounds."""

    name: str
    "Of the condition."
    figure: str
    "Field of ``Outcome``."
    ours: float
    "Its median."
    echo: float
    "The plain echo's."
    goal: float
    "What ours may be of the echo's, at most."

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.ours <= self.goal * self.echo

    def __str__(self) -> str:
        ratio = f"{self.ours / self.echo:.2f}" if self.echo else "–"
        return (
            f"{self.name}: {self.figure} ours {self.ours:.2f}, echo {self.echo:.2f}: {ratio} "
            f"(goal {self.goal}{'' if self.holds else ', missed'})"
        )


def outcome(system: str, relay: Relay, session: Session) -> Outcome:
    """The figures of a session."""
    begin, end = session.began + WARM_UP * 1e3, session.stats["ended"]
    shown = latencies(session.local, session.remote)
    frames = [(when, age) for when, age in shown if begin < when <= end]
    ages = [age for _, age in frames]
    still = frozen([when for when, _ in frames], begin, end)
    whole, excess = still.per_minute(end - begin)
    comebacks = recoveries(frames, _interruptions(relay.script, session.began), end)
    return Outcome(
        name=relay.script.name,
        system=system,
        fps=len(frames) / (end - begin) * 1e3,
        p50=float(np.percentile(ages, 50)) if ages else None,
        p95=float(np.percentile(ages, 95)) if ages else None,
        freezes=still.count,
        frozen_s_per_min=whole,
        frozen_excess_s_per_min=excess,
        recovery_ms=_median([each.first for each in comebacks]),
        fresh_ms=_median([each.fresh for each in comebacks]),
        seconds=(end - begin) / 1e3,
        stats=session.stats,
        link={way.value: traffic.figures() for way, traffic in relay.traffic.items()},
        drops=session.state.get("drops", {}),
        timeline=[(round(when - session.began), round(age)) for when, age in frames],
    )


def line(outcome: Outcome) -> str:
    """One outcome for people."""
    sent, received = outcome.stats["sent"], outcome.stats["received"]
    text = (
        f"{outcome.name:10} {outcome.system:9} {outcome.fps:4.1f} fps  p50 {_ms(outcome.p50)}  "
        f"p95 {_ms(outcome.p95)}  frozen {outcome.frozen_s_per_min:5.2f} s/min "
        f"({outcome.freezes} times)  "
    )
    if outcome.recovery_ms is not None:
        text += f"back after {_ms(outcome.recovery_ms)}, fresh {_ms(outcome.fresh_ms)}  "
    return text + (
        f"width {sent.get('frameWidth')}; key frames {sent.get('keyFramesEncoded')} up, "
        f"{received.get('keyFramesDecoded')} down; NACK {sent.get('nackCount')} from the server, "
        f"{received.get('nackCount')} from the browser; PLI {sent.get('pliCount')}, "
        f"{received.get('pliCount')}"
    )


def verdicts(outcomes: list[Outcome]) -> Iterator[Verdict]:
    """Ours over the echo's, for the figures that have a goal."""
    for name, (figure, goal) in GOALS.items():
        ours, echo = (
            _median([getattr(each, figure) for each in outcomes if (each.name, each.system) == key])
            for key in ((name, "openeyes"), (name, "echo"))
        )
        if ours is not None and echo is not None:
            yield Verdict(name, figure, ours, echo, goal)


def _interruptions(script: Script, began: float) -> list[tuple[float, float]]:
    """In milliseconds of the page's clock."""
    return [(began + lost * 1e3, began + back * 1e3) for lost, back in script.interruptions()]


def _ms(value: float | None) -> str:
    return "    –   " if value is None else f"{value:5.0f} ms"


def _median(values: list[float]) -> float | None:
    return statistics.median(values) if values else None
