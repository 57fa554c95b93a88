"""One camera's sight: where pictures, detections, camera motion and tracks meet.

Drive it so, from one thread: `Eye.look` with every picture, in order; `Eye.detected` with each
detector result, however late, under the time of the picture it was made from; `Eye.tracks_at`
for the moment of each picture that is drawn. Live streaming and replay do just that, the former
with results that come late, the latter with results that come at once. What does not fit that
order is refused and counted, not raised: one late result must not end a session.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from vision.anchors import Anchors
from vision.life import TrackerConfig
from vision.motion import STILL, CameraMotion, MotionEstimator, MotionPath
from vision.outlook import Gone
from vision.picture import Picture
from vision.tracker import Tracker
from vision.types import Boxes, Detections, Seconds, Track

LEAST_ASPECT_CHANGE = 0.02
"Share by which width over height has to change for a picture to count as another view."


@dataclass(frozen=True, slots=True)
class EyeConfig:
    """How an eye looks."""

    motion_side: int = 160
    "Pixels of the longer side to which pictures are scaled to measure the camera's motion."
    anchored: bool = True
    "Whether boxes follow what is in them between detections."
    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    "Thresholds of the tracker."


class Eye:
    """The sight of one camera. Not thread-safe."""

    def __init__(
        self, labels: Sequence[str], config: EyeConfig | None = None, given: int = 0
    ) -> None:
        """``given`` is the id of the last object that was followed before, if any was."""
        self.labels = labels
        "Class names; `Track.label` indexes into them."
        self.refused = 0
        "Pictures and results that came out of order and were not used."
        self._config = config or EyeConfig()
        self._tracker = Tracker(self._config.tracker, given)
        self._estimator = MotionEstimator()
        self._path = MotionPath()
        self._anchors = Anchors()
        self._aspect: float | None = None
        self._looked: float = -np.inf
        self._shown: tuple[Track, ...] | None = None
        self._view_began: float = -np.inf

    def look(self, picture: Picture, t: Seconds) -> None:
        """Takes in the picture at ``t``, which comes after the one before it.

        Resolution may change from picture to picture. With another aspect (the phone was turned)
        nothing is where it was: every object is given up and motion begins anew.
        """
        if not self._looked < t < np.inf:
            self.refused += 1
            return
        foreground, self._looked, self._shown = self._foreground(), t, None
        self._restart_on_another_view(picture, t)
        side = self._config.motion_side
        width = round(side * min(1.0, picture.width / picture.height))
        grey = picture.grey(max(1, width))
        self._path.add(t, self._estimator.update(grey, foreground))
        if self._config.anchored:
            self._anchors.look(grey, t)

    def detected(self, detections: Detections, t: Seconds) -> None:
        """Takes in what was detected in the picture at ``t``, which has been looked at.

        Refused are results not newer than the last one, and those from before the view changed.
        """
        last = self._tracker.time
        if not max(self._view_began, -np.inf if last is None else np.nextafter(last, np.inf)) <= t:
            self.refused += 1
            return
        self._shown = None
        self._tracker.take_in(detections, t, self._path.between(t if last is None else last, t))
        if self._config.anchored:
            self._anchors.cast(*self._tracker.confirmed(), t, self._path)

    def tracks_at(self, t: Seconds) -> tuple[Track, ...]:
        """The tracks as predicted to ``t``, camera motion included.

        Camera motion is the measured one as far as pictures were looked at, extrapolated past
        the newest. So is the way of what is in each box.
        """
        tracks = self._tracker.at(t, *self._since(t), self._path.velocities)
        if t == self._looked:
            self._shown = tracks
        return tracks

    def believed_at(self, t: Seconds) -> tuple[Track, ...]:
        """All that is followed, shown or not, as predicted to ``t``; see `Tracker.believed`."""
        return self._tracker.believed(t, *self._since(t), self._path.velocities)

    def motion(self, earlier: Seconds, later: Seconds) -> CameraMotion:
        """Where the static world went in the picture between two moments."""
        return self._path.between(earlier, later)

    @property
    def camera(self) -> tuple[float, float]:
        """How fast a static thing in the middle of the picture moves, fractions a second."""
        return self._path.velocity()

    @property
    def given(self) -> int:
        """The id that was given last."""
        return self._tracker.given

    def restart(self, t: Seconds) -> None:
        """Gives up every object: what is looked at from ``t`` on is seen as for the first time."""
        self._tracker.forget()
        self._estimator, self._path, self._anchors = MotionEstimator(), MotionPath(), Anchors()
        self._view_began, self._shown = t, None

    def _restart_on_another_view(self, picture: Picture, t: Seconds) -> None:
        before, self._aspect = self._aspect, picture.width / picture.height
        if before is None or abs(self._aspect / before - 1) < LEAST_ASPECT_CHANGE:
            return
        self.restart(t)

    def _foreground(self) -> Boxes:
        """Where objects are in the newest picture: they may move, what is around them does not."""
        if self._shown is not None:
            return np.array([track.box for track in self._shown], np.float32).reshape(-1, 4)
        last, newest = self._tracker.time, Seconds(self._looked)
        if last is None or newest < last:
            return np.zeros((0, 4), np.float32)
        return self._tracker.boxes(newest, *self._since(newest))

    def _since(self, t: Seconds) -> tuple[CameraMotion, Gone | None]:
        """The camera's motion, and that of boxes as far as they were followed, since the result."""
        last = self._tracker.time
        if last is None:
            return STILL, None
        motion = self._path.between(last, t)
        seen = self._anchors.until(last, Seconds(min(t, self._looked)))
        if seen is None:
            return motion, None
        camera = motion if seen == t else self._path.between(last, seen)
        return motion, lambda keys: self._anchors.shifts(keys, last, seen, camera)
