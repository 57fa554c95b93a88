"""A real engine is played to in real time; nothing here depends on how fast this machine is."""

from __future__ import annotations

import numpy as np
from streaming_live import live_runs
from streaming_scenes import Moment, Scene

from vision.picture import Picture
from vision.types import Detections, Seconds


class Quick:
    name, labels = "quick", ("thing",)

    def detect(self, picture: Picture) -> Detections:  # noqa: ARG002
        return Detections.empty()


def moment(frame: int) -> Moment:
    nothing = Detections.empty()
    blank = Picture(np.zeros((3, 2), np.uint8))
    return Moment(blank, Seconds(frame / 30), nothing.boxes, nothing.classes, np.zeros(0, np.bool_))


def test_runs_are_of_frames_that_had_come() -> None:
    scene = Scene("made up", "0", [moment(frame) for frame in range(9)], frozenset())
    live = live_runs(scene, Quick(), max_hz=10)
    assert all(len(each.detections) == 0 for each in live)
    runs = [each.run for each in live]
    frames = [run.frame for run in runs]
    assert frames == sorted(set(frames))
    assert frames
    assert all(run.done >= scene.moments[run.frame].t for run in runs)
