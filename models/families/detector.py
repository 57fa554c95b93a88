"""A detector in an ONNX file of any family that is known here."""

from __future__ import annotations

import numpy as np

from models.devices import Runtime
from models.families.family import Candidates, Family
from models.families.fitting import Size
from models.session import Network
from models.suppression import suppress
from vision.picture import Picture
from vision.types import Detections

SCORE_THRESHOLD = 0.05
"""Lowest score kept, as that of the detector that comes with the package."""

MAX_CANDIDATES = 1000
"""Best proposals that are compared with one another."""

MAX_DETECTIONS = 300
"""Best boxes returned."""


class FamilyDetector:
    """A ``vision.ports.Detector``. Its buffers are its own: one thread at a time."""

    def __init__(
        self, name: str, family: Family, labels: tuple[str, ...], network: Network, picture: str
    ) -> None:
        """Prepares to detect.

        Args:
            name: for people.
            family: how the network is fed and read.
            labels: as many as the family has classes.
            network: whose first side is the batch, 1.
            picture: name of the input that takes the picture.
        """
        self.name = name
        self.labels = labels
        self._family, self._network = family, network
        self._input = network.inputs[picture]
        height, width = self._input.shape[2:]
        self._size: Size = (width, height)
        for each, value in family.further_inputs(self._size).items():
            network.inputs[each][:] = value

    @property
    def runtime(self) -> Runtime:
        """What it runs on."""
        return self._network.runtime

    @property
    def size(self) -> Size:
        """Width and height of the network's input in pixels."""
        return self._size

    def detect(self, picture: Picture) -> Detections:
        """Detections that score at least ``SCORE_THRESHOLD``, best first."""
        self._family.fitting.write(picture.bgr(), self._input[0])
        outputs = self._network.run()
        candidates = self._family.decode(
            {name: value[0] for name, value in outputs.items()}, self._size, SCORE_THRESHOLD
        )
        return seen(candidates, self._family, (picture.width, picture.height), self._size)


def seen(candidates: Candidates, family: Family, picture: Size, size: Size) -> Detections:
    """What is in a picture, by a network's proposals: freed of duplicates, cut off at its edges.

    Args:
        candidates: best first.
        family: of the network.
        picture: its size.
        size: of the network's input.
    """
    corners, scores, classes = (each[:MAX_CANDIDATES] for each in candidates)
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
