"""What the pipeline asks of a model. ``models`` implements these; tests ship fakes of them."""

from __future__ import annotations

from typing import Protocol

from vision.picture import Picture
from vision.types import Detections


class Detector(Protocol):
    """Finds objects in single pictures. Called from one thread at a time, never on the loop."""

    @property
    def name(self) -> str:
        """Name and input size, for people: ``nanodet-g-416``."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Class names in English; ``Detections.classes`` index into them."""
        ...

    def detect(self, picture: Picture) -> Detections:
        """Detections in the picture, best score first, already freed of duplicates (NMS)."""
        ...
