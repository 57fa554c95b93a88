"""Replay: recorded video in, the same result every time; and goldens of the whole pipeline."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import models.registry
from streaming.replay import Outputs, replay, see
from streaming.sample import sample_camera, sample_picture
from streaming.videofile import VideoFrame, VideoReader, VideoWriter
from vision.ports import Detector
from vision.types import Seconds

GOLDEN = Path(__file__).parent / "golden" / "sample-events.jsonl"
SECONDS = 3
TOLERANCE = 0.02
"""Fractions of the picture: another processor rounds its sums differently."""


@pytest.fixture(scope="module")
def detector() -> Detector:
    return models.registry.create("nanodet-g-416", device="cpu", threads=1)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's first seconds."""
    path = tmp_path_factory.mktemp("replay") / "sample.mp4"
    camera = sample_camera()
    with VideoWriter(path, Fraction(camera.fps)) as writer:
        for index in range(SECONDS * camera.fps):
            writer.write(sample_picture(camera, index), index * 3000)
    return path


def events_of(clip: Path, detector: Detector, folder: Path, every: float) -> bytes:
    path = folder / "events.jsonl"
    replay(clip, detector, Outputs(events=path), every)
    return path.read_bytes()


def test_two_runs_give_the_same_bytes(clip: Path, detector: Detector, tmp_path: Path) -> None:
    first = events_of(clip, detector, tmp_path, 0.1)
    assert first == events_of(clip, detector, tmp_path, 0.1)
    assert len(first.splitlines()) == 1 + SECONDS * 10


def lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def test_events_are_those_of_the_golden_run(clip: Path, detector: Detector, tmp_path: Path) -> None:
    """To make it anew, delete it, run this test, and look at the annotated clip."""
    data = events_of(clip, detector, tmp_path, 0.25)
    if not GOLDEN.exists():
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_bytes(data)
        pytest.fail(f"there was no golden run; look at {GOLDEN} and commit it")
    found, expected = lines(data), lines(GOLDEN.read_bytes())
    assert len(found) == len(expected)
    assert found[0] == expected[0]
    for one, other in zip(found[1:], expected[1:], strict=True):
        assert one["at"] == other["at"]
        assert_alike(one["objects"], other["objects"])


def assert_alike(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> None:
    assert [(o["id"], o["label"]) for o in found] == [(o["id"], o["label"]) for o in expected]
    for one, other in zip(found, expected, strict=True):
        assert one["box"] == pytest.approx(other["box"], abs=TOLERANCE)


def test_every_output_is_written(clip: Path, detector: Detector, tmp_path: Path) -> None:
    outputs = Outputs(
        video=tmp_path / "out.mp4",
        mot=tmp_path / "mot.txt",
        snapshot_at=1.0,
        snapshot=tmp_path / "shot.jpg",
    )
    progress: list[int | None] = []
    count = replay(clip, detector, outputs, 0.1, progress.append)
    assert count == SECONDS * 30
    assert progress == [count, *[None] * count]
    with VideoReader(tmp_path / "out.mp4") as reader:
        assert sum(1 for _ in reader) == count
    shot = cv2.imread(str(tmp_path / "shot.jpg"))
    assert shot is not None
    assert shot.shape == (480, 640, 3)
    check_mot((tmp_path / "mot.txt").read_text(), count)


def check_mot(text: str, count: int) -> None:
    rows = np.array([line.split(",") for line in text.splitlines()], float)
    assert rows.shape[1] == 10
    assert rows[:, 0].min() >= 1
    assert rows[:, 0].max() <= count
    assert (rows[:, 7:] == -1).all()
    assert (rows[:, 4] > 20).all(), "boxes are in pixels"
    pairs = [(int(frame), int(track)) for frame, track in rows[:, :2]]
    assert len(set(pairs)) == len(pairs), "an id stands once in a frame"


def test_the_detector_looks_at_the_interval_that_was_asked_for(
    clip: Path, detector: Detector
) -> None:
    with VideoReader(clip) as reader:
        looked = [seen.frame.t for seen in see(iter(reader), detector, 0.2) if seen.detected]
    assert np.diff(looked) == pytest.approx(0.2, abs=1e-3)


def test_a_pause_in_the_video_is_no_backlog(detector: Detector) -> None:
    camera = sample_camera()
    times = [0.0, 0.1, 5.0, 5.04, 5.08, 5.12, 5.2]
    frames = (
        VideoFrame(i, Seconds(t), round(t * 90_000), sample_picture(camera, i))
        for i, t in enumerate(times)
    )
    looked = [seen.frame.t for seen in see(frames, detector, 0.1) if seen.detected]
    assert looked == [0.0, 0.1, 5.0, 5.12, 5.2]
