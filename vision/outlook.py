"""Where things are at the moments between detector results.

An `Outlook` is made once after each result, of some of what is followed, and asked for every
picture; so what does not change in between is computed only once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vision.anchors import Shifts
from vision.association import come_into_view, in_picture
from vision.kalman import BoxStates, Placed
from vision.life import Life, TrackerConfig
from vision.motion import STILL, CameraMotion
from vision.types import Boxes, Seconds, Track, TrackId

Floats = NDArray[np.float64]

NOBODY = TrackId(0)
"The id of what is followed and is no track."

Gone = Callable[[Sequence[int]], Shifts | None]
"How far the boxes of these keys were seen to go since the last result."
Drift = Callable[[Floats], Floats]
"How fast the camera moves static things at (n, 2) points, fractions a second."


class Outlook:
    """Some things as of the last result, and as they are predicted to later moments."""

    def __init__(
        self, lives: Sequence[Life], states: BoxStates, time: float, config: TrackerConfig
    ) -> None:
        """``states`` are those of the ``lives`` at ``time``, in the same order."""
        self._lives, self._states, self._time, self._config = lives, states, time, config
        self._keys = [life.key for life in lives]
        self._cut = np.array([life.cut for life in lives], np.bool_).reshape(-1, 4)
        self._seen_at = np.array([life.seen_at for life in lives], np.float64)
        faint = np.array([life.score < config.least_score for life in lives], np.bool_)
        self._missed = faint | (self._seen_at < time)
        self._any_missed = bool(self._missed.any())
        self._single = np.array([not life.confirmed for life in lives], np.bool_)

    def shown(
        self, t: float, motion: CameraMotion, gone: Gone | None, drift: Drift | None
    ) -> list[Track]:
        """Those that are fit to be shown at ``t``; for the arguments see `Tracker.at`."""
        placed = self._placed(t, motion, gone)
        boxes = come_into_view(placed.boxes, self._cut)
        rows = self._fit(boxes, t).nonzero()[0].tolist()
        scores = [life.score for life in self._lives]
        return self._tracks(rows, boxes, _speeds(placed, drift), scores, t)

    def believed(
        self, t: float, motion: CameraMotion, gone: Gone | None, drift: Drift | None
    ) -> list[Track]:
        """All, with the belief in them as their score, as each class that spoke up for them."""
        placed = self._placed(t, motion, gone)
        boxes = come_into_view(placed.boxes, self._cut)
        beliefs = [life.belief_at(self._time, self._config) for life in self._lives]
        tracks = self._tracks(range(len(beliefs)), boxes, _speeds(placed, drift), beliefs, t)
        return [
            replace(track, label=label, score=track.score * share)
            for track, life in zip(tracks, self._lives, strict=True)
            for label, share in life.shares.items()
        ]

    def boxes(self, t: float, motion: CameraMotion, gone: Gone | None) -> Boxes:
        """(n, 4) the boxes of what is shown."""
        boxes = come_into_view(self._placed(t, motion, gone).boxes, self._cut)
        return boxes[self._fit(boxes, t)]

    def _placed(self, t: float, motion: CameraMotion, gone: Gone | None) -> Placed:
        noise = self._config.noise
        states = self._states if motion is STILL else self._states.moved(motion)
        shifts = gone(self._keys) if gone is not None and self._keys else None
        if shifts is None:
            return states.placed(t - self._time, noise)
        own = shifts.own(self._states.value[:, :2])
        return states.followed(own, shifts.until - self._time, noise).later(t - shifts.until)

    def _fit(self, boxes: Boxes, t: float) -> NDArray[np.bool_]:
        config, unseen = self._config, t - self._seen_at
        fit = unseen <= config.shown_stale
        if self._any_missed:
            gone = (unseen > config.shown_missed) | (_in_view(boxes) < config.least_in_view)
            fit &= ~(self._missed & (gone | self._single))
        return np.asarray(fit, np.bool_)

    def _tracks(
        self, rows: Sequence[int], boxes: Boxes, speeds: Floats, scores: list[float], t: float
    ) -> list[Track]:
        places, ways = boxes.tolist(), speeds.tolist()
        return [
            Track(
                id=self._lives[row].id or NOBODY,
                label=self._lives[row].label,
                score=scores[row],
                box=tuple(places[row]),
                velocity=tuple(ways[row]),
                seen=Seconds(t - self._lives[row].seen_at),
            )
            for row in rows
        ]


def _speeds(placed: Placed, drift: Drift | None) -> Floats:
    """(n, 2) speeds of the boxes in the picture."""
    rates = placed.rate[:, :2]
    return rates if drift is None else rates + drift(placed.value[:, :2])


def _in_view(boxes: Boxes) -> Floats:
    """(n,) share of each box that lies in the picture."""
    seen, whole = in_picture(boxes), boxes[:, 2] * boxes[:, 3]
    return np.asarray(seen[:, 2] * seen[:, 3] / whole, np.float64)
