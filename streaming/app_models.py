"""The other half of the composition root: detectors by name, and the store of models."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias, get_args

import models.benching
import models.choice
import models.coco_folder
import models.detectors
import models.devices
import models.families.labels
import models.registry
import models.zoo.cards
import models.zoo.catalogue
import models.zoo.exporting
import models.zoo.language
import models.zoo.pulling
import models.zoo.removal
import models.zoo.store
from streaming.private_folder import state_folder
from streaming.sample import sample_camera, sample_picture
from streaming.settings import Settings
from vision.errors import ConfigError

log = logging.getLogger(__name__)

ModelCard: TypeAlias = models.zoo.cards.Card
"""A model of the catalogue, and whether it is here."""

KeptModel: TypeAlias = models.zoo.store.Kept
"""A model that is in the folder of models, and what is recorded of it."""

BENCH_FRAMES = range(0, 240, 40)
"""Of the sample, in turn before each detector that is timed."""


def detector_names() -> tuple[str, ...]:
    """What ``--detector`` takes, besides the path of an ONNX file."""
    return (models.choice.AUTO, *models.detectors.names(models_folder()))


def devices() -> tuple[str, ...]:
    """What ``--device`` takes."""
    return models.devices.DEVICES


def choice(settings: Settings) -> models.choice.Choice:
    """The detector that the operator chose.

    Raises:
        ConfigError: device or labels do not fit.
    """
    labels = settings.labels
    return models.choice.Choice(
        _asked_name(settings),
        device=_device(settings),
        threads=settings.threads,
        batch=settings.batch,
        folder=str(models_folder()),
        labels=models.families.labels.read_labels(labels) if labels else None,
        family=settings.family,
        find=settings.find,
        target_hz=settings.target_detect_hz,
    )


def _asked_name(settings: Settings) -> str:
    """The detector named, or where words are and no detector: one that is asked, if one is here."""
    if not settings.find:
        return settings.detector
    if settings.detector != Settings().detector:
        if not models.detectors.is_asked(settings.detector):
            log.warning("--find is left out: %s looks for nothing in words", settings.detector)
        return settings.detector
    asked = models.detectors.for_words(models_folder())
    if asked is None:
        log.warning(
            "nothing that looks for words is here, so %s goes on with its own labels; "
            "`openeyes models list --task open-vocabulary` lists what can be had",
            settings.detector,
        )
    return asked or settings.detector


def _device(settings: Settings) -> models.devices.Device:
    for device in models.devices.DEVICES:
        if device == settings.device:
            return device
    raise ConfigError(f"no device {settings.device!r}; there are: {', '.join(devices())}")


def model_names() -> tuple[str, ...]:
    """What ``--vlm`` takes."""
    return models.zoo.language.names()


def models_folder() -> Path:
    """Where pulled models are kept."""
    return state_folder(os.environ) / "models"


def model_tasks() -> tuple[str, ...]:
    """What the models of the catalogue may be for."""
    return get_args(models.zoo.catalogue.Task)


def model_cards() -> list[ModelCard]:
    """All models of the catalogue, and whether they are here."""
    return models.zoo.cards.cards(models_folder())


def model_card(name: str) -> ModelCard:
    """One of them.

    Raises:
        UnknownModel: there is none of that name.
    """
    return models.zoo.cards.card(name, models_folder())


def pull_model(name: str, *, accept_licence: bool = False, offline: bool = False) -> KeptModel:
    """Fetches a model and verifies it.

    Raises:
        ConfigError: its licence was not accepted, or there is no room for it.
        ModelError: it cannot be had.
    """
    return models.zoo.pulling.pull(
        models.zoo.catalogue.entry(name),
        models_folder(),
        accept_licence=accept_licence,
        offline=offline,
    )


def verify_models(names: Sequence[str]) -> Iterator[models.zoo.cards.Verdict]:
    """Reads the files of these models, or of all that are here.

    Raises:
        UnknownModel: there is none of a name.
    """
    return models.zoo.cards.verdicts(names, models_folder())


def remove_model(name: str) -> int:
    """Deletes a pulled model; gives the bytes that it had.

    Raises:
        ConfigError, ModelError: it cannot be deleted.
    """
    return models.zoo.removal.remove(name, models_folder())


def export_model(name: str, *, accept_licence: bool, weights: Path | None) -> KeptModel:
    """Makes a model of weights in another form.

    Raises:
        ConfigError: its licence was not accepted, or there is no room for it.
        ModelError: it cannot be made.
    """
    return models.zoo.exporting.export(
        models.zoo.catalogue.entry(name),
        models_folder(),
        accept_licence=accept_licence,
        source=weights,
    )


def bench_models(
    names: Sequence[str],
    *,
    device: str,
    threads: int | None,
    coco: Path | None,
    most: int | None,
) -> Iterator[models.benching.Row]:
    """Times these detectors, or all that are here, and scores them on a folder.

    Raises:
        ConfigError: the folder is none in the form of COCO.
    """
    folder = models.coco_folder.open_folder(coco, most) if coco else None
    camera = sample_camera()
    pictures = [sample_picture(camera, index) for index in BENCH_FRAMES]
    settings = Settings(device=device, threads=threads)

    def load(name: str) -> models.registry.RunningDetector:
        return models.detectors.open_detector(choice(replace(settings, detector=name))).detector

    for name in names or models.detectors.names(models_folder()):
        yield models.benching.bench(name, load, pictures, folder)


def bench_table(rows: Sequence[models.benching.Row]) -> str:
    """What was measured, for people."""
    known = models.zoo.catalogue.entries()
    return models.benching.table(rows, lambda name: known[name].ap if name in known else None)
