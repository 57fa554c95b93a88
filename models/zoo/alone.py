"""One process at a time works on a model's folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vision.errors import ModelError

if sys.platform != "win32":
    import fcntl


@contextmanager
def alone(name: str, folder: Path) -> Iterator[None]:
    """Nobody else pulls, makes or removes the model ``name`` meanwhile.

    The system lets go of the lock when the process ends, however it does. There is none on
    Windows; two pulls at once there cost a download, since what came in is verified.

    Raises:
        ModelError: somebody else does.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if sys.platform == "win32":
        yield
        return
    lock = folder / f".{name}.lock"
    with lock.open("ab") as file:
        if not _is_locked(file, lock):
            raise ModelError(
                f"another process is pulling, making or removing {name} in {folder}: wait until "
                "it has ended, then try again"
            )
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


if sys.platform != "win32":

    def _is_locked(file: BinaryIO, lock: Path) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Whoever had it may have deleted the file between our opening and locking it.
            return os.path.samestat(os.fstat(file.fileno()), lock.stat())
        except (BlockingIOError, FileNotFoundError):
            return False
