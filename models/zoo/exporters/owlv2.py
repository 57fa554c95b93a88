"""OWLv2 as two ONNX files, one for pictures and one for words, by transformers and torch."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from models.open_vocabulary import export as taking_apart
from models.open_vocabulary.detector import load
from models.open_vocabulary.folder import TEXT, VISION, seal
from models.zoo.catalogue import Entry
from models.zoo.making import Made, tell
from models.zoo.trouble import of_disk
from vision.errors import OpenEyesError, WeightsMissing

WORDS = ("a thing",)
"""That what was made is tried with."""


def export(entry: Entry, target: Path, source: Path | None) -> Made:
    """Fills ``target``.

    Args:
        entry: of the catalogue; without ``source`` transformers fetches its repository.
        target: an empty folder.
        source: a folder with the model as transformers keeps it.

    Raises:
        ModelError: torch or transformers is not installed.
        WeightsMissing: the weights cannot be had.
        OSError: the disk is full, or cannot be written.
    """
    if source is not None and not source.is_dir():
        # Else it would be taken for the name of a repository, and asked for on the hub.
        raise WeightsMissing(f"{source} is no folder: name the one with config.json in it")
    try:
        described = taking_apart.export(
            str(source) if source else entry.repository, target, entry.revision
        )
    except OpenEyesError:
        raise
    except Exception as error:  # of transformers, torch and their HTTP client
        if disk := of_disk(error):
            raise disk from error
        raise WeightsMissing(
            f"the weights of {entry.name} cannot be had or taken apart ({error}): fetch "
            f"{entry.page}, and name the folder with --weights"
        ) from error
    by = f"transformers {version('transformers')}"
    made = Made(target / VISION, by, described.weights, described.revision)
    for name in (VISION, TEXT):
        tell(made, entry, target / name)
    seal(described, target)
    return made


def attempt(entry: Entry, path: Path) -> None:  # noqa: ARG001 — as of every exporter
    """Raises ``ModelError`` unless what was made loads and reads words."""
    load(path.parent, "cpu", None).want(WORDS)
