"""What an exporter made, of what, and how its files tell of that."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from models import metadata
from models.families.family import FAMILY_KEY
from models.zoo.catalogue import Entry

MADE_BY_KEY = "openeyes.made_by"
"""Of an ONNX file's metadata: the package that made it, with its version."""

REVISION_KEY = "openeyes.revision"
"""The same: commit of the repository that the weights are from, where there is one."""

SOURCES_KEY = "openeyes.sources"
"""The same: sha256 of the weights that it was made of, as JSON by name."""


@dataclass(frozen=True, slots=True)
class Made:
    """A model in a folder of its own."""

    path: Path
    "Its ONNX file for pictures."
    by: str
    "The package that made it, with its version."
    sources: dict[str, str] = field(default_factory=dict)
    "sha256 in hexadecimal of the weights that it was made of, by name."
    revision: str = ""
    "Commit of the repository that they are from, where that is known."


class Exporter(Protocol):
    """A module that knows how models of one family are made."""

    def export(self, entry: Entry, target: Path, source: Path | None) -> Made:
        """Fills ``target``.

        ``source`` is a file or folder of weights; None where they are to be fetched.
        """
        ...

    def attempt(self, entry: Entry, path: Path) -> None:
        """Raises ``ModelError`` unless what was made runs."""
        ...


def tell(made: Made, entry: Entry, path: Path) -> None:
    """Has an ONNX file tell what it was made of and by what."""
    told = {FAMILY_KEY: entry.family, MADE_BY_KEY: made.by, REVISION_KEY: made.revision}
    told[SOURCES_KEY] = json.dumps(made.sources) if made.sources else ""
    metadata.add(path, {key: said for key, said in told.items() if said})
