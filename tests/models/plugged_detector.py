"""A detector of another package, installed for the time of a test: the picture tells it what to do.

Worker processes find it by the same entry points as any other. The first pixel of a picture is the
order, so that a test decides frame by frame, whichever process it comes to. Pixels do not survive a
codec; where frames come through one, an order can stand in a file, and so can one for loading.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from models import batching
from models.choice import Choice
from models.detector_process import DetectorProcess
from models.devices import Device, Runtime
from models.registry import GROUP
from vision.errors import ConfigError, WeightsMissing
from vision.picture import Picture
from vision.types import Detections

NAME = "plugged"
BROKEN = "plugged-broken"
ASKED = "plugged-asked"

SEE, HANG, SPIN, RAISE, LACK, DIE, SLOW, SLOWER = range(8)
"""Orders."""

ORDERS = "PLUGGED_ORDERS"
"""Environment variable: the file in which an order may stand. No file, no order. What is obeyed of
it is noted in a file beside it, see `obeyed`."""

LOADING = "PLUGGED_LOADING"
"""The same for an order that is obeyed while the detector is loaded."""

FOREVER = 3600.0


class Plugged:
    """Sees one thing: its box tells of the picture, its class is the rung, and its score is a half,
    or of several pictures that came together, as large a part of it."""

    name = NAME
    labels = ("first", "second", "third")
    rungs = ("large", "medium", "small")

    def __init__(self, device: Device, threads: int | None) -> None:
        self.runtime = Runtime(device, threads or 1, f"loaded {_loaded()}")
        self.rung = 0
        self.batch_sizes: tuple[int, ...] = (1,)

    def take_up_to(self, pictures: int) -> None:
        self.batch_sizes = batching.up_to(pictures)

    def detect(self, picture: Picture) -> Detections:
        return self._see(picture, 0.5)

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Detections]:
        assert len(pictures) <= self.batch_sizes[-1]
        return [self._see(picture, 0.5 / len(pictures)) for picture in pictures]

    def _see(self, picture: Picture, score: float) -> Detections:
        obey(_order(picture))
        box = [picture.width, picture.height, picture.i420.mean(), picture.i420[-1, -1]]
        return Detections(
            np.array([box], np.float32),
            np.array([score], np.float32),
            np.array([self.rung], np.int32),
        )


class PluggedAsked:
    """Sees each thing that it is asked for once, the surer, the shorter the phrase."""

    name = ASKED
    labels: tuple[str, ...] = ()
    unreadable = "x" * 20

    def __init__(self, device: Device, threads: int | None) -> None:
        self.runtime = Runtime(device, threads or 1, "asked")

    def want(self, phrases: Sequence[str]) -> None:
        if self.unreadable in phrases:
            raise ConfigError("a phrase is too long: use fewer words")
        self.labels = tuple(phrases)

    def detect(self, picture: Picture) -> Detections:
        obey(_order(picture))
        count = len(self.labels)
        return Detections(
            np.tile(np.float32([0.1, 0.1, 0.5, 0.5]), (count, 1)),
            np.array([1 - len(each) / 100 for each in self.labels], np.float32),
            np.arange(count, dtype=np.int32),
        )


def obey(order: int) -> None:
    """Does what the first pixel says."""
    if order == HANG:
        time.sleep(FOREVER)
    elif order == SPIN:
        while True:
            pass
    elif order == RAISE:
        raise ValueError("ordered to raise")
    elif order == LACK:
        raise WeightsMissing("ordered to lack its weights")
    elif order == DIE:
        os._exit(3)
    elif order == SLOW:
        time.sleep(0.2)
    elif order == SLOWER:
        time.sleep(2.0)


def _loaded() -> str:
    """How this process stands to others while it loads."""
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_IDLE:
        return "gently"
    return "at once"


def _order(picture: Picture) -> int:
    standing = _standing(ORDERS)
    return int(picture.i420[0, 0]) if standing is None else standing


def _standing(variable: str) -> int | None:
    if variable not in os.environ:
        return None
    file = Path(os.environ[variable])
    with suppress(OSError):
        order = int(file.read_text())
        _notes(file).write_text(str(order))
        return order
    return None


def obeyed(orders: Path) -> int | None:
    """The order of that file that was obeyed last."""
    with suppress(OSError, ValueError):
        return int(_notes(orders).read_text())
    return None


def _notes(orders: Path) -> Path:
    return orders.with_suffix(".obeyed")


def create(name: str, device: Device, threads: int | None) -> Plugged | PluggedAsked:
    """What the entry points name."""
    if name == ASKED:
        return PluggedAsked(device, threads)
    if name == BROKEN:
        raise RuntimeError("broken by design")
    obey(_standing(LOADING) or SEE)
    return Plugged(device, threads)


def picture(order: int = SEE, width: int = 64, height: int = 48, level: int = 100) -> Picture:
    """One that tells the detector what to do."""
    i420 = np.full((height * 3 // 2, width), level, np.uint8)
    i420[0, 0] = order
    return Picture(i420)


def started(name: str = NAME, **options: Any) -> DetectorProcess:
    """One that is loaded. Close it."""
    limits = options.pop("limits", None)
    detector = DetectorProcess(Choice(name, **options), limits)
    try:
        detector.start()
    except BaseException:
        detector.close()
        raise
    return detector


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """Puts the entry points where every process started from here on looks for them."""
    package = folder / "plugged-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n")
    entries = (f"{name} = tests.models.plugged_detector:create\n" for name in (NAME, BROKEN, ASKED))
    (package / "entry_points.txt").write_text(f"[{GROUP}]\n" + "".join(entries))
    root = Path(__file__).parents[2]
    with patch.dict(os.environ, {"PYTHONPATH": os.pathsep.join((str(folder), str(root)))}):
        yield
