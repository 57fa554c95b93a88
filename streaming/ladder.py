"""At which input sizes the engine's detector looks: as large as the wanted rate allows, never one.

A network sees a thing well at one size of its input and badly at another: the same photograph of a
person is 0.39 sure at 416 pixels and 0.75 at 352. So of each session's looks one in
``SECOND_LOOK_EVERY`` is at another size than the one that is kept to. The tracker, which believes
what it saw a moment ago, makes one view of both. On the sample and the labelled videos that shows
82 % of the objects where the best size alone shows 63 %, and no less of what is shown is right
(``benchmarks/streaming_accuracy.py --system shown "shown, one size"``).

Driving contract: ``set_for`` before every run, and ``took`` after it if it did not fail.
"""

from __future__ import annotations

import logging
from typing import Final

from streaming.batch_cost import BatchCost
from streaming.rate_keeper import RateKeeper
from vision.ports import Detector, LadderDetector

log = logging.getLogger(__name__)

SECOND_LOOK_EVERY: Final = 4
"""Looks of a session of which one, the first, is at another size."""

FURTHER_UP: Final = 2
"""Rungs that it is above the others: enough to see what they miss, yet little dearer as a whole."""


class Ladder:
    """Chooses the input size for each run of one detector that all sessions share."""

    def __init__(self, detector: Detector) -> None:
        self._begin(rungs_of(detector))

    def _begin(self, rungs: tuple[str, ...]) -> None:
        self._rungs = rungs
        self._keeper = RateKeeper(max(1, len(rungs)))
        self._again = False
        self._forget()

    def _forget(self) -> None:
        self._cost, self._cost_again = BatchCost(), BatchCost()
        self._more = 0.0

    @property
    def level(self) -> int:
        """How many sizes below its best the detector is kept; 0 at its best."""
        return self._keeper.rung

    def set_for(self, detector: Detector, look: int) -> str:
        """Tells the detector the size to use; gives the name of the one that it is kept at.

        Args:
            detector: after a failure it may have other sizes than before.
            look: how many looks the session had that waited longest, before this one.
        """
        rungs = rungs_of(detector)
        if rungs != self._rungs:  # it was lost, and loaded again on another device
            self._begin(rungs)
        if not isinstance(detector, LadderDetector) or not rungs:
            return ""
        kept = self._keeper.rung
        other = second_look(kept, len(rungs))
        self._again = look % SECOND_LOOK_EVERY == 0 and other != kept
        detector.rung = other if self._again else kept
        return rungs[kept]

    def took(
        self, seconds: float, room: int, hertz: list[float], target: float, now: float
    ) -> None:
        """A run took so long; goes to another size if the rate asks for it.

        Args:
            seconds: of the run.
            room: pictures that such a run holds; some places may have been empty.
            hertz: frames a second that each session offers.
            target: detections a second that are wanted of each at most.
            now: monotonic seconds.
        """
        lanes = sum(each > 0 for each in hertz)
        if self._again:
            self._more = self._cost_again.of_one(seconds, room, lanes)
            return
        cost = self._cost.of_one(seconds, room, lanes)
        wanted = sum(min(target, each) for each in hertz)
        before = self._keeper.rung
        after = self._keeper.detected(self._mean(cost), wanted, now)
        if after != before:
            self._forget()
            log.info("detecting at %s after %s", self._rungs[after], self._rungs[before])

    def _mean(self, cost: float) -> float:
        """Of a look, second looks included as far as they are known."""
        return cost + ((self._more or cost) - cost) / SECOND_LOOK_EVERY


def second_look(rung: int, rungs: int) -> int:
    """The rung for the looks at another size; the same where there is no other."""
    return min(1, rungs - 1) if rung == 0 else max(0, rung - FURTHER_UP)


def rungs_of(detector: Detector) -> tuple[str, ...]:
    """Names of a detector's input sizes, best first; none if it has but one."""
    return detector.rungs if isinstance(detector, LadderDetector) else ()
