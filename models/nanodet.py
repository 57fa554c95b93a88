"""NanoDet: a one-stage detector without anchors, its boxes given as distributions over distances.

RangiLyu, "NanoDet", 2021, https://github.com/RangiLyu/nanodet; the distributions are those of
Li et al., "Generalized Focal Loss", NeurIPS 2020, https://arxiv.org/abs/2006.04388.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models import batching, coco, half, weights
from models.devices import Device, Runtime
from models.pixels import PLANES, InputWriter
from models.session import Network, Shapes
from models.suppression import suppress
from models.tuned import Tunable, open_tuned
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

MOST_BATCHED = 128
"""Pictures for which there are buffers in all batches together, at most 1.6 MB each."""

WHOLE_NUMBERS: tuple[Device, ...] = ("cpu",)
"""Devices on which the network is faster in 8 bits than with real numbers."""

BINS = 11
"""Distances from a cell's centre that a side's distribution covers: 0 to 10 strides."""

Floats = NDArray[np.float32]
Size: TypeAlias = tuple[int, int]
"""Width and height of the network's input."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """What pictures of one size of the network's input go through."""

    network: Network
    "With buffers of that size."
    writers: tuple[InputWriter, ...]
    "Into them, one for each picture of a run."
    decoder: Decoder
    "Of what comes out."


class NanoDet:
    """A ladder and a batch detector of ``vision.ports``. Its buffers are its own: one thread.

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
        self._sizes = batching.up_to(1)
        self._batches: OrderedDict[tuple[Size, int], Workplace] = OrderedDict()
        self._workplaces: OrderedDict[Size, Workplace] = OrderedDict()
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

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """How many pictures a run is for, ascending."""
        return self._sizes

    def take_up_to(self, pictures: int) -> None:
        """From here on ``detect_batch`` computes for so many at a time.

        Raises:
            ConfigError: it is not one of ``batching.SIZES``.
        """
        self._sizes = batching.up_to(pictures)
        self._batches.clear()
        if self._two_sizes:
            for size in (FIRST_SIZE, UPRIGHT):
                for count in self._sizes[1:]:
                    self._workplace(size, count).network.run()

    def detect(self, picture: Picture) -> Detections:
        """Detections that score at least ``SCORE_THRESHOLD``, best first."""
        return self._together(self._size(picture), [picture])[0]

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Detections]:
        """The same for each; those whose input has one size go through the network together."""
        groups: dict[Size, list[int]] = {}
        for number, picture in enumerate(pictures):
            groups.setdefault(self._size(picture), []).append(number)
        found: dict[int, Detections] = {}
        for size, numbers in groups.items():
            for first in range(0, len(numbers), self._sizes[-1]):
                some = numbers[first : first + self._sizes[-1]]
                seen = self._together(size, [pictures[number] for number in some])
                found.update(zip(some, seen, strict=True))
        return [found[number] for number in range(len(pictures))]

    def _together(self, size: Size, pictures: Sequence[Picture]) -> list[Detections]:
        """What is in pictures of one input size; what lies in the places left over is ignored."""
        place = self._workplace(size, batching.fitting(self._sizes, len(pictures)))
        for writer, picture in zip(place.writers, pictures, strict=False):
            writer.write(picture)
        heads = place.network.run()["heads"][: len(pictures)]
        candidates = (place.decoder.decode(each, SCORE_THRESHOLD) for each in heads)
        return [suppress(each, NMS_IOU, MAX_DETECTIONS) for each in candidates]

    def _workplace(self, size: Size, pictures: int) -> Workplace:
        if pictures > 1:
            return self._batch_place(size, pictures)
        place = self._workplaces.get(size)
        if place is None:
            self._workplaces[size] = place = self._furnished(size)
        self._workplaces.move_to_end(size)
        if len(self._workplaces) > MOST_SIZES:
            self._workplaces.popitem(last=False)
        return place

    def _batch_place(self, size: Size, pictures: int) -> Workplace:
        place = self._batches.pop((size, pictures), None)
        if place is None:
            while self._batches and self._batched() + pictures > MOST_BATCHED:
                self._batches.popitem(last=False)
            place = self._furnished(size, self._network.reshaped(shapes(size, pictures)))
        self._batches[size, pictures] = place
        return place

    def _batched(self) -> int:
        return sum(pictures for _, pictures in self._batches)

    def _size(self, picture: Picture) -> Size:
        if self._two_sizes:
            return FIRST_SIZE if picture.width >= picture.height else UPRIGHT
        return input_size(picture, RUNGS[self._rung])

    def _furnished(self, size: Size, network: Network | None = None) -> Workplace:
        network = network or self._network.reshaped(shapes(size))
        planes = network.inputs["planes"]
        writers = tuple(InputWriter(each, self._border) for each in planes)
        return Workplace(network, writers, Decoder(size))


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
        DeviceUnavailable, ModelError: see ``models.tuned.open_tuned``.
    """

    def model(chosen: Device) -> bytes:
        suffix = weights.QUANTISED if chosen in WHOLE_NUMBERS else ""
        return weights.load(weights.manifest(name + suffix))

    described = weights.manifest(name)

    def see(network: Network) -> Detections:
        writer = InputWriter(network.inputs["planes"][0], described.border)
        writer.write(half.picture())
        return suppress(
            Decoder(FIRST_SIZE).decode(network.run()["heads"][0], SCORE_THRESHOLD),
            NMS_IOU,
            MAX_DETECTIONS,
        )

    tunable = Tunable(model, lambda opened: opened.bound(shapes(FIRST_SIZE)), see)
    opened = open_tuned(tunable, device=device, threads=threads)
    return NanoDet(described, opened)


def input_size(picture: Picture, longer: int) -> tuple[int, int]:
    """Width and height of the input for a picture, as near its aspect as ``COARSEST`` allows."""
    ratio = min(picture.width, picture.height) / max(picture.width, picture.height)
    shorter = max(NARROWEST, COARSEST * round(longer * ratio / COARSEST))
    return (longer, shorter) if picture.width >= picture.height else (shorter, longer)


def shapes(size: Size, pictures: int = 1) -> Shapes:
    """Of the network's input and output for so many pictures of ``size``, (width, height)."""
    width, height = size
    cells = sum((width // stride) * (height // stride) for stride in STRIDES)
    return {
        "planes": (pictures, PLANES, height // 2 + 1, width // 2 + 1),
        "heads": (pictures, len(coco.LABELS) + 4 * BINS, cells),
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
