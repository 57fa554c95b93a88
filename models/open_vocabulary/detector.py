"""OWLv2: finds what is asked for in words.

Minderer et al., "Scaling Open-Vocabulary Object Detection", NeurIPS 2023,
https://arxiv.org/abs/2306.09683.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from models import half
from models.devices import Device, Runtime
from models.families.detr import corners_of
from models.families.family import Candidates
from models.families.fitting import Floats
from models.open_vocabulary import folder as folders
from models.open_vocabulary import square
from models.open_vocabulary.phrases import checked
from models.open_vocabulary.text import TextEncoder, tokenizer_of
from models.session import Network, Opener, open_network, open_session
from models.suppression import suppress
from models.tuned import OpenedSession, Tunable, open_tuned
from vision.picture import Picture
from vision.types import Detections

SCORE_THRESHOLD = 0.1
"""Lowest score kept: that of the authors' examples."""

NMS_IOU = 0.5
"""Overlap from which the weaker of two boxes for a phrase is a duplicate: nothing in the network
keeps neighbouring places from seeing the same thing."""

MOST_EACH = 50
"""Best boxes for one phrase that are compared with one another; phrases do not crowd others out."""

SHOWN = ("a person", "a rocket")
"""What there is in ``models.half.picture``."""


class OpenVocabularyDetector:
    """A ``vision.ports.Detector`` whose labels change: one thread at a time, `want` included.

    Nothing is looked for, and nothing computed, before something is wanted.
    """

    def __init__(
        self, name: str, network: Network, text: TextEncoder, threshold: float = SCORE_THRESHOLD
    ) -> None:
        """Prepares to detect.

        Args:
            name: for people.
            network: reads ``pixel_values``, (1, 3, side, side).
            text: turns phrases into what the network's ``class_embeds`` are compared with.
            threshold: lowest score kept, above 0 and below 1.
        """
        self.name = name
        self._network, self._text, self._threshold = network, text, threshold
        self._labels: tuple[str, ...] = ()
        self._queries: Floats = np.zeros((0, 0), np.float32)

    @property
    def runtime(self) -> Runtime:
        """What it runs on."""
        return self._network.runtime

    @property
    def labels(self) -> tuple[str, ...]:
        """What is wanted now."""
        return self._labels

    def want(self, phrases: Sequence[str]) -> None:
        """Looks for these from the next picture on; the labels are they, in their order.

        Phrases that are new cost a run of the text encoder each.

        Raises:
            ConfigError: see ``models.open_vocabulary.phrases.checked``; or one has more tokens than
                are read. What was wanted before still is.
        """
        labels = checked(phrases)
        queries = self._text.encode(labels) if labels else self._queries[:0]
        self._labels, self._queries = labels, queries

    def detect(self, picture: Picture) -> Detections:
        """Detections of what is wanted, best first."""
        if not self._labels:
            return Detections.empty()
        square.write(picture.bgr(), self._network.inputs["pixel_values"][0])
        outputs = {name: value[0] for name, value in self._network.run().items()}
        best = found(outputs, self._queries, self._threshold)
        boxes = square.to_picture(best.corners, (picture.width, picture.height))
        inside = (boxes[:, 2] > 0) & (boxes[:, 3] > 0)
        seen = Detections(boxes, best.scores, best.classes).where(inside)
        return suppress(seen, NMS_IOU, len(seen))


def found(outputs: Mapping[str, NDArray[Any]], queries: Floats, threshold: float) -> Candidates:
    """The ``MOST_EACH`` best places of each phrase, if they are likely enough, best first.

    Args:
        outputs: (p, d) ``class_embeds`` of length 1, (p,) ``shift`` and ``scale``, (p, 4) ``boxes``
            with centre x, centre y, width and height as fractions of the square.
        queries: (n, d) of length 1, at least one.
        threshold: lowest score, above 0 and below 1.
    """
    likeness = np.asarray(outputs["class_embeds"] @ queries.T, np.float32)
    logits = (likeness + outputs["shift"][:, None]) * outputs["scale"][:, None]
    # Phrases may be different people's: at a place each is judged by itself.
    ranks = np.argsort(np.argsort(-logits, axis=0, kind="stable"), axis=0)
    places, classes = np.nonzero((logits >= logit(threshold)) & (ranks < MOST_EACH))
    values = logits[places, classes]
    order = np.argsort(-values, kind="stable")
    scores = np.asarray(expit(values[order]), np.float32)
    corners = corners_of(outputs["boxes"][places[order]])
    return Candidates(corners, scores, classes[order].astype(np.int32))


def load(
    folder: Path, device: Device, threads: int | None, opener: Opener = open_session
) -> OpenVocabularyDetector:
    """The detector that ``models.open_vocabulary.export`` wrote to a folder.

    Pictures are looked at on that device, in the fastest way that sees the same; words are read on
    the processor.

    Raises:
        WeightsMissing, WeightsCorrupt: see ``models.open_vocabulary.folder.description``.
        DeviceUnavailable: the device was asked for by name and cannot be used.
        ModelError: it cannot be loaded, or the package ``tokenizers`` is not there.
    """
    described = folders.description(folder)

    reading = open_network(folder / folders.TEXT, device="cpu", threads=threads, opener=opener)
    text = TextEncoder(described, tokenizer_of(folder), reading)

    def made(opened: OpenedSession) -> OpenVocabularyDetector:
        return OpenVocabularyDetector(described.name, opened.bound(), text)

    tunable = Tunable(folder / folders.VISION, made, _checked)
    return open_tuned(tunable, device=device, threads=threads, opener=opener)


def _checked(detector: OpenVocabularyDetector) -> Detections:
    """What it finds of the things in the picture that is looked at."""
    detector.want(SHOWN)
    seen = detector.detect(half.picture())
    detector.want(())
    return seen
