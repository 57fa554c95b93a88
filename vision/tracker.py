"""Follows objects through detections that come at any rate, and predicts them to any moment.

Drive it so: `Tracker.update` with each detector result, in the order of their capture times;
`Tracker.at`, any number of times, for the moments in between. Both take the camera's motion since
the picture of the last update, so speeds are those of objects in the world, camera motion taken
out. No clock is read: the same calls give the same tracks.

What is less than sure is followed too, faintly: it is believed, not shown, has no id, and takes
only the detections that are left over. `Tracker.believed` tells all of it, scores included.

The method is ByteTrack's (Zhang et al., ECCV 2022): tracks first take from the detections that are
sure, then from those that are not. Own to it are real time steps, camera motion, votes on the
class, and a last round that allows for how unsure a prediction is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vision.association import (
    best_pairs,
    cut_sides,
    doubtful_overlaps,
    made_whole,
    overlaps,
    picked,
    without_duplicates,
)
from vision.kalman import BoxStates, Noise
from vision.life import Life, TrackerConfig
from vision.motion import STILL, CameraMotion
from vision.outlook import Drift, Gone, Outlook
from vision.types import Boxes, Detections, Seconds, Track, TrackId

MOST_TRACKS = 128
"Objects followed at a time; the weakest new ones beyond it are not taken up."
MOST_DETECTIONS = 256
"Detections of one picture that are looked at, best first."
LONGEST_GAP = 10.0
"Seconds between two results after which nothing is taken for what was there before."

Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Likeness = Callable[[Boxes, NDArray[np.float64], Boxes], NDArray[np.float64]]
_Round = tuple[Flags, Flags, float, bool]
"""Which tracks choose from which detections, how much overlap is enough, and whether doubt widens
boxes."""


class Tracker:
    """Follows the objects of one session. Not thread-safe."""

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self._config = config or TrackerConfig()
        self._ids = self._keys = 0
        self._time: float | None = None
        self.forget()

    @property
    def time(self) -> Seconds | None:
        """Capture time of the last update, none before the first."""
        return None if self._time is None else Seconds(self._time)

    def forget(self) -> None:
        """Gives up every object; their ids are not used again."""
        self._lives: list[Life] = []
        self._states = _states_of(Detections.empty(), self._config.noise)
        self._tracks = self._outlook()

    def update(
        self, detections: Detections, t: Seconds, motion: CameraMotion = STILL
    ) -> tuple[Track, ...]:
        """Takes in what was detected in the picture at ``t``; answers the tracks at ``t``.

        Args:
            detections: of the picture at ``t``; ones that are not finite or empty are ignored.
            t: after that of the last update.
            motion: the camera's, from the picture of the last update to this one.

        Raises:
            ValueError: ``t`` is not finite or does not come after the last update.
        """
        last = t if self._time is None else self._time
        if not np.isfinite(t) or (self._time is not None and t <= last):
            raise ValueError(f"updates have to come in order: {t} s after {self._time} s")
        if t - last > LONGEST_GAP:
            self.forget()
        self._states = self._states.moved(motion).predicted(t - last, self._config.noise)
        self._time = t
        detections = self._usable(detections)
        self._begin(detections.where(self._associate(detections, t)), t)
        self._give_up(t)
        self._tracks = self._outlook()
        return self.at(t)

    def at(
        self,
        t: Seconds,
        motion: CameraMotion = STILL,
        gone: Gone | None = None,
        drift: Drift | None = None,
    ) -> tuple[Track, ...]:
        """The tracks as predicted to ``t``, as far as they are fit to be shown; changes nothing.

        Args:
            t: not before the last update.
            motion: the camera's, from the picture of the last update to the one at ``t``.
            gone: tells how far boxes were seen to go since the last update; without it, and where
                it does not know, they are predicted.
            drift: tells the camera's speed, which is added to the objects' own; without it speeds
                are those in the world.
        """
        return tuple(self._tracks.shown(t, motion, gone, drift))

    def believed(
        self,
        t: Seconds,
        motion: CameraMotion = STILL,
        gone: Gone | None = None,
        drift: Drift | None = None,
    ) -> tuple[Track, ...]:
        """All that is followed, shown or not, with the belief in it as its score; as `at`.

        What is no track has the id `NOBODY`. What was taken for things of several classes comes
        once as each, the less likely with less of its score.
        """
        everything = Outlook(self._lives, self._states, self._time or 0.0, self._config)
        return tuple(everything.believed(t, motion, gone, drift))

    def boxes(self, t: Seconds, motion: CameraMotion = STILL, gone: Gone | None = None) -> Boxes:
        """(n, 4) the boxes of what `at` answers."""
        return self._tracks.boxes(t, motion, gone)

    def confirmed(self) -> tuple[list[int], Boxes]:
        """Keys and (n, 4) boxes of what the last result held, surest first, at its time."""
        rows = [row for row, life in enumerate(self._lives) if life.seen_at == self._time]
        rows.sort(key=lambda row: -self._lives[row].belief)
        return [self._lives[row].key for row in rows], self._states.boxes[rows]

    def _outlook(self) -> Outlook:
        rows = [row for row, life in enumerate(self._lives) if life.id is not None]
        lives = [self._lives[row] for row in rows]
        states = self._states.take(np.array(rows, np.intp))
        return Outlook(lives, states, self._time or 0.0, self._config)

    def _usable(self, detections: Detections) -> Detections:
        boxes, scores = detections.boxes, detections.scores
        good = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1)
        good &= (scores >= self._config.faint_score) & (scores <= 1.0)
        return without_duplicates(
            detections.where(good), self._config.duplicate_overlap, MOST_DETECTIONS
        )

    def _associate(self, detections: Detections, t: float) -> Flags:
        """Gives detections to tracks, round by round; (m,) true for those that found none."""
        waiting = np.ones(len(self._lives), np.bool_)
        free = np.ones(len(detections), np.bool_)
        sharp = self._similarity(np.arange(len(waiting)), detections, _sharp)
        found = [np.zeros((2, 0), np.intp)]
        for tracks, candidates, least, doubt in self._rounds(detections.scores):
            rows, columns = np.flatnonzero(tracks & waiting), np.flatnonzero(candidates & free)
            if not len(rows) or not len(columns):
                continue
            alike = sharp[np.ix_(rows, columns)]
            if doubt:
                alike = self._similarity(rows, picked(detections, columns), doubtful_overlaps)
            pairs = best_pairs(alike, least)
            rows, columns = rows[pairs.tracks], columns[pairs.detections]
            found.append(np.stack([rows, columns]))
            waiting[rows], free[columns] = False, False
        rows, columns = np.concatenate(found, axis=1)
        self._confirm(rows, picked(detections, columns), t)
        return free

    def _rounds(self, scores: NDArray[np.float32]) -> tuple[_Round, ...]:
        config = self._config
        known = np.array([life.id is not None for life in self._lives], np.bool_)
        hoped = np.array([life.sure for life in self._lives], np.bool_) & ~known
        followed, faint = known | hoped, ~known & ~hoped
        sure, least = scores >= config.sure_score, scores >= config.least_score
        unsure, some = ~sure & least, np.ones(len(scores), np.bool_)
        return (
            (known, sure, config.least_overlap, False),
            (known, unsure, config.least_overlap_unsure, False),
            (hoped, sure, config.least_overlap, False),
            (hoped, unsure, config.least_overlap_unsure, False),
            (known, sure, config.least_overlap, True),
            (hoped, sure, config.least_overlap, True),
            (faint, some, config.least_overlap, False),
            (followed, ~least & (scores >= config.low_score), config.least_overlap_faint, False),
            (faint, some, config.least_overlap, True),
        )

    def _similarity(
        self, rows: Rows, detections: Detections, likeness: Likeness
    ) -> NDArray[np.float64]:
        states = self._states.take(rows)
        boxes = states.boxes
        doubt = np.minimum(states.doubt, self._config.most_doubt * boxes[:, 2:])
        labels = np.array([self._lives[row].label for row in rows.tolist()], np.int32)
        other = labels[:, None] != detections.classes[None]
        trust = np.where(other, 1.0 - self._config.other_class, 1.0)
        return likeness(boxes, doubt, detections.boxes) * trust

    def _confirm(self, rows: Rows, detections: Detections, t: float) -> None:
        states, scores = self._states.take(rows), detections.scores
        boxes = made_whole(detections.boxes, states.boxes)
        corrected = states.corrected(boxes, scores, self._config.noise)
        self._states = self._states.put(rows, corrected)
        cut, classes = cut_sides(detections.boxes).tolist(), detections.classes.tolist()
        for row, label, score, sides in zip(rows, classes, scores.tolist(), cut, strict=True):
            life = self._lives[row]
            life.confirm(t, label, score, self._config)
            life.cut = tuple(sides)
            self._number(life)

    def _number(self, life: Life) -> None:
        """Makes it a track, if it is fit to be one."""
        if life.id is None and life.proven(self._config):
            self._ids += 1
            life.id = TrackId(self._ids)

    def _begin(self, detections: Detections, t: float) -> None:
        new = picked(detections, np.arange(len(detections))[: MOST_TRACKS - len(self._lives)])
        self._states = self._states.joined(_states_of(new, self._config.noise))
        cut, classes = cut_sides(new.boxes).tolist(), new.classes.tolist()
        for label, score, sides in zip(classes, new.scores.tolist(), cut, strict=True):
            self._keys += 1
            life = Life.begun(self._keys, t, label, score)
            life.cut, life.sure = tuple(sides), score >= self._config.sure_score
            self._number(life)
            self._lives.append(life)

    def _give_up(self, t: float) -> None:
        for life in self._lives:
            life.sure = life.id is not None or (life.sure and life.seen_at == t)
        config = self._config
        waits = [config.lost_for if life.id else config.faint_for for life in self._lives]
        lives = zip(self._lives, waits, strict=True)
        keep = np.array([t - life.seen_at <= wait for life, wait in lives], np.bool_)
        self._states = self._states.take(keep)
        self._lives = [life for life, kept in zip(self._lives, keep, strict=True) if kept]


def _sharp(tracks: Boxes, _doubt: NDArray[np.float64], detections: Boxes) -> NDArray[np.float64]:
    return overlaps(tracks, detections)


def _states_of(detections: Detections, noise: Noise) -> BoxStates:
    return BoxStates.first_seen(detections.boxes, detections.scores, noise)
