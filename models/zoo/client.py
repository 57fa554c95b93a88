"""HTTP as the environment asks for it: proxies, certificates, mirrors; and what its errors mean."""

from __future__ import annotations

import errno
from collections.abc import Mapping

import httpx

from vision.errors import ConfigError

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds until a server that says nothing counts as gone."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

_ANSWERS = {
    401: "it wants a login, and openeyes sends none: the model is gated or gone; see {page}",
    403: "it refuses: the model is gated, or this address may not fetch it; see {page}",
    404: "it has no such file any more: a newer openeyes may know the new place; see {page}",
    410: "it has no such file any more: a newer openeyes may know the new place; see {page}",
    429: "it had too many requests from here: wait some minutes",
}


def open_client() -> httpx.Client:
    """A client that uses the proxies and certificates that the environment names.

    Raises:
        ConfigError: it names some that cannot be used.
    """
    try:
        return httpx.Client(
            timeout=TIMEOUT, follow_redirects=True, headers={"User-Agent": "openeyes"}
        )
    except (ValueError, httpx.InvalidURL, ImportError) as error:
        raise ConfigError(
            f"the proxy that the environment names cannot be used ({error}): correct HTTP_PROXY, "
            "HTTPS_PROXY or ALL_PROXY"
        ) from error
    except OSError as error:
        raise ConfigError(
            f"the certificates that the environment names cannot be read ({error}): correct "
            "SSL_CERT_FILE or SSL_CERT_DIR"
        ) from error


def address(environ: Mapping[str, str], variable: str, default: str) -> str:
    """What the environment names as a server, without the slash at its end.

    Raises:
        ConfigError: it is not an address.
    """
    text = environ.get(variable) or default
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise ConfigError(f"{variable} is {text!r}: give an address such as {default}")
    return text.rstrip("/")


def what_it_means(error: Exception, page: str) -> str:
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


def is_no_room(error: OSError) -> bool:
    """Whether the disk is full, or all that may be used of it."""
    return error.errno in _NO_ROOM
