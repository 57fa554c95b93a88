"""What the errors of network and disk mean for the person who waits for a model."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from models.zoo import store
from models.zoo.catalogue import Entry
from vision.errors import ConfigError, WeightsMissing

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_UNWRITTEN = {*_NO_ROOM, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO}

CAUSES = 16
"""Errors behind an error that are looked at."""

_ANSWERS = {
    401: "it wants a login, and openeyes sends none: the model is gated or gone; see {page}",
    403: "it refuses: the model is gated, or this address may not fetch it; see {page}",
    404: "it has no such file any more: a newer openeyes may know the new place; see {page}",
    410: "it has no such file any more: a newer openeyes may know the new place; see {page}",
    416: "it has less of the file than was described: it may be renewing it just now",
    429: "it had too many requests from here: wait some minutes",
}


@contextmanager
def explained(entry: Entry, folder: Path) -> Iterator[None]:
    """Turns errors of network and disk into ours while a model is pulled into ``folder``.

    Raises:
        WeightsMissing: it could not be fetched.
        ConfigError: it could not be written.
    """
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WeightsMissing(
            f"{entry.name} could not be fetched ({_what_it_means(error, entry.page)}). What has "
            f"come in is kept; once that is cured, {store.cure(entry.name)}"
        ) from error
    except OSError as error:
        left = "What has come in is kept; make room and pull it again"
        raise _unwritten(error, entry, folder, left) from error


@contextmanager
def written(entry: Entry, folder: Path) -> Iterator[None]:
    """Turns errors of the disk into ours while a model is made in ``folder``.

    Raises:
        ConfigError: it could not be written.
    """
    try:
        yield
    except OSError as error:
        left = "Nothing of it is kept, and what was here still is; make room and export it again"
        raise _unwritten(error, entry, folder, left) from error


def of_disk(error: BaseException) -> OSError | None:
    """The error of the disk that another one comes from; None where it comes from something else.

    Those of the network are ``OSError`` too, in many packages.
    """
    behind: BaseException | None = error
    for _ in range(CAUSES):
        if isinstance(behind, OSError) and behind.errno in _UNWRITTEN:
            return behind
        behind = behind and (behind.__cause__ or behind.__context__)
    return None


def _unwritten(error: OSError, entry: Entry, folder: Path, left: str) -> ConfigError:
    if error.errno in _NO_ROOM:
        return ConfigError(
            f"the disk is full: {entry.name} does not fit into {folder / entry.name}. {left}, or "
            "set OPENEYES_HOME to a folder on another disk"
        )
    return ConfigError(
        f"cannot keep {entry.name} in {folder}: {error.strerror or error}; set OPENEYES_HOME to a "
        "folder that you may write in"
    )


def _what_it_means(error: Exception, page: str) -> str:
    """A client's error in words for the person who waits for the file."""
    if isinstance(error, httpx.HTTPStatusError):
        code = error.response.status_code
        means = _ANSWERS.get(code, "something is wrong there").format(page=page)
        return f"{error.request.url.host} answered {code}: {means}"
    first = str(error).strip().partition("\n")[0] or type(error).__name__
    try:
        host = error.request.url.host if isinstance(error, httpx.RequestError) else ""
    except RuntimeError:  # httpx's way to say that the error has no request
        host = ""
    return f"{host}: {first}" if host and host not in first else first
