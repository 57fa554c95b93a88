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
        if error.errno in _NO_ROOM:
            raise ConfigError(
                f"the disk is full: {entry.name} does not fit into {folder / entry.name}. What has "
                "come in is kept; make room and pull it again, or set OPENEYES_HOME to a folder on "
                "another disk"
            ) from error
        raise ConfigError(
            f"cannot keep {entry.name} in {folder}: {error.strerror}; set OPENEYES_HOME to a "
            "folder that you may write in"
        ) from error


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
