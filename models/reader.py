"""Text readers by name. Another reader is one file with a function like ``reader_rapid.create``.

The package's own are listed here; those of other packages are found by the entry point group
``openeyes.readers``, whose entries have the same form: a name, and ``module:function``. Nothing is
imported before a reader is asked for.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from vision.errors import UnknownModel
from vision.ports import TextReader

GROUP = "openeyes.readers"

DEFAULT = "rapidocr-ppocrv6-small"
"""The reader that comes with the package."""

_BUILT_IN = (EntryPoint(DEFAULT, "models.reader_rapid:create", GROUP),)


class Factory(Protocol):
    """What an entry names: makes the reader that is registered under ``name``."""

    def __call__(self, name: str, threads: int) -> TextReader:
        """Loads the reader."""
        ...


def names() -> tuple[str, ...]:
    """Names of all readers that can be asked for, sorted."""
    return tuple(sorted(_entries()))


def create(name: str = DEFAULT, *, threads: int = 1) -> TextReader:
    """Loads a reader, which takes a second or two; ``threads`` bounds the CPU threads of one run.

    Raises:
        UnknownModel: none is registered under that name.
        ConfigError: fewer than one thread was asked for.
        WeightsMissing: its package or its weights are not installed.
        ModelError: its weights cannot be loaded.
    """
    entry = _entries().get(name)
    if entry is None:
        raise UnknownModel(f"no text reader is called {name!r}; there are: {', '.join(names())}")
    factory: Factory = entry.load()
    return factory(name, threads)


def _entries() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in (*entry_points(group=GROUP), *_BUILT_IN)}
