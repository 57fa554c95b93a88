"""Poses from a camera to the wire and onto the picture; and a server without them, as it was."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from models.pose_process import PoseProcess
from streaming.following import Shown
from streaming.posing import Posing
from streaming.settings import Settings
from streaming.stats import SessionStats
from streaming.understanding import Loaders, understanding
from vision.errors import ModelError, WeightsMissing
from vision.picture import Picture
from vision.types import Box, Pose, Seconds

Maker = Callable[..., Any]


class Standing:
    """Finds all joints of everyone in the middle of their box; fails where it is told to."""

    name = "standing"

    def __init__(self, failing: int = 0) -> None:
        self.failing = failing
        self.boxes: list[Box] = []

    def poses(self, _: Picture, boxes: Sequence[Box]) -> tuple[Pose, ...]:
        self.boxes += boxes
        if self.failing > 0:
            self.failing -= 1
            raise ModelError("the pose estimator was lost")
        return tuple(
            Pose(np.tile(np.array([b[0] + b[2] / 2, b[1] + b[3] / 2, 0.9], np.float32), (17, 1)))
            for b in boxes
        )

    def close(self) -> None:
        """Holds nothing."""


def keypoints(client: Any) -> list[list[float]]:
    return [
        thing["keypoints"]
        for message in client.tracks
        for thing in message["objects"]
        if "keypoints" in thing
    ]


async def test_joints_are_found_and_told_with_their_track(serving: Maker, connected: Maker) -> None:
    async with serving(poses=Standing()) as running, connected(running) as client:
        await client.until(lambda: len(keypoints(client)) > 5)
        assert client.events[0]["pose"] == "standing"
        thing = next(t for m in client.tracks for t in m["objects"] if "keypoints" in t)
        np.testing.assert_allclose(thing["keypoints"], [0.5, 0.5, 0.9] * 17, atol=0.02)
        assert 0 <= thing["posed"] <= 800
        await client.until(lambda: any(s["rates"].get("pose") for s in client.said("stats")))
        stats = client.said("stats")[-1]
        assert stats["rates"]["pose"] <= 5.5, "at a bounded rate"
        assert "pose" in stats["stages"]


async def test_without_the_option_nothing_tells_of_poses(serving: Maker, connected: Maker) -> None:
    async with serving() as running, connected(running) as client:
        await client.until(lambda: client.said("stats") and len(client.tracks) > 5)
        assert "pose" not in client.events[0]
        assert not keypoints(client)
        stats = client.said("stats")[-1]
        assert "pose" not in stats["rates"]
        assert "pose" not in stats["stages"]


async def test_an_estimator_that_fails_takes_nothing_else_with_it(
    serving: Maker, connected: Maker
) -> None:
    failing = Standing(failing=2)
    async with serving(poses=failing) as running, connected(running) as client:
        await client.until(lambda: keypoints(client))
        assert len(failing.boxes) > 2
        assert len(client.tracks) > 1


async def test_a_process_that_dies_is_replaced_and_the_picture_goes_on(
    serving: Maker, connected: Maker
) -> None:
    process = PoseProcess()
    async with serving(poses=process) as running, connected(running) as client:
        await client.until(lambda: keypoints(client), 30)
        pid = process._host.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        frames = len(client.frames)
        await client.until(lambda: process._host.pid not in (None, pid), 30)
        assert len(client.frames) > frames
        told = len(keypoints(client))
        await client.until(lambda: len(keypoints(client)) > told + 10, 30)


async def test_an_estimator_that_cannot_be_loaded_is_done_without(tmp_path: Any) -> None:
    def missing() -> Any:
        raise WeightsMissing("the weights of movenet-lightning-192 cannot be read")

    def reader() -> Any:
        raise WeightsMissing("nor those of the reader")

    loaders = Loaders(lambda: None, reader, None, missing)  # type: ignore[arg-type,return-value]
    async with understanding(loaders, Settings(), None) as faculties:  # type: ignore[arg-type]
        assert faculties.poses is None


def test_poses_are_off_unless_asked_for() -> None:
    assert Settings().pose is False


def test_where_there_is_no_desk_nothing_is_done() -> None:
    stats = SessionStats()
    posing = Posing(None, ("person",), stats)
    shown = Shown(Picture(np.zeros((12, 8), np.uint8)), (), (0.0, 0.0), Seconds(1.0))
    posing.see(shown)
    assert posing.at((), Seconds(1.0)) == {}
    assert posing.name == ""
    assert set(stats.stages) == set(SessionStats.STAGES)
    posing.close()
    assert msgspec.json.encode(stats.per_second(1.0)) == b'{"in":0.0,"out":0.0,"detect":0.0}'
