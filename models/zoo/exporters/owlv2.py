"""OWLv2 as two ONNX files, one for pictures and one for words, by transformers and torch."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from models.open_vocabulary import export as taking_apart
from models.open_vocabulary.detector import load
from models.open_vocabulary.folder import VISION
from models.zoo.catalogue import Entry
from vision.errors import OpenEyesError, WeightsMissing

WORDS = ("a thing",)
"""That what was made is tried with."""


def export(entry: Entry, target: Path, source: Path | None) -> tuple[Path, str]:
    """Fills ``target``, and gives the file for pictures and the version of what made it.

    Args:
        entry: of the catalogue; without ``source`` transformers fetches its repository.
        target: an empty folder.
        source: a folder with the model as transformers keeps it.

    Raises:
        ModelError: torch or transformers is not installed.
        WeightsMissing: the weights cannot be had.
    """
    try:
        taking_apart.export(str(source) if source else entry.repository, target)
    except OpenEyesError:
        raise
    except Exception as error:  # of transformers, torch and their HTTP client
        raise WeightsMissing(
            f"the weights of {entry.name} cannot be had or taken apart ({error}): fetch "
            f"{entry.page}, and name the folder with --weights"
        ) from error
    return target / VISION, f"transformers {version('transformers')}"


def attempt(entry: Entry, path: Path) -> None:  # noqa: ARG001 — as of every exporter
    """Raises ``ModelError`` unless what was made loads and reads words."""
    load(path.parent, "cpu", None).want(WORDS)
