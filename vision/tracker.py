"""Follows objects through detections that come at any rate, and predicts them to any moment.

Drive it so: `Tracker.update` with each detector result, in the order of their capture times;
`Tracker.at`, any number of times, for the moments in between. Both take the camera's motion since
the picture of the last update, so speeds are those of objects in the world, camera motion taken
out. No clock is read: the same calls give the same tracks.

The method is ByteTrack's (Zhang et al., ECCV 2022): tracks first take from the detections that are
sure, then from those that are not. Own to it are real time steps, camera motion, votes on the
class, and a last round that allows for how unsure a prediction is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp

import numpy as np
from numpy.typing import NDArray

from vision.association import (
    best_pairs,
    doubtful_overlaps,
    in_picture,
    made_whole,
    overlaps,
    picked,
    without_duplicates,
)
from vision.kalman import BoxStates, Noise
from vision.motion import STILL, CameraMotion
from vision.types import Boxes, Detections, Seconds, Track, TrackId

MOST_TRACKS = 128
"Objects followed at a time; the weakest new ones beyond it are not taken up."
MOST_DETECTIONS = 256
"Detections of one picture that are looked at, best first."
FAINT_VOTE = 1e-3
"A class whose vote faded below it is forgotten."

Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Likeness = Callable[[Boxes, NDArray[np.float64], Boxes], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class TrackerConfig:
    """Thresholds of the tracker. Scores and overlaps are 0…1, times seconds."""

    sure_score: float = 0.5
    "Detections from here on are associated first, and may begin tracks."
    least_score: float = 0.3
    "Detections below it are ignored."
    instant_score: float = 0.6
    "A detection this sure is a track at once; a lesser one when the next result confirms it."
    least_overlap: float = 0.2
    "Overlap with the prediction that makes a sure detection belong to a track."
    least_overlap_unsure: float = 0.4
    "The same for a detection that is not sure."
    duplicate_overlap: float = 0.7
    "What overlaps something better by more is the same thing."
    most_doubt: float = 0.3
    "Share of its own size by which, at most, doubt widens a box in the last round."
    other_class: float = 0.3
    "Share of its overlap that a pair of different classes loses."
    label_memory: float = 2.0
    "Seconds over which a track forgets what classes its detections spoke for."
    lost_for: float = 2.0
    "An object unseen for longer is given up; its id is not used again."
    shown_missed: float = 0.4
    "An object that the newest result lacks is shown until unseen for this long."
    shown_stale: float = 1.5
    "No object is shown that is unseen for longer: the detector may have stalled."
    least_in_view: float = 0.9
    "An object that the newest result lacks is not shown with less of its box in the picture."
    noise: Noise = field(default_factory=Noise)
    "How boxes are expected to behave."


@dataclass(slots=True)
class _Life:
    """What is known of a track beside where it is."""

    seen_at: float
    score: float
    label: int
    votes: dict[int, float]
    confirmed: bool = False
    id: TrackId | None = None

    def confirm(self, t: float, label: int, score: float, memory: float) -> None:
        faded = exp((self.seen_at - t) / memory)
        votes = {known: vote * faded for known, vote in self.votes.items()}
        self.votes = {known: vote for known, vote in votes.items() if vote > FAINT_VOTE}
        self.votes[label] = self.votes.get(label, 0.0) + score
        self.label = max(self.votes, key=lambda known: (self.votes[known], -known))
        self.seen_at, self.score, self.confirmed = t, score, True


class Tracker:
    """Follows the objects of one session. Not thread-safe."""

    def __init__(self, config: TrackerConfig | None = None) -> None:
        self._config = config or TrackerConfig()
        self._ids = 0
        self._time: float | None = None
        self.forget()

    @property
    def time(self) -> Seconds | None:
        """Capture time of the last update, none before the first."""
        return None if self._time is None else Seconds(self._time)

    def forget(self) -> None:
        """Gives up every object; their ids are not used again."""
        self._lives: list[_Life] = []
        self._states = _states_of(Detections.empty(), self._config.noise)

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
        self._states = self._predicted(t - last, motion)
        self._time = t
        detections = self._usable(detections)
        self._begin(detections.where(self._associate(detections, t)), t)
        self._give_up(t)
        return self.at(t)

    def at(self, t: Seconds, motion: CameraMotion = STILL) -> tuple[Track, ...]:
        """The tracks as predicted to ``t``, as far as they are fit to be shown; changes nothing.

        Speeds are those in the world: camera motion is not in them.

        Args:
            t: not before the last update.
            motion: the camera's, from the picture of the last update to the one at ``t``.
        """
        if self._time is None:
            return ()
        states = self._predicted(t - self._time, motion)
        shown = self._shown(states.boxes, t)
        found = zip(self._lives, states.boxes.tolist(), states.rate.tolist(), shown, strict=True)
        return tuple(
            _track(life, life.id, box, rate, t)
            for life, box, rate, fit in found
            if fit and life.id is not None
        )

    def _predicted(self, dt: float, motion: CameraMotion) -> BoxStates:
        states = self._states if motion is STILL else self._states.moved(motion)
        return states.predicted(dt, self._config.noise) if dt else states

    def _shown(self, boxes: Boxes, t: float) -> Flags:
        config = self._config
        seen_at = np.array([life.seen_at for life in self._lives])
        stale = t - seen_at > config.shown_stale
        missed = seen_at < (self._time or 0.0)
        single = np.array([not life.confirmed for life in self._lives], np.bool_)
        gone = (t - seen_at > config.shown_missed) | (_in_view(boxes) < config.least_in_view)
        return np.asarray(~stale & ~(missed & (gone | single)))

    def _usable(self, detections: Detections) -> Detections:
        boxes, scores = detections.boxes, detections.scores
        good = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > 0).all(axis=1)
        good &= (scores >= self._config.least_score) & (scores <= 1.0)
        return without_duplicates(
            detections.where(good), self._config.duplicate_overlap, MOST_DETECTIONS
        )

    def _associate(self, detections: Detections, t: float) -> Flags:
        """Gives detections to tracks, round by round; (m,) true for those that found none."""
        config = self._config
        known = np.array([life.id is not None for life in self._lives], np.bool_)
        sure = detections.scores >= config.sure_score
        waiting = np.ones(len(known), np.bool_)
        free = np.ones(len(detections), np.bool_)
        for tracks, candidates, likeness, least in (
            (known, sure, _sharp, config.least_overlap),
            (known, ~sure, _sharp, config.least_overlap_unsure),
            (~known, sure, _sharp, config.least_overlap),
            (~known, ~sure, _sharp, config.least_overlap_unsure),
            (known, sure, doubtful_overlaps, config.least_overlap),
            (~known, sure, doubtful_overlaps, config.least_overlap),
        ):
            rows, columns = np.flatnonzero(tracks & waiting), np.flatnonzero(candidates & free)
            if len(rows) and len(columns):
                alike = self._similarity(rows, picked(detections, columns), likeness)
                pairs = best_pairs(alike, least)
                rows, columns = rows[pairs.tracks], columns[pairs.detections]
                self._confirm(rows, picked(detections, columns), t)
                waiting[rows], free[columns] = False, False
        return free

    def _similarity(
        self, rows: Rows, detections: Detections, likeness: Likeness
    ) -> NDArray[np.float64]:
        states = self._states.take(rows)
        boxes = states.boxes
        doubt = np.minimum(states.doubt, self._config.most_doubt * boxes[:, 2:])
        labels = np.array([self._lives[row].label for row in rows], np.int32)
        other = labels[:, None] != detections.classes[None]
        trust = np.where(other, 1.0 - self._config.other_class, 1.0)
        return likeness(boxes, doubt, detections.boxes) * trust

    def _confirm(self, rows: Rows, detections: Detections, t: float) -> None:
        states, scores = self._states.take(rows), detections.scores
        boxes = made_whole(detections.boxes, states.boxes)
        corrected = states.corrected(boxes, scores, self._config.noise)
        self._states = self._states.put(rows, corrected)
        heard = zip(rows, detections.classes.tolist(), scores.tolist(), strict=True)
        for row, label, score in heard:
            life = self._lives[row]
            life.confirm(t, label, score, self._config.label_memory)
            life.id = life.id or self._next_id()

    def _begin(self, detections: Detections, t: float) -> None:
        sure = np.flatnonzero(detections.scores >= self._config.sure_score)
        new = picked(detections, sure[: MOST_TRACKS - len(self._lives)])
        self._states = self._states.joined(_states_of(new, self._config.noise))
        for label, score in zip(new.classes.tolist(), new.scores.tolist(), strict=True):
            life = _Life(seen_at=t, score=score, label=label, votes={label: score})
            life.id = self._next_id() if score >= self._config.instant_score else None
            self._lives.append(life)

    def _give_up(self, t: float) -> None:
        patience = ((life, self._config.lost_for if life.id else 0.0) for life in self._lives)
        keep = np.array([t - life.seen_at <= wait for life, wait in patience], np.bool_)
        self._states = self._states.take(keep)
        self._lives = [life for life, kept in zip(self._lives, keep, strict=True) if kept]

    def _next_id(self) -> TrackId:
        self._ids += 1
        return TrackId(self._ids)


def _sharp(tracks: Boxes, _doubt: NDArray[np.float64], detections: Boxes) -> NDArray[np.float64]:
    return overlaps(tracks, detections)


def _states_of(detections: Detections, noise: Noise) -> BoxStates:
    return BoxStates.first_seen(detections.boxes, detections.scores, noise)


def _in_view(boxes: Boxes) -> NDArray[np.float64]:
    """(n,) share of each box that lies in the picture."""
    seen = in_picture(boxes)[:, 2:].prod(axis=1)
    return np.asarray(seen / boxes[:, 2:].prod(axis=1), np.float64)


def _track(life: _Life, number: TrackId, box: list[float], rate: list[float], t: float) -> Track:
    return Track(
        id=number,
        label=life.label,
        score=life.score,
        box=(box[0], box[1], box[2], box[3]),
        velocity=(rate[0], rate[1]),
        seen=Seconds(t - life.seen_at),
    )
