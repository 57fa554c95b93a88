"""What is on the screen at each frame of a scene, by several systems, in simulated time.

A system is driven as the server drives its eye: `look` at every frame, `detected` when a result is
there. With the burned-in display a frame carries what the system answers for the frame's own time.
With the client-drawn one the page has the newest message that has come, and moves its boxes on to
the frame that it displays, as ``web/js/motion.js`` does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import exp
from typing import Protocol

import numpy as np
from streaming_scenes import Scene
from streaming_schedule import SAME_MOMENT, Detected

from vision.eye import Eye, EyeConfig
from vision.picture import Picture
from vision.types import Boxes, Detections, Seconds, Track, TrackId

TRUSTED, FADE = 0.25, 0.35
"Seconds for which the page trusts speeds, and over which it then trusts them less and less."
FURTHEST_BACK = 0.5
NOBODY = TrackId(0)
GONE_AFTER = 1.3
"Seconds after which the page shows no box that no detection has confirmed."


class System(Protocol):
    """Something that answers what is where at a time."""

    def look(self, picture: Picture, t: Seconds) -> None:
        """Takes in a frame."""

    def detected(self, detections: Detections, t: Seconds) -> None:
        """Takes in what was detected in the frame at ``t``."""

    def tracks(self, t: Seconds) -> tuple[Track, ...]:
        """What is where at ``t``."""
        ...


class Ours:
    """Our eye."""

    def __init__(self, *, everything: bool, config: EyeConfig | None = None) -> None:
        """``everything``: also what the eye holds and does not show."""
        self._eye = Eye((), config)
        self._everything = everything

    def look(self, picture: Picture, t: Seconds) -> None:
        """Takes in a frame."""
        self._eye.look(picture, t)

    def detected(self, detections: Detections, t: Seconds) -> None:
        """Takes in a result."""
        self._eye.detected(detections, t)

    def tracks(self, t: Seconds) -> tuple[Track, ...]:
        """Predicted to ``t``, camera motion included."""
        return self._eye.believed_at(t) if self._everything else self._eye.tracks_at(t)


class WithoutCamera(Ours):
    """Our eye, which is shown no picture, so that the camera seems to stand still."""

    def look(self, picture: Picture, t: Seconds) -> None:
        """Does without."""


class Unpredicted(Ours):
    """Our eye, but its answer for the newest result's time is left as it is until the next."""

    def __init__(self, *, everything: bool, config: EyeConfig | None = None) -> None:
        super().__init__(everything=everything, config=config)
        self._held: tuple[Track, ...] = ()

    def detected(self, detections: Detections, t: Seconds) -> None:
        """Takes in a result."""
        super().detected(detections, t)
        self._held = tuple(replace(k, velocity=(0.0, 0.0)) for k in super().tracks(t))

    def tracks(self, t: Seconds) -> tuple[Track, ...]:  # noqa: ARG002  it knows no time
        """The same until the next result."""
        return self._held


class Held:
    """What the detector said last, as most systems show it."""

    def __init__(self) -> None:
        self._held: tuple[Track, ...] = ()

    def look(self, picture: Picture, t: Seconds) -> None:
        """Does without."""

    def detected(self, detections: Detections, t: Seconds) -> None:  # noqa: ARG002
        """Takes in a result."""
        self._held = _as_tracks(detections)

    def tracks(self, t: Seconds) -> tuple[Track, ...]:  # noqa: ARG002  it knows no time
        """The same until the next result."""
        return self._held


@dataclass(frozen=True, slots=True)
class Message:
    """What the page is told."""

    sent: float
    "When, by the time of the server."
    t: Seconds
    "Of the frame that it speaks of."
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Results:
    """What a detector gives for a scene."""

    seen: list[Detections]
    "What it sees in each frame."
    runs: list[Detected]
    "Which frames it is shown, and when it has answered."


def offline(scene: Scene, seen: list[Detections], system: System) -> Iterator[Detections]:
    """What a system answers that has the result of every frame at once."""
    for moment, found in zip(scene.moments, seen, strict=True):
        system.look(moment.picture, moment.t)
        system.detected(found, moment.t)
        yield as_detections(system.tracks(moment.t))


def burned_in(scene: Scene, results: Results, system: System) -> Iterator[Detections]:
    """What is drawn on every frame: predicted to its time from results that had come by then."""
    return on_frames(messages(scene, results, system))


def on_frames(told: Iterable[Message]) -> Iterator[Detections]:
    """The same, from all that the system tells: of each frame, what is told at its own time."""
    return (as_detections(each.tracks) for each in told if each.sent == each.t)


def client_drawn(scene: Scene, messages: Iterable[Message], trip: float) -> Iterator[Detections]:
    """What the page draws on every frame of its own preview.

    Args:
        scene: its frames are displayed at their own times.
        messages: as the server sends them.
        trip: seconds from a frame's display by way of the server to a message about it.
    """
    waiting = deque(messages)
    newest = Message(0.0, Seconds(0.0), ())
    for moment in scene.moments:
        while waiting and waiting[0].sent + trip <= moment.t + SAME_MOMENT:
            newest = waiting.popleft()
        yield as_detections(_moved_on(newest.tracks, moment.t - newest.t))


def messages(
    scene: Scene, results: Results, system: System, *, each_frame: bool = True
) -> Iterator[Message]:
    """What the server tells the page: with each result and each frame, or with results alone."""
    waiting, looked = deque(results.runs), Seconds(0.0)
    for moment in scene.moments:
        while waiting and waiting[0].done <= moment.t + SAME_MOMENT:
            run = waiting.popleft()
            system.detected(results.seen[run.frame], scene.moments[run.frame].t)
            yield Message(run.done, looked, system.tracks(looked))
        system.look(moment.picture, moment.t)
        looked = moment.t
        if each_frame:
            yield Message(looked, looked, system.tracks(looked))


def _moved_on(tracks: tuple[Track, ...], elapsed: float) -> tuple[Track, ...]:
    seconds = _reach(elapsed)
    shown = (k for k in tracks if k.seen + max(elapsed, 0.0) < GONE_AFTER)
    return tuple(replace(k, box=_moved(k, seconds)) for k in shown)


def _reach(elapsed: float) -> float:
    if elapsed <= TRUSTED:
        return max(elapsed, -FURTHEST_BACK)
    return TRUSTED + FADE * (1 - exp((TRUSTED - elapsed) / FADE))


def _moved(track: Track, seconds: float) -> tuple[float, float, float, float]:
    (left, top, width, height), (x, y) = track.box, track.velocity
    return left + x * seconds, top + y * seconds, width, height


def as_detections(tracks: tuple[Track, ...]) -> Detections:
    """Boxes as far as they are in the picture, best score first."""
    best = sorted(tracks, key=lambda track: -track.score)
    boxes = _in_picture(np.array([track.box for track in best], np.float32).reshape(-1, 4))
    found = Detections(
        boxes,
        np.array([track.score for track in best], np.float32),
        np.array([track.label for track in best], np.int32),
    )
    return found.where(boxes[:, 2:].all(axis=1))


def _in_picture(boxes: Boxes) -> Boxes:
    low = np.clip(boxes[:, :2], 0, 1)
    return np.hstack([low, np.clip(boxes[:, :2] + boxes[:, 2:], 0, 1) - low])


def _as_tracks(detections: Detections) -> tuple[Track, ...]:
    return tuple(
        Track(NOBODY, int(label), float(score), tuple(box), (0.0, 0.0), Seconds(0.0))
        for box, score, label in zip(
            detections.boxes.tolist(), detections.scores, detections.classes, strict=True
        )
    )
