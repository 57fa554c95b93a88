"""When the real engine answers, with the real detector, frames coming at their real times."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from streaming_scenes import Scene
from streaming_schedule import Detected

from streaming.engine import Engine
from streaming.frames import MEDIA_CLOCK
from streaming.lane import Lane, Sight
from vision.ports import Detector
from vision.types import Detections

PATIENCE = 5.0
"Seconds that are waited for the last result."


@dataclass(frozen=True, slots=True)
class LiveRun:
    """One run of the detector, and what it saw."""

    run: Detected
    "Its time is since the first frame."
    detections: Detections


def live_runs(scene: Scene, detector: Detector, max_hz: float) -> list[LiveRun]:
    """Plays a scene to an engine."""
    return asyncio.run(_play(scene, Engine(detector, max_hz)))


async def _play(scene: Scene, engine: Engine) -> list[LiveRun]:
    engine.start()
    lane = engine.subscribe()
    began = time.monotonic()
    listening = asyncio.create_task(_listen(lane, began))
    for index, moment in enumerate(scene.moments):
        await asyncio.sleep(began + moment.t - time.monotonic())
        ticks = round(moment.t * MEDIA_CLOCK)
        lane.offer(Sight(moment.picture, moment.t, ticks, index, None, time.monotonic()))
    await asyncio.sleep(0)
    engine.unsubscribe(lane)
    runs = await asyncio.wait_for(listening, PATIENCE)
    await engine.close()
    return runs


async def _listen(lane: Lane, began: float) -> list[LiveRun]:
    """The sights' ``rtp`` are the numbers of their frames."""
    runs = []
    async for result in lane.results():
        assert result.sight.rtp is not None
        if result.detections is not None:
            run = Detected(result.sight.rtp, time.monotonic() - began)
            runs.append(LiveRun(run, result.detections))
    return runs
