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

from itertools import compress

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
"Things followed at a time; beyond it the weakest are given up, or not taken up."
MOST_DETECTIONS = 256
"Detections of one picture that are looked at, best first."
LONGEST_GAP = 10.0
"Seconds between two results after which nothing is taken for what was there before."

Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
_Round = tuple[Flags, Flags, float, bool]
"""Which tracks choose from which detections, how much overlap is enough, and whether doubt widens
boxes."""


class Tracker:
    """Follows the objects of one session. Not thread-safe."""

    def __init__(self, config: TrackerConfig | None = None, given: int = 0) -> None:
        """The first id is one more than ``given``."""
        self._config = config or TrackerConfig()
        self.given = given
        "The id that was given last."
        self._keys = 0
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

        For arguments and errors see `take_in`.
        """
        self.take_in(detections, t, motion)
        return self.at(t)

    def take_in(self, detections: Detections, t: Seconds, motion: CameraMotion = STILL) -> None:
        """Takes in what was detected in the picture at ``t``.

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
        left_over = detections.where(self._associate(detections, t))
        self._give_up(t)
        self._begin(self._with_room(left_over, t), t)
        self._tracks = self._outlook()

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
        surest = np.argsort([-self._lives[row].belief for row in rows], kind="stable")
        rows = np.array(rows, np.intp)[surest].tolist()
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
        boxes, trust = self._states.boxes, self._trust(detections)
        sharp = overlaps(boxes, detections.boxes) * trust
        none = np.zeros(0, np.intp)
        found_rows, found_columns = [none], [none]
        for tracks, candidates, least, doubt in self._rounds(detections.scores):
            rows, columns = (tracks & waiting).nonzero()[0], (candidates & free).nonzero()[0]
            if not len(rows) or not len(columns):
                continue
            chosen = rows[:, None], columns
            alike = sharp[chosen]
            if doubt:
                margin = self._doubt(rows, boxes[rows])
                alike = doubtful_overlaps(boxes[rows], margin, detections.boxes[columns])
                alike *= trust[chosen]
            pairs = best_pairs(alike, least)
            rows, columns = rows[pairs.tracks], columns[pairs.detections]
            found_rows.append(rows)
            found_columns.append(columns)
            waiting[rows], free[columns] = False, False
        found = picked(detections, np.concatenate(found_columns))
        self._confirm(np.concatenate(found_rows), found, t)
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

    def _trust(self, detections: Detections) -> NDArray[np.float64]:
        """(n, m) the share of its overlap that a pair keeps: less where classes differ."""
        labels = np.array([life.label for life in self._lives], np.int32)
        other = labels[:, None] != detections.classes
        return np.asarray(np.where(other, 1.0 - self._config.other_class, 1.0), np.float64)

    def _doubt(self, rows: Rows, boxes: Boxes) -> NDArray[np.float64]:
        most = self._config.most_doubt * boxes[:, 2:]
        return np.asarray(np.minimum(self._states.doubt[rows], most), np.float64)

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
            if life.id is None:
                self._number(life)

    def _number(self, life: Life) -> None:
        """Makes it a track, which it is not yet, if it is fit to be one."""
        if life.proven(self._config):
            self.given += 1
            life.id = TrackId(self.given)

    def _with_room(self, new: Detections, t: float) -> Detections:
        """Those of the new for which there is room, after weaker ones were given up for them."""
        if len(self._lives) + len(new) <= MOST_TRACKS:
            return new
        known = [life.worth(t, self._config) for life in self._lives]
        sure = new.scores >= self._config.sure_score
        worth = np.concatenate([np.array(known, np.float64), new.scores + sure])
        keep = np.zeros(len(worth), np.bool_)
        keep[np.argsort(-worth, kind="stable")[:MOST_TRACKS]] = True
        self._keep(keep[: len(known)])
        return new.where(keep[len(known) :])

    def _begin(self, new: Detections, t: float) -> None:
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
        self._keep(np.array([t - life.seen_at <= wait for life, wait in lives], np.bool_))

    def _keep(self, keep: Flags) -> None:
        """Gives up all the others."""
        if not keep.all():
            self._states = self._states.take(keep)
            self._lives = list(compress(self._lives, keep.tolist()))


def _states_of(detections: Detections, noise: Noise) -> BoxStates:
    return BoxStates.first_seen(detections.boxes, detections.scores, noise)
