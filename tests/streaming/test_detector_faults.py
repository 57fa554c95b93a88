"""A real detector's process that is slow, raises, dies or hangs; a real server, a real client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import web
from models.choice import Choice
from models.detector_process import DetectorProcess
from models.process_limits import ProcessLimits
from streaming.security import Gate
from streaming.server import Server
from streaming.settings import Settings
from streaming.understanding import Loaders
from tests.models import plugged_detector
from tests.models.plugged_detector import DIE, HANG, LOADING, NAME, ORDERS, RAISE, SLOWER, obeyed

PATIENCE = 60.0
"""Seconds for anything to happen on a machine that is busy with something else."""

FRAMES = 15
"""Frames that have to come back while the detector is at fault."""


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the detector looks for what to do."""
    folder = tmp_path_factory.mktemp("plugged")
    with plugged_detector.installed(folder), pytest.MonkeyPatch.context() as patch:
        patch.setenv(ORDERS, str(folder / "order"))
        yield folder / "order"


def give(orders: Path, order: int) -> None:
    """In one step, so that nobody reads half of it; what was obeyed before is forgotten."""
    orders.with_suffix(".obeyed").unlink(missing_ok=True)
    draft = orders.with_suffix(".draft")
    draft.write_text(str(order))
    draft.replace(orders)


def take_back(orders: Path) -> None:
    """From here on it sees again."""
    orders.unlink()


async def test_whatever_the_detector_does_the_picture_goes_on_and_sight_comes_back(
    orders: Path, serving, connected, monkeypatch
) -> None:
    monkeypatch.setattr("streaming.session.PROBLEM_INTERVAL", 0.5)
    limits = ProcessLimits(
        answer=3.0, starved=3.0, restart=20.0, first_pause=0.1, longest_pause=0.1
    )
    detector = DetectorProcess(Choice(NAME), limits=limits)
    async with serving(detector) as running, connected(running) as client:
        await client.until(lambda: client.tracks, PATIENCE)
        for order, words in (
            (SLOWER, ""),
            (RAISE, "ordered to raise"),
            (DIE, "ended"),
            (HANG, "nothing came"),
        ):
            give(orders, order)
            await client.until(lambda given=order: obeyed(orders) == given, PATIENCE)
            frames = len(client.frames)
            await client.until(
                lambda before=frames: len(client.frames) >= before + FRAMES, PATIENCE
            )
            if words:
                await client.until(lambda text=words: text in complaints(client), PATIENCE)
            take_back(orders)
            tracks = len(client.tracks)
            await client.until(lambda before=tracks: len(client.tracks) >= before + 3, PATIENCE)
        (session,) = running.server.sessions.all()
        assert not session.session.ended.is_set()


async def test_a_server_ends_while_its_detector_is_still_being_loaded(
    orders: Path, monkeypatch
) -> None:
    monkeypatch.setenv(LOADING, str(orders))
    give(orders, HANG)
    detector = DetectorProcess(Choice(NAME), limits=ProcessLimits(start=1.5 * PATIENCE))
    server = Server(Settings(), Loaders(lambda: detector), Gate(None), web.ROOT, bytes)
    async with asyncio.timeout(PATIENCE):
        async with server.running():
            while obeyed(orders) != HANG:
                await asyncio.sleep(0.01)
            worker = detector._host.pid
        assert worker is not None
        assert not psutil.pid_exists(worker)
    take_back(orders)


def complaints(client) -> str:
    """All that the person was told went wrong."""
    return "\n".join(problem["detail"] for problem in client.said("problem"))
