"""What the pipeline asks of a model. ``models`` implements these; tests ship fakes of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Sequence
from typing import Protocol, runtime_checkable

from vision.picture import Picture
from vision.prompt import Prompt
from vision.types import Box, Detections, Pose, TextBlock


class Detector(Protocol):
    """Finds objects in single pictures. Called from one thread at a time, never on the loop."""

    @property
    def name(self) -> str:
        """Name and input size, for people: ``nanodet-g-416``."""
        ...

    @property
    def labels(self) -> Sequence[str]:
        """Class names in English; ``Detections.classes`` index into them.

        They stay as they are, or are a ``vision.vocabulary.Vocabulary``, which grows.
        """
        ...

    def detect(self, picture: Picture) -> Detections:
        """Detections in the picture, best score first, already freed of duplicates (NMS)."""
        ...


@runtime_checkable
class LadderDetector(Detector, Protocol):
    """A detector that can work at several input sizes: the smaller, the faster."""

    rung: int
    "Index into ``rungs`` of the size that the next call uses; 0 at first. Set between calls."

    @property
    def rungs(self) -> tuple[str, ...]:
        """Names of the sizes, best and slowest first: ``("416", "320", "256")``."""
        ...


@runtime_checkable
class BatchDetector(Detector, Protocol):
    """A detector that may take several pictures at a time."""

    @property
    def batch_sizes(self) -> tuple[int, ...]:
        """How many pictures a run computes for, ascending, 1 first; only that where it takes one.

        Each is a fixed shape for the device. Pictures that are fewer are run at the next larger.
        """
        ...

    def detect_batch(self, pictures: Sequence[Picture]) -> list[Detections]:
        """For each picture what ``detect`` gives for it alone, however large each is.

        Any number of pictures; at most ``batch_sizes[-1]`` go into one run. Where one of them
        fails, all do.
        """
        ...


@runtime_checkable
class AskedDetector(Detector, Protocol):
    """A detector that looks for what it is asked for, in words."""

    def want(self, phrases: Sequence[str]) -> None:
        """From the next picture on the labels are these phrases, in their order.

        Raises:
            ConfigError: it cannot read one of them; what was wanted before still is.
        """
        ...


class TextReader(Protocol):
    """Reads text in single pictures. Called from one thread at a time, never on the loop."""

    @property
    def name(self) -> str:
        """For people: ``rapidocr-ppocrv6-small``."""
        ...

    def read(self, picture: Picture) -> tuple[TextBlock, ...]:
        """The lines of text in the picture, in no particular order."""
        ...

    def close(self) -> None:
        """Frees what it holds, once or more."""
        ...


class PoseEstimator(Protocol):
    """Finds the joints of people. Called from one thread at a time, never on the loop."""

    @property
    def name(self) -> str:
        """For people and for ``hello``: ``movenet-lightning-192``."""
        ...

    def poses(self, picture: Picture, boxes: Sequence[Box]) -> tuple[Pose, ...]:
        """The pose of the person in each box, in the order of the boxes."""
        ...

    def close(self) -> None:
        """Frees what it holds, once or more."""
        ...


class SeeingModel(Protocol):
    """A language model that sees, somewhere else: one request, one stream of text."""

    @property
    def name(self) -> str:
        """For people and for ``source`` on the wire."""
        ...

    @property
    def slots(self) -> int:
        """Requests that it takes at a time."""
        ...

    def reply(self, prompt: Prompt) -> AsyncGenerator[str, None]:
        """Prepares a request (blocking for some milliseconds: call it in a worker).

        Nothing is sent before the first piece is awaited; ``aclose`` cancels. The stream raises
        ``NoAnswer`` when the model fails.
        """
        ...


class LocalSeeingModel(Protocol):
    """A language model that sees, in this process. Called from one thread at a time."""

    @property
    def name(self) -> str:
        """For people and for ``source`` on the wire."""
        ...

    def reply(self, prompt: Prompt) -> Generator[str, None, None]:
        """Pieces of the answer as they are made; ``close`` cancels. Every step blocks."""
        ...
