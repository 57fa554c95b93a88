"""Which things of one sort are here: believed in or given up, with doubt on both sides.

Trackers lose things and find them again under new numbers; detectors overlook things and see what
is not there. Here evidence is weighed, so that what is told is what happened:

* A thing *came* once detections of it add up (`CONVINCING`) over at least `SETTLE` seconds: after
  0.1 s if it is seen clearly, after 10 s if it is seen badly. The time of it is that of
  the first detection. What is there when the watch begins did not come, nor, as far as anybody
  can tell, did what became certain only after `NEWS_WITHIN`; it is there all the same.
* A thing *went* once it was overlooked for as long as it is not known to be overlooked. That is
  soon for what was on its way out of the picture (`EDGE_PATIENCE`), a little later for what was
  seen clearly and without a gap (`PATIENCE`), and later still for what is hard to see, what has
  been missed before, and what something else has just moved in front of. The time of it is that
  of the last detection.
* A thing that is found again under another number, at the same place soon after
  (`SAME_WITHIN`), is the same thing: it neither went nor came.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vision.scene import SceneObject, SceneView
from vision.types import Seconds, TrackId
from vision.watching.places import overlap
from vision.watching.rules import Subject
from vision.watching.things import (
    FEWEST_MISSES,
    INSTANT,
    MOST_PATIENCE,
    SAME_WITHIN,
    SETTLE,
    SURE,
    Thing,
    follow,
    given_up,
    newcomer,
    same,
)

STARTING = 0.5
"""Seconds after the first picture of all in which things are found that were there all along."""

FLICKER = 0.3
"""Seconds that a thing has to be seen for to count where it is absence that is watched for."""

CONVINCING = 0.6
"""Evidence from which a thing is believed in: two clear detections, or four just sure ones."""

NEWS_WITHIN = 3.0
"""Seconds in which a thing has to become certain for its coming to be told: later is no news."""

MISSED = 0.1
"""What each picture without the thing takes from that sum."""

MOST_THINGS = 128
"""Things kept in mind; those unseen for longest are dropped."""


@dataclass(frozen=True, slots=True)
class News:
    """What came and what went, as it became certain."""

    came: tuple[Thing, ...] = ()
    "Each once."
    went: tuple[Thing, ...] = ()
    "Each once."


@dataclass(slots=True)
class Presence:
    """The things of one sort before one camera."""

    subject: Subject
    began: Seconds
    "Of the watch."
    _things: list[Thing] = field(default_factory=list)
    _primed: bool = False

    @property
    def here(self) -> list[Thing]:
        """The things that are believed in."""
        return [thing for thing in self._things if thing.here]

    @property
    def doubtful(self) -> list[Thing]:
        """The things that are seen now, and for a while, but too badly to be believed in."""
        return [one for one in self._things if not one.here and not one.missed and _lasted(one)]

    @property
    def last_seen(self) -> Seconds | None:
        """Newest detection of anything of the sort that is no mere flicker, and is remembered."""
        seen = (one.last for one in self._things if one.here or one.old or _lasted(one))
        return max(seen, default=None)

    def step(self, view: SceneView) -> News:
        """Takes in the scene at its newest picture."""
        if not self._primed:
            self._recall(view)
        known = {thing.id: thing for thing in self._things}
        detected = [found for found in view.objects if found.last >= view.t - INSTANT]
        fresh = {found.id for found in detected}
        for found in detected:
            thing = known.get(found.id)
            if thing is None and _is(found, self.subject):
                thing = self._recognised(found, fresh) or self._newly(found, view)
            if thing is not None:
                # Its colour may change with the light; it is the same thing all the same.
                follow(thing, found, named=_labelled(found, self.subject))
        self._overlook(view)
        return News(tuple(self._arrivals()), tuple(self._departures(view)))

    def _recall(self, view: SceneView) -> None:
        """What has just gone was there before the watch began: it does not come when it is back."""
        self._primed = True
        for gone in view.departed:
            if self._meant(gone) and view.t - gone.last <= SAME_WITHIN:
                thing = newcomer(gone)
                thing.old, thing.missed = True, FEWEST_MISSES
                self._things.append(thing)

    def _meant(self, found: SceneObject) -> bool:
        return _is(found, self.subject) and self.subject.only in {None, found.id}

    def _newly(self, found: SceneObject, view: SceneView) -> Thing | None:
        """A thing that was not known, if it is the sort, or the very one, that is watched for."""
        return self._begin(found, view) if self._meant(found) else None

    def _begin(self, found: SceneObject, view: SceneView) -> Thing:
        thing = newcomer(found)
        thing.old = found.first <= max(self.began, view.began + STARTING)
        # What was clearly there before anybody asked needs no further proof.
        thing.here = thing.old and found.last - found.first >= SETTLE and found.score >= SURE
        self._things.append(thing)
        return thing

    def _recognised(self, found: SceneObject, fresh: set[TrackId]) -> Thing | None:
        """The lost thing that this one is, under its new number."""
        lost = [thing for thing in self._things if thing.id not in fresh and same(thing, found)]
        if not lost:
            return None
        thing = max(lost, key=lambda one: (one.here, overlap(one.box, found.box), one.last))
        thing.id = found.id
        return thing

    def _overlook(self, view: SceneView) -> None:
        for thing in self._things:
            if thing.last < view.t - INSTANT:
                thing.missed += 1
                thing.evidence = max(0.0, thing.evidence - MISSED)
        kept = [one for one in self._things if one.here or view.t - one.last <= MOST_PATIENCE]
        self._things = sorted(kept, key=lambda thing: -thing.last)[:MOST_THINGS]

    def _arrivals(self) -> Iterable[Thing]:
        for thing in self._things:
            settled = thing.last - thing.first >= SETTLE - INSTANT
            if not thing.here and not thing.missed and settled and thing.evidence >= CONVINCING:
                thing.here = True
                if not thing.old and thing.last - thing.first <= NEWS_WITHIN:
                    yield thing
                thing.old = True

    def _departures(self, view: SceneView) -> Iterable[Thing]:
        for thing in self._things:
            if thing.here and thing.missed and given_up(thing, view):
                thing.here = False
                yield thing


def _lasted(thing: Thing) -> bool:
    return thing.last - thing.first >= FLICKER - INSTANT


def _labelled(found: SceneObject, subject: Subject) -> bool:
    return not subject.labels or found.label in subject.labels


def _is(found: SceneObject, subject: Subject) -> bool:
    return _labelled(found, subject) and subject.colour in {"", found.colour}
