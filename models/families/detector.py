"""A detector in an ONNX file of any family that is known here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models import batching
from models.devices import Runtime
from models.families.family import Candidates, Family, Outputs, worded
from models.families.fitting import Floats, Size
from models.session import Network
from models.suppression import suppress
from vision.errors import ModelError
from vision.picture import Picture
from vision.types import Detections

SCORE_THRESHOLD = 0.05
"""Lowest score kept, as that of the detector that comes with the package."""

MAX_CANDIDATES = 1000
"""Best proposals that are compared with one another."""

MAX_DETECTIONS = 300
"""Best boxes returned."""


@dataclass(frozen=True, slots=True)
class InputPlace:
    """A network with buffers for some pictures."""

    network: Network
    "Whose first sides are the batch."
    name: str
    "Of the input that takes the pictures."
    wide: bool
    "Whether the network can compute for more than one."

    @property
    def pictures(self) -> Floats:
        """(n, 3, height, width)."""
        return self.network.inputs[self.name]

    @property
    def size(self) -> Size:
        """Width and height of the input."""
        height, width = self.pictures.shape[2:]
        return width, height

    def for_many(self, pictures: int) -> InputPlace:
        """The same session with buffers for so many."""
        shapes = {name: (pictures, *each.shape[1:]) for name, each in self.network.inputs.items()}
        return replace(self, network=self.network.reshaped(shapes))


class FamilyDetector:
    """A ``vision.ports.BatchDetector``. Its buffers are its own: one thread at a time."""

    def __init__(
        self, name: str, family: Family, labels: tuple[str, ...], place: InputPlace
    ) -> None:
        """Prepares to detect.

        Args:
            name: for people.
            family: how the network is fed and read.
            labels: as many as the family has classes.
            place: where pictures go in, one at a time.
        """
        self.name = name
        self.labels = labels
        self._family = family
        self._places = {1: place}
        self._sizes = batching.up_to(1)
        self._fill(place)

    @property
    def runtime(self) -> Runtime:
        """What it runs on."""
        return self._places[1].network.runtime

    @property
    def size(self) -> Size:
        """Width and height of the network's input in pixels."""
        return self._places[1].size

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """How many pictures a run is for, ascending."""
        return self._sizes

    def take_up_to(self, pictures: int) -> None:
        """From here on ``detect_batch`` computes for so many at a time, where the network can.

        Raises:
            ConfigError: it is not one of ``batching.SIZES``.
        """
        sizes = batching.up_to(pictures)
        single = self._places[1]
        self._sizes = sizes if single.wide else batching.up_to(1)
        self._places = {size: single.for_many(size) for size in self._sizes[1:]} | {1: single}
        for place in self._places.values():
            self._fill(place)

    def prove(self, picture: Picture) -> None:
        """Looks at a picture without relying on what the first run, on a blank one, has shown.

        Raises:
            ModelError: the network's outputs have other shapes for it, or cannot be read.
        """
        place = self._places[1]
        self._family.fitting.write(picture.bgr(), place.pictures[0])
        outputs, shapes = place.network.run_loosely(), place.network.output_shapes
        for name, value in outputs.items():
            if value.shape != shapes[name]:
                raise ModelError(
                    f"{self.name} gives {name} in another shape for another picture "
                    f"({worded(shapes[name])}, then {worded(value.shape)}), and one that stays is "
                    "needed: export it without what takes out duplicates or unsure boxes, which "
                    "is done here"
                )
        try:
            self._seen(outputs, 0, picture)
        except (ValueError, IndexError, TypeError) as error:
            raise ModelError(
                f"what {self.name} gives cannot be read as {self._family.name} ({error}): export "
                "it as docs/models.md says, or say its family with --family"
            ) from error

    def detect(self, picture: Picture) -> Detections:
        """Detections that score at least ``SCORE_THRESHOLD``, best first."""
        return self._together([picture])[0]

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Detections]:
        """The same for each, as many at a time as a run is for."""
        most = self._sizes[-1]
        parts = (pictures[first : first + most] for first in range(0, len(pictures), most))
        return [found for part in parts for found in self._together(part)]

    def _together(self, pictures: Sequence[Picture]) -> list[Detections]:
        place = self._places[batching.fitting(self._sizes, len(pictures))]
        for picture, into in zip(pictures, place.pictures, strict=False):
            self._family.fitting.write(picture.bgr(), into)
        outputs = place.network.run()
        return [self._seen(outputs, number, each) for number, each in enumerate(pictures)]

    def _seen(self, outputs: Outputs, number: int, picture: Picture) -> Detections:
        single = {name: value[number] for name, value in outputs.items()}
        candidates = self._family.decode(single, self.size, SCORE_THRESHOLD)
        return seen(candidates, self._family, (picture.width, picture.height), self.size)

    def _fill(self, place: InputPlace) -> None:
        for name, value in self._family.further_inputs(place.size).items():
            place.network.inputs[name][:] = value


def seen(candidates: Candidates, family: Family, picture: Size, size: Size) -> Detections:
    """What is in a picture, by a network's proposals: freed of duplicates, cut off at its edges.

    Args:
        candidates: best first.
        family: of the network.
        picture: its size.
        size: of the network's input.
    """
    corners, scores = candidates.corners[:MAX_CANDIDATES], candidates.scores[:MAX_CANDIDATES]
    classes = candidates.classes[:MAX_CANDIDATES]
    low = corners[:, :2]
    # Overlaps are those of whole boxes: where they are cut off, others would count as duplicates.
    found = Detections(np.concatenate([low, corners[:, 2:] - low], axis=1), scores, classes)
    if family.nms_iou is not None:
        found = suppress(found, family.nms_iou, MAX_DETECTIONS)
    boxes = found.boxes[:MAX_DETECTIONS]
    corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    boxes = family.fitting.to_picture(corners, picture, size)
    cut = Detections(boxes, found.scores[:MAX_DETECTIONS], found.classes[:MAX_DETECTIONS])
    return cut.where((boxes[:, 2] > 0) & (boxes[:, 3] > 0))
