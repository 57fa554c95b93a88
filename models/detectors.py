"""The detector that was chosen: registered, pulled, in a file, or the best for this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np

from models import registry
from models.asking import Asking
from models.choice import AUTO, Choice
from models.choosing import Candidate, choose
from models.families.loading import Wanted, load
from models.open_vocabulary import detector as open_vocabulary
from models.registry import RunningDetector
from models.timing import Speed, timed
from models.zoo import catalogue, store
from models.zoo.catalogue import Entry
from vision.errors import ConfigError, UnknownModel
from vision.picture import Picture
from vision.vocabulary import MOST_WANTED

SUFFIX = ".onnx"

ASKED = "open-vocabulary"
"""The task of detectors that look for what they are asked for."""

DETECTING = ("detection", ASKED)
"""Tasks of detectors."""

MEASURED = 0.25
"""Seconds for which each candidate of `AUTO` is run."""

PICTURE = (480, 640)
"""Rows and columns of the picture that they are run with: what a phone sends."""


class Opened(NamedTuple):
    """A detector that is loaded."""

    detector: RunningDetector
    why: str = ""
    "Why it is this one, where that was left to us."


def open_detector(choice: Choice) -> Opened:
    """Loads the detector.

    Raises:
        UnknownModel: nothing is called so.
        WeightsMissing: it was not pulled, or there is no such file.
        WeightsCorrupt: its file is damaged, or not the one that was pulled.
        ConfigError: it cannot be used as asked.
        DeviceUnavailable: the device was asked for by name and cannot be used.
        ModelError: it does not run.
    """
    if choice.name == AUTO:
        if choice.labels is not None or choice.family is not None:
            raise ConfigError(
                f"--labels and --family belong to one detector: name it in place of {AUTO!r}"
            )
        return _best(choice)
    return Opened(_named(choice))


def names(folder: Path | None) -> tuple[str, ...]:
    """What `open_detector` can open by name: registered, or in the folder of models; sorted."""
    return tuple(sorted({*registry.names(), *(each.name for each in _here(folder))}))


def _named(choice: Choice) -> RunningDetector:
    if choice.name in registry.names():
        if choice.labels is not None:
            raise ConfigError(f"{choice.name} knows the names of its classes: leave --labels out")
        if choice.family is not None:
            raise ConfigError(f"{choice.name} is of a known family: leave --family out")
        return registry.create(choice.name, device=choice.device, threads=choice.threads)
    if _is_path(choice.name):
        path = Path(choice.name)
        wanted = Wanted(choice.labels, family=choice.family)
        return load(path.stem, path, choice.device, choice.threads, wanted)
    return _pulled(choice)


def is_asked(name: str) -> bool:
    """Whether the catalogue has a detector of that name that looks for what it is asked for."""
    entry = catalogue.entries().get(name)
    return entry is not None and entry.task == ASKED


def for_words(folder: Path | None) -> str | None:
    """The name of a detector in the folder of models that looks for what it is asked for."""
    return next((each.name for each in _here(folder) if each.task == ASKED), None)


def _pulled(choice: Choice) -> RunningDetector:
    entry = _entry(choice)
    if entry.task not in DETECTING:
        raise ConfigError(f"{entry.name} is for {entry.task}, it detects nothing by itself")
    folder = choice.models
    if folder is None:
        raise ConfigError(f"{entry.name} lies in the folder of models, and none was named")
    path = store.path(entry.name, folder)
    if entry.task == ASKED:
        asked = open_vocabulary.load(path.parent, choice.device, choice.threads)
        Asking(asked, MOST_WANTED).turn_to(choice.find)
        return asked
    wanted = Wanted(choice.labels, entry.input_size, choice.family or entry.family)
    return load(entry.name, path, choice.device, choice.threads, wanted)


def _entry(choice: Choice) -> Entry:
    try:
        return catalogue.entry(choice.name)
    except UnknownModel as error:
        raise UnknownModel(
            f"{error}; here are {', '.join(names(choice.models))}, and {AUTO!r} for the best of "
            f"them; a file is named by its path, and ends in {SUFFIX}"
        ) from error


def _best(choice: Choice) -> Opened:
    """The best one here that holds the rate wanted."""
    picture = Picture.from_bgr(np.zeros((*PICTURE, 3), np.uint8))

    def load_one(name: str) -> RunningDetector:
        return _named(msgspec.structs.replace(choice, name=name, labels=None))

    def measure(detector: RunningDetector) -> Speed:
        return timed(detector, [picture], MEASURED)

    chosen = choose(_candidates(choice.models), load_one, measure, choice.target_hz)
    return Opened(chosen.detector, f"{chosen.name} {chosen.reason}")


def _candidates(folder: Path | None) -> list[Candidate]:
    known = catalogue.entries()
    packaged = [each for each in known.values() if each.source == "package"]
    found = [_candidate(each) for each in (*packaged, *_here(folder))]
    return [each for each in found if each is not None]


def _candidate(entry: Entry) -> Candidate | None:
    """None where the catalogue does not tell enough to compare it."""
    if entry.task != "detection" or entry.ap is None:
        return None
    if entry.parameters is None or entry.input_size is None:
        return None
    width, height = entry.input_size
    cost = entry.parameters * width * height
    return Candidate(entry.name, entry.ap, cost, entry.megabytes or 2 * entry.parameters)


def _here(folder: Path | None) -> list[Entry]:
    """Detectors that are in the folder of models, whole."""
    if folder is None:
        return []
    known = catalogue.entries()
    entries = [known[name] for name in store.here(folder) if name in known]
    return [
        each for each in entries if each.task in DETECTING and store.is_whole(each.name, folder)
    ]


def _is_path(name: str) -> bool:
    return name.endswith(SUFFIX) or os.sep in name
