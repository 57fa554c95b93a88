"""The operator's state folder, and files in it that nobody else may read."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vision.errors import ConfigError

if sys.platform != "win32":
    import fcntl

_LOCK = ".lock"
_OTHERS = 0o077


def state_folder(environ: Mapping[str, str]) -> Path:
    """Where the operator's own things live.

    ``$OPENEYES_HOME``, else ``$XDG_STATE_HOME/openeyes``, else ``~/.local/state/openeyes``. A
    relative ``$XDG_STATE_HOME`` is ignored, as the XDG Base Directory Specification asks.
    """
    if own := environ.get("OPENEYES_HOME"):
        return Path(own).expanduser().absolute()
    state = Path(environ.get("XDG_STATE_HOME", ""))
    return (state if state.is_absolute() else Path.home() / ".local" / "state") / "openeyes"


@contextmanager
def private_folder(folder: Path) -> Iterator[None]:
    """Make ``folder`` (0700) where needed and be the only process that writes in it meanwhile.

    Raises:
        ConfigError: the folder cannot be made or written; also for a failed write in the body.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        with _only_one(folder / _LOCK):
            yield
    except OSError as error:
        raise ConfigError(
            f"cannot keep files in {folder}: {error.strerror}; "
            "set OPENEYES_HOME to a folder that you may write in"
        ) from error


def write_privately(path: Path, content: bytes) -> None:
    """Write the whole file (0600) or leave what was there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def readable_by_others(path: Path) -> bool:
    """Whether the file's mode lets its group or the world at it; never on Windows."""
    return sys.platform != "win32" and bool(path.stat().st_mode & _OTHERS)


def is_there(path: Path) -> bool:
    """Whether the path can be seen; not so when a folder on the way may not be entered."""
    try:
        return path.exists()
    except OSError:
        return False


def may_write(folder: Path) -> bool:
    """Whether files could be kept in ``folder``, which need not be there yet."""
    there = next(filter(is_there, (folder, *folder.parents)), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    with lock.open("ab") as file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)  # let go when the file is closed
        yield
