"""A scripted world for watchers: things with paths, and a detector that is not to be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from vision.glimpse import Glimpse
from vision.motion import STILL
from vision.picture import Picture
from vision.scene import Scene, SceneView
from vision.tracker import Tracker
from vision.types import Box, Detections, Seconds
from vision.watching import Firing, Rule, Watcher

LABELS = ("person", "cup", "dog", "car")
EVERY = 0.1
PICTURE = Picture(np.full((6, 4), 128, np.uint8))
SMALL = np.zeros((72, 96), np.uint8)

Path = Callable[[float], Box | None]


@dataclass(frozen=True)
class Prop:
    """A thing, where it is at each time (None: not there), and how surely it is seen."""

    label: str
    path: Path
    score: float = 0.75
    spread: float = 0.04
    "Of the score, from picture to picture."


@dataclass(frozen=True)
class Faults:
    """What the detector does wrong."""

    jitter: float = 0.004
    "Of every side, fractions of the picture."
    misses: float = 0.02
    "Share of things that are overlooked."
    burst: int = 1
    "Detections in a row that a thing is overlooked for, at most."
    ghosts: float = 0.0
    "Share of pictures with one thing too many."


def stands(box: Box, start: float = 0.0, end: float = 1e9) -> Path:
    return lambda t: box if start <= t < end else None


def walks(start: float, speed: float, size: tuple[float, float] = (0.15, 0.5)) -> Path:
    """From beyond the left edge to beyond the right one; negative speeds the other way."""

    def path(t: float) -> Box | None:
        way = abs(speed) * (t - start)
        left = way - size[0] if speed > 0 else 1 - way
        low, high = max(left, 0.0), min(left + size[0], 1.0)
        return (low, 0.3, high - low, size[1]) if high - low > 0.3 * size[0] else None

    return path


def views(props: list[Prop], seconds: float, seed: int, faults: Faults) -> Iterator[SceneView]:
    rng = np.random.default_rng(seed)
    tracker, scene = Tracker(), Scene(LABELS)
    blind = dict.fromkeys(range(len(props)), 0)
    for index in range(round(seconds / EVERY)):
        t = Seconds(round(index * EVERY, 3))
        rows = list(_rows(props, t, rng, faults, blind))
        tracks = tracker.update(_detections(rows), t)
        scene.update(Glimpse(PICTURE, t, round(t * 90_000), tracks, {}, STILL, SMALL, 1.0))
        yield scene.view()


def _rows(
    props: list[Prop],
    t: float,
    rng: np.random.Generator,
    faults: Faults,
    blind: dict[int, int],
) -> Iterator[tuple[Box, float, int]]:
    for number, prop in enumerate(props):
        box = prop.path(t)
        blind[number] = max(0, blind[number] - 1)
        if blind[number] == 0 and rng.random() < faults.misses:
            blind[number] = int(rng.integers(1, faults.burst + 1)) + 1
        if box is None or blind[number] > 1:
            continue
        sides = np.array(box) + rng.normal(0, faults.jitter, 4)
        score = float(np.clip(rng.normal(prop.score, prop.spread), 0.05, 0.95))
        yield (*map(float, sides),), score, LABELS.index(prop.label)  # type: ignore[misc]
    if rng.random() < faults.ghosts:
        corner = rng.uniform(0, 0.8, 2)
        box = (float(corner[0]), float(corner[1]), 0.15, 0.2)
        yield box, float(rng.uniform(0.3, 0.7)), int(rng.integers(len(LABELS)))


def _detections(rows: list[tuple[Box, float, int]]) -> Detections:
    rows = sorted(rows, key=lambda row: -row[1])
    if not rows:
        return Detections.empty()
    return Detections(
        np.array([row[0] for row in rows], np.float32),
        np.array([row[1] for row in rows], np.float32),
        np.array([row[2] for row in rows], np.int32),
    )


def told(
    rule: Rule, seen: Iterator[SceneView] | list[SceneView], began: float = 0.0
) -> list[tuple[float, Firing]]:
    """What a watcher tells, and when."""
    watcher = Watcher(rule, Seconds(began))
    firings = ((view.t, watcher.step(view, view.t)) for view in seen if view.t >= began)
    return [(t, firing) for t, firing in firings if firing is not None]
