"""Do boxes stay on their objects between detections, while the camera pans?

    python benchmarks/panning.py [--mot DIR]

Scenes whose truth is known are seen through a panning camera: the sample's photographs, which stand
still, and with ``--mot`` people who walk, in a window that sweeps over labelled videos. The truth
itself is given as detections, of every third frame, so that only tracking counts; results come
late by as many frames as the column says. Compared are ours, ours told that the camera is still,
and boxes held until the next result. The measure is the overlap (IoU) of each true object in each
frame with the box drawn for it: its mean, and the share from 0.5 on.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from labelled import Labelled, load_all
from numpy.typing import NDArray

from streaming.sample import sample_camera, sample_picture
from vision.association import in_picture, overlaps
from vision.eye import Eye
from vision.picture import Picture
from vision.tracker import Tracker
from vision.types import Boxes, Detections, Seconds, Track

SPEEDS = (0, 200, 400)
"Pixels of the picture a second: of the sample steadily, of the sweeping window at its fastest."
EVERY = 3
LATE = (0, 3)
SAMPLE_FRAMES = 150
WINDOW = (480, 360)
"Width and height of the window that sweeps over labelled videos."
SEEN_ENOUGH = 0.5
"Objects with less of their box in the picture do not count."


@dataclass(frozen=True, slots=True)
class Moment:
    """One frame of a scene."""

    picture: Picture
    t: Seconds
    truth: Boxes
    "(n, 4) the objects in the picture, clipped to it."


def sample(speed: float) -> Iterator[Moment]:
    """Photographs on a wall."""
    camera = sample_camera(speed=speed)
    for index in range(SAMPLE_FRAMES):
        shown = [thing.box for thing in camera.truth(index) if thing.visible >= SEEN_ENOUGH]
        boxes = np.array(shown, np.float32).reshape(-1, 4)
        yield Moment(sample_picture(camera, index), Seconds(index / camera.fps), boxes)


def street(video: Labelled, speed: float) -> Iterator[Moment]:
    """People seen in a window that sweeps over a labelled video like a sine."""
    width, height = WINDOW
    room = (video.pictures[0].width - width) // 4 * 2
    top = (video.pictures[0].height - height) // 4 * 2
    for frame, whole in enumerate(video.pictures):
        t = Seconds(frame / video.rate)
        # Even, as the planes of colour demand; the truth moves with what is really seen.
        left = room // 2 + round(room / 2 * np.sin(2 * speed / max(room, 1) * t) / 2) * 2
        part = np.ascontiguousarray(whole.bgr()[top : top + height, left : left + width])
        boxes = video.truth[frame].boxes - (left, top, 0, 0)
        yield Moment(Picture.from_bgr(part), t, _visible(boxes / ([width, height] * 2)))


def _visible(boxes: NDArray[np.float64]) -> Boxes:
    low = np.clip(boxes[:, :2], 0, 1)
    sides = np.clip(boxes[:, :2] + boxes[:, 2:], 0, 1) - low
    enough = sides.prod(axis=1) >= SEEN_ENOUGH * boxes[:, 2:].prod(axis=1)
    return np.hstack([low, sides])[enough].astype(np.float32)


class Ours:
    """Our eye."""

    def __init__(self) -> None:
        self._eye = Eye(("object",))

    def look(self, moment: Moment) -> None:
        """Takes in a picture."""
        self._eye.look(moment.picture, moment.t)

    def detected(self, moment: Moment) -> None:
        """Takes in a result."""
        self._eye.detected(_as_detections(moment), moment.t)

    def boxes(self, t: Seconds) -> Boxes:
        """What it would draw."""
        return _boxes(self._eye.tracks_at(t))


class WithoutCamera(Ours):
    """Our tracker, told nothing of the camera."""

    def __init__(self) -> None:
        self._tracker = Tracker()

    def look(self, moment: Moment) -> None:
        """Does without."""

    def detected(self, moment: Moment) -> None:
        """Takes in a result."""
        self._tracker.update(_as_detections(moment), moment.t)

    def boxes(self, t: Seconds) -> Boxes:
        """What it would draw."""
        return _boxes(self._tracker.at(t))


class Held(WithoutCamera):
    """The newest result, until the next."""

    def __init__(self) -> None:
        self._newest = np.zeros((0, 4), np.float32)

    def detected(self, moment: Moment) -> None:
        """Takes in a result."""
        self._newest = moment.truth

    def boxes(self, t: Seconds) -> Boxes:  # noqa: ARG002  it knows no time
        """What it would draw."""
        return self._newest


def _as_detections(moment: Moment) -> Detections:
    count = len(moment.truth)
    return Detections(moment.truth, np.full(count, 0.9, np.float32), np.zeros(count, np.int32))


def _boxes(tracks: tuple[Track, ...]) -> Boxes:
    return np.array([track.box for track in tracks], np.float32).reshape(-1, 4)


def measure(scene: list[Moment], contestant: Ours, late: int) -> NDArray[np.float64]:
    """(n,) overlap of every true object in every frame since the first result."""
    found = [np.zeros(0)]
    for index, moment in enumerate(scene):
        contestant.look(moment)
        if index >= late and (index - late) % EVERY == 0:
            contestant.detected(scene[index - late])
        drawn = in_picture(contestant.boxes(moment.t))
        if index >= late:
            found.append(overlaps(moment.truth, drawn).max(axis=1, initial=0.0))
    return np.concatenate(found)


def scenes(videos: list[Labelled]) -> Iterator[tuple[str, int, list[Moment]]]:
    """Name, speed and moments of everything that is measured."""
    for speed in SPEEDS:
        yield "sample", speed, list(sample(speed))
        for video in videos:
            yield video.name, speed, list(street(video, speed))


def main() -> None:
    parser = argparse.ArgumentParser(description="Do boxes stay on objects while a camera pans?")
    parser.add_argument("--mot", type=Path, help="folder with labelled sequences")
    options = parser.parse_args()
    videos = load_all(options.mot, detect=False) if options.mot else []
    print("| scene | px/s | results late by | boxes | mean IoU | IoU ≥ 0.5 |")
    print("|---" * 6 + "|")
    for name, speed, scene in scenes(videos):
        for late, kind in itertools.product(LATE, (Ours, WithoutCamera, Held)):
            overlap = measure(scene, kind(), late)
            title = {Ours: "ours", WithoutCamera: "ours, camera unknown", Held: "held"}[kind]
            share = f"{100 * np.mean(overlap >= 0.5):.1f} %"
            print(
                f"| {name} | {speed} | {late} frames | {title} | {overlap.mean():.3f} | {share} |"
            )


if __name__ == "__main__":
    main()
