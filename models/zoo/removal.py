"""Models that are deleted from the folder of models."""

from __future__ import annotations

import shutil
from pathlib import Path

from models.zoo import store
from models.zoo.alone import alone
from vision.errors import ConfigError, UnknownModel


def remove(name: str, folder: Path) -> int:
    """Deletes the folder of a model, whole or not; gives the bytes that its files had.

    Raises:
        UnknownModel: it is not here.
        ConfigError: it cannot be deleted, or lies elsewhere.
        ModelError: it is being pulled.
    """
    if name not in store.here(folder):
        there = ", ".join(store.here(folder)) or "none"
        raise UnknownModel(f"no model {name!r} is in {folder}; there are: {there}")
    target = folder / name
    if target.is_symlink():
        raise ConfigError(f"{target} is a link to {target.readlink()}: delete both yourself")
    try:
        with alone(name, folder):
            size = sum(each.lstat().st_size for each in target.rglob("*") if _is_file(each))
            shutil.rmtree(target)
    except OSError as error:
        raise ConfigError(
            f"{target} cannot be deleted: {error.strerror} ({error.filename})"
        ) from error
    return size


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
