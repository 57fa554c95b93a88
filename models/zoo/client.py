"""HTTP as the environment asks for it: proxies, certificates, mirrors."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from vision.errors import ConfigError

TIMEOUT = httpx.Timeout(30.0, connect=10.0)
"""Seconds until a server that says nothing counts as gone."""


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
