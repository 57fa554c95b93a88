"""NanoDet: a one-stage detector without anchors, its boxes given as distributions over distances.

RangiLyu, "NanoDet", 2021, https://github.com/RangiLyu/nanodet; the distributions are those of
Li et al., "Generalized Focal Loss", NeurIPS 2020, https://arxiv.org/abs/2006.04388.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models import coco, weights
from models.devices import Device, Runtime
from models.pixels import PLANES, InputWriter
from models.session import Network, Shapes, open_network
from models.suppression import suppress
from vision.errors import ConfigError
from vision.picture import Picture
from vision.types import Detections

SCORE_THRESHOLD = 0.05
"""Lowest score kept: below the 0.1 from which ByteTrack's second pass looks for lost objects."""

NMS_IOU = 0.6
"""Overlap from which the weaker of two boxes of one class is a duplicate; upstream's value."""

MAX_CANDIDATES = 500
"""Best cells that are decoded and compared with one another."""

MAX_DETECTIONS = 300
"""Best boxes returned."""

RUNGS = (416, 352, 288, 224)
"""Pixels of the network's input along the picture's longer side. For 4:3 and for 16:9 they come
within 5 % of a multiple of ``COARSEST`` on the shorter side too, so that little is distorted."""

STRIDES = (8, 16, 32)
"""Pixels of the network's input between the cells of each of the three grids."""

COARSEST = STRIDES[-1]
"""Both sides of the network's input are multiples of this."""

NARROWEST = 96
"""Pixels of the input's shorter side at least: a longer picture is squeezed."""

FIRST_SIZE = (416, 320)
"""What the network is tried with when it is opened."""

UPRIGHT = (320, 416)
"""With `FIRST_SIZE` the only one where sizes are not free: pictures of other shapes than 4:3 and
3:4 are squeezed there."""

TWO_SIZES_ONLY: tuple[Device, ...] = ("tensorrt",)
"""Devices that compile for minutes for each new size, so that both have to be ready at the start:
one that came with a later picture would be taken for a detector that hangs."""

MOST_SIZES = 16
"""Sizes whose buffers are kept, 0.4 to 1.6 MB each: those of the pictures used last."""

WHOLE_NUMBERS: tuple[Device, ...] = ("cpu",)
"""Devices on which the network is faster in 8 bits than with real numbers."""

BINS = 11
"""Distances from a cell's centre that a side's distribution covers: 0 to 10 strides."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Workplace:
    """What pictures of one size of the network's input go through."""

    network: Network
    "With buffers of that size."
    writer: InputWriter
    "Into them."
    decoder: Decoder
    "Of what comes out."


class NanoDet:
    """A ``vision.ports.LadderDetector``. Its buffers are its own: one thread at a time.

    The input has the picture's aspect, since it sees worse in distorted pictures; on a device of
    ``TWO_SIZES_ONLY``, only its orientation. The first picture of a size waits about a millisecond
    for buffers, and for a run that takes somewhat longer.
    """

    labels = coco.LABELS

    def __init__(self, described: weights.Manifest, network: Network) -> None:
        """``network`` has the shapes of ``FIRST_SIZE``."""
        self.name = described.name
        self._border = described.border
        self._network = network
        self._two_sizes = network.runtime.device in TWO_SIZES_ONLY
        self._rung = 0
        self._workplaces: OrderedDict[tuple[int, int], Workplace] = OrderedDict()
        self._workplaces[FIRST_SIZE] = self._furnished(FIRST_SIZE, network)
        if self._two_sizes:
            self._workplaces[UPRIGHT] = upright = self._furnished(UPRIGHT)
            upright.network.run()

    @property
    def runtime(self) -> Runtime:
        """What it runs on, and why."""
        return self._network.runtime

    @property
    def rungs(self) -> tuple[str, ...]:
        """Names of the sizes, best and slowest first: pixels along the longer side."""
        return tuple(str(side) for side in (RUNGS[:1] if self._two_sizes else RUNGS))

    @property
    def rung(self) -> int:
        """Index into ``rungs`` of the size that the next call uses.

        Raises:
            ConfigError: it is set to something else.
        """
        return self._rung

    @rung.setter
    def rung(self, rung: int) -> None:
        if rung not in range(len(self.rungs)):
            raise ConfigError(f"{self.name} has no rung {rung}: choose 0 to {len(self.rungs) - 1}")
        self._rung = rung

    def detect(self, picture: Picture) -> Detections:
        """Detections that score at least ``SCORE_THRESHOLD``, best first."""
        place = self._workplace(picture)
        place.writer.write(picture)
        heads = place.network.run()["heads"][0]
        candidates = place.decoder.decode(heads, SCORE_THRESHOLD)
        return suppress(candidates, NMS_IOU, MAX_DETECTIONS)

    def _workplace(self, picture: Picture) -> Workplace:
        size = self._size(picture)
        place = self._workplaces.get(size)
        if place is None:
            self._workplaces[size] = place = self._furnished(size)
        self._workplaces.move_to_end(size)
        if len(self._workplaces) > MOST_SIZES:
            self._workplaces.popitem(last=False)
        return place

    def _size(self, picture: Picture) -> tuple[int, int]:
        if self._two_sizes:
            return FIRST_SIZE if picture.width >= picture.height else UPRIGHT
        return input_size(picture, RUNGS[self._rung])

    def _furnished(self, size: tuple[int, int], network: Network | None = None) -> Workplace:
        network = network or self._network.reshaped(shapes(size))
        writer = InputWriter(network.inputs["planes"][0], self._border)
        return Workplace(network, writer, Decoder(size))


class Decoder:
    """Turns what the network computes into boxes."""

    def __init__(self, size: tuple[int, int]) -> None:
        """``size`` is the network's input, (width, height) in pixels."""
        grids = [_grid(size, stride) for stride in STRIDES]
        self._centres = np.concatenate([centres for centres, _ in grids], axis=1)
        self._strides = np.concatenate([strides for _, strides in grids])
        self._size = np.array(size, np.float32).reshape(2, 1)

    def decode(self, heads: Floats, threshold: float) -> Detections:
        """The ``MAX_CANDIDATES`` best cells, best first, each as its best class; with duplicates.

        Args:
            heads: (80 + 4 * BINS, cells): class logits, then for left, top, right and bottom the
                logits of their distances; cell by cell, row by row, grid by grid.
            threshold: lowest score, above 0 and below 1.
        """
        logits = heads[: len(coco.LABELS)]
        best = logits.max(axis=0)
        cells = np.flatnonzero(best >= np.log(threshold / (1 - threshold)))
        cells = cells[np.argsort(-best[cells], kind="stable")[:MAX_CANDIDATES]]
        scores = 1 / (1 + np.exp(-best[cells]))
        classes = logits.take(cells, axis=1).argmax(axis=0)
        boxes = self._boxes(heads[len(coco.LABELS) :].take(cells, axis=1), cells)
        return Detections(boxes, scores.astype(np.float32), classes.astype(np.int32))

    def _boxes(self, sides: Floats, cells: NDArray[np.intp]) -> Floats:
        """(k, 4) boxes as fractions, clipped to the picture, of (4 * BINS, k) logits."""
        distances = _expectation(sides.reshape(4, BINS, -1)) * self._strides[cells]
        centres = self._centres[:, cells]
        low = np.clip((centres - distances[:2]) / self._size, 0, 1)
        high = np.clip((centres + distances[2:]) / self._size, 0, 1)
        return np.ascontiguousarray(np.concatenate([low, high - low]).T, np.float32)


def create(name: str, device: Device, threads: int | None) -> NanoDet:
    """Loads the network of that name from the package; ``models.registry`` calls this.

    Raises:
        WeightsMissing, WeightsCorrupt: see ``models.weights.load``.
        DeviceUnavailable, ModelError: see ``models.session.open_network``.
    """

    def model(chosen: Device) -> bytes:
        suffix = weights.QUANTISED if chosen in WHOLE_NUMBERS else ""
        return weights.load(weights.manifest(name + suffix))

    opened = open_network(model, device=device, threads=threads, shapes=shapes(FIRST_SIZE))
    return NanoDet(weights.manifest(name), opened)


def input_size(picture: Picture, longer: int) -> tuple[int, int]:
    """Width and height of the input for a picture, as near its aspect as ``COARSEST`` allows."""
    ratio = min(picture.width, picture.height) / max(picture.width, picture.height)
    shorter = max(NARROWEST, COARSEST * round(longer * ratio / COARSEST))
    return (longer, shorter) if picture.width >= picture.height else (shorter, longer)


def shapes(size: tuple[int, int]) -> Shapes:
    """Of the network's input and output for pictures of ``size``, (width, height)."""
    width, height = size
    cells = sum((width // stride) * (height // stride) for stride in STRIDES)
    return {
        "planes": (1, PLANES, height // 2 + 1, width // 2 + 1),
        "heads": (1, len(coco.LABELS) + 4 * BINS, cells),
    }


def _grid(size: tuple[int, int], stride: int) -> tuple[Floats, Floats]:
    """Centres (2, n), x above y, and strides (n,) of one grid's cells, row by row, in pixels."""
    columns, rows = (-(-side // stride) for side in size)
    y, x = np.mgrid[:rows, :columns].reshape(2, -1)
    centres = (np.stack([x, y]) + 0.5) * stride
    return centres.astype(np.float32), np.full(columns * rows, stride, np.float32)


def _expectation(logits: Floats) -> Floats:
    """(4, k) means, in strides, of the distributions whose logits are (4, BINS, k)."""
    likelihood = np.exp(logits - logits.max(axis=1, keepdims=True))
    distances = np.arange(BINS, dtype=np.float32).reshape(1, BINS, 1)
    mean: Floats = (likelihood * distances).sum(axis=1) / likelihood.sum(axis=1)
    return mean
