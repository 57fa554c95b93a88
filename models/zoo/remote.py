"""What a model's publisher says of its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.zoo.digests import git_blob_id, sha256


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file, as it is described before it is fetched."""

    path: str
    "In the model's folder."
    url: str
    "Where it is fetched."
    size: int
    "Bytes."
    version: str
    "Another one for another content; names the part that has come in."
    sha256: str | None = None
    "In hexadecimal, if anybody has said it."
    blob: str | None = None
    "Its git blob id, of small files on the hub."

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody has said what it has to be."""
        return bool(self.sha256 or self.blob)

    def is_at(self, path: Path) -> bool:
        """Whether the file at ``path`` is this one, as far as it is described."""
        if not path.is_file() or path.stat().st_size != self.size:
            return False
        if self.sha256:
            return sha256(path) == self.sha256
        return self.blob is None or git_blob_id(path) == self.blob


@dataclass(frozen=True, slots=True)
class Described:
    """All files of a model at one state of its repository."""

    commit: str
    "On the hub, or the release's tag."
    files: tuple[RemoteFile, ...]
    "In the catalogue's order."
