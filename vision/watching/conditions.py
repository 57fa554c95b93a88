"""What rules look for in the scene: events, which happen, and states, which begin to hold.

A condition takes in every view of the scene, in order, and says so when what it looks for has
happened. Events happen to things; a state counts when it begins, and when it holds as the watch
begins: who asks for "at least three people" wants to know if they are there already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from math import inf
from typing import Protocol

from vision.scene import SceneView
from vision.types import Seconds, TrackId
from vision.watching.places import centre, depth_in, distance
from vision.watching.presence import STARTING, Presence
from vision.watching.rules import Area
from vision.watching.things import INSTANT, SETTLE, Thing
from vision.watching.wording import Wording

INSIDE, OUTSIDE = 0.01, 0.04
"""How far past the border of an area a thing has got in, or was out before: fractions of the
picture. Between the two nothing is decided, so that a shaking hand decides nothing."""

NEAR, APART = 0.35, 0.6
"""Diagonals of the smaller thing between two things that are near, and that are so no longer."""

NEAR_FOR = 0.15
"""Seconds for which things have to be near: boxes jump."""

EXACTLY_FOR = 0.1
"""Seconds for which a number has to hold: two who come together do not come one by one."""

REARM = 1.0
"""Seconds for which a state must not hold before its holding is news again."""

REARM_TEXT = 5.0
"""The same for text, which is read only now and then."""

SURE_TEXT = 0.5
"""Score of a reading that counts."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What a rule looks for has happened."""

    onset: Seconds
    "When, as far as it can be told."
    objects: tuple[TrackId, ...] = ()
    "To whom."
    count: int = 0
    "How many there are, where that is what counts."
    text: str = ""
    "What was read, where that is what counts."


class Condition(Protocol):
    """Looks for one thing."""

    def step(self, view: SceneView) -> Happening | None:
        """Takes in the scene."""
        ...


@dataclass(slots=True)
class Coming:
    """A thing comes."""

    presence: Presence

    def step(self, view: SceneView) -> Happening | None:
        """What came."""
        came = self.presence.step(view).came
        return _to(came, min((thing.first for thing in came), default=None))


@dataclass(slots=True)
class Going:
    """A thing goes."""

    presence: Presence

    def step(self, view: SceneView) -> Happening | None:
        """What went."""
        went = self.presence.step(view).went
        return _to(went, min((thing.last for thing in went), default=None))


@dataclass(slots=True)
class Entering:
    """The middle of a thing gets into an area, from elsewhere in the picture or from outside it."""

    presence: Presence
    area: Area
    _outside: dict[Thing, bool] = field(default_factory=dict)
    "Of each thing that is here, whether it was last known to be outside."

    def step(self, view: SceneView) -> Happening | None:
        """What entered."""
        came = self.presence.step(view).came
        known, self._outside = self._outside, {}
        entered = []
        for thing in self.presence.here:
            depth = depth_in(centre(thing.box), self.area)
            was_outside = known.get(thing, thing in came)
            if was_outside and depth >= INSIDE:
                entered.append(thing)
            self._outside[thing] = depth <= -OUTSIDE or (was_outside and depth < INSIDE)
        arrived = (thing.first if thing in came else thing.last for thing in entered)
        return _to(entered, min(arrived, default=None))


class State(Protocol):
    """Something that holds or does not."""

    def holding(self, view: SceneView) -> Happening | None:
        """How it holds, and since when; None if it does not."""
        ...


@dataclass(slots=True)
class Edge:
    """Makes one event of each time that a state begins to hold."""

    state: State
    hold: float = 0.0
    "Seconds for which it has to hold first."
    rearm: float = REARM
    "Seconds for which it must not have held before."
    _armed: bool = True
    _held: Seconds | None = None
    "Since when it holds."
    _ended: Seconds | None = None
    "Since when it does not."

    def step(self, view: SceneView) -> Happening | None:
        """The state's beginning."""
        now = self.state.holding(view)
        if self._ended is not None and view.t - self._ended >= self.rearm - INSTANT:
            self._armed = True
        if now is None:
            self._held = None
            self._ended = view.t if self._ended is None else self._ended
            return None
        self._ended = None
        self._held = view.t if self._held is None else self._held
        if not self._armed or view.t - self._held < self.hold - INSTANT:
            return None
        self._armed = False
        return now


@dataclass(slots=True)
class Count:
    """The number of things lies between two limits."""

    presence: Presence
    least: int
    most: float
    _changed: Seconds | None = None
    "When the number last changed."

    def holding(self, view: SceneView) -> Happening | None:
        """The things, while they are so many."""
        news = self.presence.step(view)
        changes = [*(one.first for one in news.came), *(one.last for one in news.went)]
        self._changed = max(changes, default=self._changed)
        here = self.presence.here
        # That there is no more of it is no finding before there was time to find what is there.
        settled = self.most == inf or view.t >= view.began + STARTING + SETTLE
        settled = settled or view.began + STARTING + SETTLE < self.presence.began
        if not settled or not self.least <= len(here) <= self.most:
            return None
        if self.most < inf and len(here) + len(self.presence.doubtful) > self.most:
            return None
        onset = view.t if self._changed is None else self._changed
        return Happening(onset, tuple(thing.id for thing in here), len(here))


@dataclass(slots=True)
class Absence:
    """Nothing of the sort was seen for a while, since the watch began at the earliest."""

    presence: Presence
    seconds: float
    _last: Seconds | None = None

    def holding(self, view: SceneView) -> Happening | None:
        """The end of the while."""
        self.presence.step(view)
        seen = self.presence.last_seen
        earlier = self.presence.began if self._last is None else self._last
        self._last = earlier if seen is None else max(earlier, seen)
        due = Seconds(self._last + self.seconds)
        return Happening(due) if view.t >= due - INSTANT else None


@dataclass(slots=True)
class Nearness:
    """A thing of one sort is near one of another."""

    presence: Presence
    others: Presence
    _pairs: dict[tuple[Thing, Thing], Seconds] = field(default_factory=dict)
    "Pairs that are near, since when."

    def holding(self, view: SceneView) -> Happening | None:
        """The pair that has been near for longest."""
        self.presence.step(view)
        self.others.step(view)
        before, self._pairs = self._pairs, {}
        for one, other in self._candidates():
            limit = APART if (one, other) in before else NEAR
            if one.id != other.id and distance(one.box, other.box) <= limit:
                self._pairs[one, other] = before.get((one, other), view.t)
        if not self._pairs:
            return None
        (one, other), since = min(self._pairs.items(), key=lambda pair: pair[1])
        return Happening(since, (one.id, other.id))

    def _candidates(self) -> Iterator[tuple[Thing, Thing]]:
        """Pairs of which one is believed in; the other may be doubtful, for it takes two."""
        yield from product(self.presence.here, (*self.others.here, *self.others.doubtful))
        yield from product(self.presence.doubtful, self.others.here)


@dataclass(slots=True)
class Readable:
    """Some words can be read."""

    wording: Wording

    def holding(self, view: SceneView) -> Happening | None:
        """The words, as read; a phrase may go over several lines."""
        lines = [text for text in view.texts if text.score >= SURE_TEXT]
        for line in lines:
            if self.wording.within(line.text):
                return Happening(line.first, text=line.text)
        if len(lines) > 1 and self.wording.within(" ".join(line.text for line in lines)):
            return Happening(max(line.first for line in lines), text=self.wording.text)
        return None


def _to(things: Iterable[Thing], onset: Seconds | None) -> Happening | None:
    if onset is None:
        return None
    ids = tuple(thing.id for thing in things)
    return Happening(onset, ids, len(ids))
