"""NanoDet: a one-stage detector without anchors, its boxes given as distributions over distances.

RangiLyu, "NanoDet", 2021, https://github.com/RangiLyu/nanodet; the distributions are those of
Li et al., "Generalized Focal Loss", NeurIPS 2020, https://arxiv.org/abs/2006.04388.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models import coco, weights
from models.devices import Device, Runtime
from models.pixels import InputWriter
from models.session import Network, open_network
from models.suppression import suppress
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

STRIDES = (8, 16, 32)
"""Pixels of the network's input between the cells of each of the three grids."""

BINS = 11
"""Distances from a cell's centre that a side's distribution covers: 0 to 10 strides."""

Floats = NDArray[np.float32]


class NanoDet:
    """A ``vision.ports.Detector``. Its buffers are its own: one thread at a time."""

    labels = coco.LABELS

    def __init__(self, described: weights.Manifest, network: Network) -> None:
        self.name = described.name
        self._network = network
        self._writer = InputWriter(described.input_size, described.mean, described.std)
        self._decoder = Decoder(described.input_size)

    @property
    def runtime(self) -> Runtime:
        """What it runs on, and why."""
        return self._network.runtime

    def detect(self, picture: Picture) -> Detections:
        """Detections that score at least ``SCORE_THRESHOLD``, best first."""
        self._writer.write(picture, self._network.inputs["image"][0])
        heads = self._network.run()["heads"][0]
        candidates = self._decoder.decode(heads, SCORE_THRESHOLD)
        return suppress(candidates, NMS_IOU, MAX_DETECTIONS)


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
    described = weights.manifest(name)
    return NanoDet(described, open_network(weights.load(described), device=device, threads=threads))


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
