"""What of a glimpse the last key frame does not show yet, and since when.

Drive it so: `News.rebase` with every key frame, `News.judge` with every glimpse after it. What the
tracks tell is believed only where the picture looks different too, so that a detector that
overlooks a thing for a while makes no news; and the picture is not asked where known objects move.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from vision.change import Comparison, KeyView
from vision.glimpse import Glimpse
from vision.inventory import FRESH, Inventory, Item, at_the_edge
from vision.types import Box, Seconds, Track, TrackId

Kind: TypeAlias = Literal["came", "went", "change"]

MOST_LIGHTS = 64
"""Measurements of brightness kept, however many come within ``NewsConfig.sudden``."""

STOOD_STILL = 0.6
"""Overlap of an object's box with where the key frame has it, from which on it did not move."""

MARGIN = 0.1
"""Part of its size by which an object's box is widened: shadows and late boxes belong to it."""

MOSTLY = 0.5
"""Part of a place that the key frame has to show to be compared, and of a box to be in view."""

WHOLE = 0.85
"""Part of an object that the key frame has to show to have shown it."""

LEAST_SHARED = 0.3
"""Part of the view that has to be shared to tell a switched light."""

STEADY = 0.25
"""Part of itself by which a change may differ from glimpse to glimpse and count as settled."""


@dataclass(frozen=True, slots=True)
class NewsConfig:
    """What counts as news. Parts are of an area, 0…1; times seconds."""

    new_view: float = 0.4
    "Part of the picture that the last key frame does not show: the camera has turned."
    closer: float = 1.6
    "Scale at which things show more than they did: the camera came closer."
    changed: float = 0.012
    "Part of the shared view that looks different, away from objects that are followed."
    exchanged: float = 0.25
    "Part of the place of an object that stands still: something else must be there."
    visible: float = 0.15
    "Part of an object's place that has to look different for its coming or going to be believed."
    light: float = 0.4
    "Stops of brightness within ``sudden``: a light was switched. Slower is the exposure."
    sudden: float = 0.5
    "Seconds that a switched light takes at most, as the camera shows it."
    settle: float = 0.25
    "Seconds that an object has to be followed, under one label, to have come."
    enter: float = 1.0
    "Seconds for which an object at the picture's edge is waited for to come in whole."
    gone: float = 0.5
    "Seconds without an object after which it went."
    unrest: float = 0.6
    "Seconds for which a change that goes on is waited for to settle."


class News:
    """Judges what is new since the last key frame. Not thread-safe; bounded state."""

    def __init__(self, key: Glimpse, config: NewsConfig) -> None:
        self._config = config
        self._ages: dict[TrackId, tuple[int, Seconds]] = {}
        self._news: dict[Kind, Seconds] = {}
        self._begin(key)

    def rebase(self, key: Glimpse, later: Iterable[Glimpse]) -> None:
        """``key`` is the last key frame now; ``later`` are the glimpses since, in order."""
        self._begin(key)
        for glimpse in later:
            self._view.move(glimpse.motion)
            self._inventory.update(glimpse)

    def judge(self, glimpse: Glimpse, *, blurred: bool) -> dict[Kind, Seconds]:
        """Each kind of news there is, with the time of the first glimpse that shows it all.

        In a ``blurred`` glimpse nothing can be told, so the news stays what it was.
        """
        self._grow_older(glimpse)
        others = self._inventory.update(glimpse)
        if blurred:
            self._view.move(glimpse.motion)
            return self._news
        t = glimpse.t
        comparison = self._view.compare(glimpse.picture, glimpse.small, glimpse.motion)
        self._inventory.lay_over(comparison.motion)
        times: tuple[tuple[Kind, list[Seconds]], ...] = (
            ("came", [*self._came(t, others, comparison), *self._grew(t, comparison)]),
            ("went", list(self._went(t, comparison))),
            ("change", list(self._changed(t, comparison))),
        )
        self._news = {kind: max(since) for kind, since in times if since}
        return self._news

    def _begin(self, key: Glimpse) -> None:
        self._view = KeyView(key.picture, key.small)
        self._inventory = Inventory(key)
        self._news = {}
        self._lights = _Lights(self._config)
        self._unrest = _Unrest(self._config.unrest)

    def _grow_older(self, glimpse: Glimpse) -> None:
        before, self._ages = self._ages, {}
        for track in glimpse.tracks:
            label, since = before.get(track.id, (track.label, glimpse.t))
            self._ages[track.id] = (track.label, since if label == track.label else glimpse.t)

    def _came(
        self, t: Seconds, others: tuple[Track, ...], comparison: Comparison
    ) -> Iterator[Seconds]:
        for track in others:
            _, since = self._ages[track.id]
            if track.seen > FRESH or t - since < self._config.settle:
                continue
            if not self._looks_new(track.box, comparison):
                self._inventory.absorb(track, comparison.motion)
            elif t - since >= self._config.enter or not at_the_edge(track.box):
                yield since

    def _grew(self, t: Seconds, comparison: Comparison) -> Iterator[Seconds]:
        """What the picture's edge cut off in the key frame, and what shows more of itself now."""
        for item in self._inventory.items:
            if not item.cut or item.missing is not None or not _shows_more(item, comparison):
                item.grown = None
                continue
            item.grown = t if item.grown is None else item.grown
            if t - item.grown >= self._config.enter or not at_the_edge(item.place):
                yield t

    def _went(self, t: Seconds, comparison: Comparison) -> Iterator[Seconds]:
        for item in self._inventory.items:
            if item.missing is None or t - item.missing < self._config.gone:
                continue
            comparable = not _outside(item.shown) and comparison.shared_in(item.shown) >= MOSTLY
            if comparable:
                if comparison.changed_in(item.shown) >= self._config.visible:
                    yield item.missing
            elif _outside(item.place):
                self._inventory.forget(item)
            else:
                yield item.missing

    def _looks_new(self, box: Box, comparison: Comparison) -> bool:
        """Whether the key frame does not show a place, or shows something else there."""
        if comparison.shared_in(box) < WHOLE:
            return True
        return comparison.changed_in(box) >= self._config.visible

    def _changed(self, t: Seconds, comparison: Comparison) -> Iterator[Seconds]:
        config = self._config
        if comparison.novelty >= config.new_view or comparison.motion.scale >= config.closer:
            yield t
        if self._exchanged(comparison):
            yield t
        lit = self._lights.switched(t, comparison)
        if lit is not None:
            yield lit
        part = self._part_changed(t, comparison)
        settled = self._unrest.settled(t, part if part >= config.changed else 0.0)
        if settled is not None:
            yield settled

    def _part_changed(self, t: Seconds, comparison: Comparison) -> float:
        """Part of the shared view that looks different, away from where known objects may be."""
        elsewhere = np.ones(comparison.shared.shape, np.bool_)
        for item in self._inventory.items:
            if item.missing is None or t - item.missing < self._config.gone:
                for box in (item.place, item.shown):
                    elsewhere[comparison.pixels(_wider(box))] = False
        shared = float(comparison.shared.sum())
        return float((comparison.changed & elsewhere).sum()) / max(shared, 1.0)

    def _exchanged(self, comparison: Comparison) -> bool:
        return any(
            item.missing is None
            and _overlap(item.place, item.shown) >= STOOD_STILL
            and comparison.changed_in(item.place) >= self._config.exchanged
            for item in self._inventory.items
        )


class _Lights:
    """Tells a switched light from an exposure that drifts."""

    def __init__(self, config: NewsConfig) -> None:
        self._config = config
        self._recent: deque[tuple[Seconds, float]] = deque(maxlen=MOST_LIGHTS)
        self._switched: tuple[Seconds, float] | None = None

    def switched(self, t: Seconds, comparison: Comparison) -> Seconds | None:
        """When a light was switched since the key frame; None if none was, or it was undone."""
        if comparison.novelty > 1.0 - LEAST_SHARED:
            return None
        light = comparison.light
        while self._recent and t - self._recent[0][0] > self._config.sudden:
            self._recent.popleft()
        if self._switched and abs(light - self._switched[1]) < self._config.light / 2:
            self._switched = None
        jumps = (old for _, old in self._recent if abs(light - old) >= self._config.light)
        if self._switched is None and (old := next(jumps, None)) is not None:
            self._switched = (t, old)
        self._recent.append((t, light))
        return self._switched[0] if self._switched else None


class _Unrest:
    """Waits for a change to settle, for some time at most."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._began: Seconds | None = None
        self._before = 0.0
        self._settled: Seconds | None = None

    def settled(self, t: Seconds, part: float) -> Seconds | None:
        """Since when the changed part is as large as now; None while there is none or it grows."""
        before, self._before = self._before, part
        if part <= 0.0:
            self._began = self._settled = None
            return None
        self._began = t if self._began is None else self._began
        if abs(part - before) > STEADY * max(part, before):
            self._settled = t if t - self._began >= self._patience else None
        elif self._settled is None:
            self._settled = t
        return self._settled


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    shared = max(across, 0.0) * max(down, 0.0)
    return shared / max(one[2] * one[3] + other[2] * other[3] - shared, 1e-12)


def _wider(box: Box) -> Box:
    left, top, width, height = box
    x, y = MARGIN * width, MARGIN * height
    return left - x, top - y, width + 2 * x, height + 2 * y


def _shows_more(item: Item, comparison: Comparison) -> bool:
    """Whether more of an object is in the picture than the key frame has of it."""
    grown = comparison.motion.scale**2 * _visible(item.origin)
    return comparison.shared_in(item.place) < WHOLE or grown < WHOLE * _visible(item.place)


def _outside(box: Box) -> bool:
    """Whether most of a box is out of the picture."""
    return _visible(box) < MOSTLY * box[2] * box[3]


def _visible(box: Box) -> float:
    """Area of the part of a box that is in the picture."""
    left, top, width, height = box
    across = min(left + width, 1.0) - max(left, 0.0)
    down = min(top + height, 1.0) - max(top, 0.0)
    return max(across, 0.0) * max(down, 0.0)
