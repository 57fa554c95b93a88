"""What the operator says of an OpenAI-compatible endpoint, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from vision.errors import ConfigError

LONGEST_KEY = 4096
"""Characters of a key; signed ones of cloud services take up to two thousand."""

_PORTS = range(1, 65536)
_FULL_PATH = "/chat/completions"
_VERSIONED = re.compile(r"/v\d[^/]*(/|$)")
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class EndpointConfig:
    """Where a language model that sees is served, and how to speak to it.

    Raises:
        ConfigError: a value does not fit.
    """

    url: str
    "Base address; ``/v1`` is added to one without a version in its path."
    model: str | None = None
    "As the endpoint calls it; None for the only one that it has."
    key: str | None = field(default=None, repr=False)
    "Sent as the bearer token; None for none."
    slots: int = 1
    "Requests at a time."
    connect_timeout: float = 5.0
    "Seconds to a connection."
    first_token_timeout: float = 30.0
    "Seconds from asking to the first piece, further tries and pauses included."
    silence_timeout: float = 15.0
    "Seconds from one piece to the next."
    attempts: int = 3
    "Tries of one request, where trying again is safe."
    image_side: int = 768
    "Pixels of the longer side of the pictures sent; smaller ones are sent as they are."
    jpeg_quality: int = 85
    "1 to 100."
    temperature: float | None = None
    "None for what the endpoint thinks best; some models refuse any other."
    authorities: Path | None = None
    "A file of certificates to trust, PEM, in place of the usual ones; for ``https`` in a company."

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", base_url(self.url))
        if self.model is not None and not self.model.strip():
            raise ConfigError("the endpoint's model has an empty name: leave it out to find one")
        if self.key is not None:
            check_key(self.key)
        for name, (lowest, highest) in _RANGES.items():
            value = getattr(self, name)
            # Written so that NaN does not pass.
            if value is not None and not lowest <= value <= highest:
                raise ConfigError(
                    f"the endpoint's {name} must be from {lowest} to {highest}, not {value}"
                )

    @property
    def key_in_clear(self) -> bool:
        """Whether the key goes over a network unencrypted."""
        url = httpx.URL(self.url)
        at_home = url.host in ("localhost", "127.0.0.1", "::1")
        return self.key is not None and url.scheme == "http" and not at_home


_RANGES: Mapping[str, tuple[float, float]] = {
    "slots": (1, 64),
    "connect_timeout": (0.1, 60),
    "first_token_timeout": (0.1, 600),
    "silence_timeout": (0.1, 600),
    "attempts": (1, 10),
    "image_side": (32, 4096),
    "jpeg_quality": (1, 100),
    "temperature": (0, 2),
}


def base_url(text: str) -> str:
    """The address under which ``/models`` and ``/chat/completions`` lie, without a last slash.

    Raises:
        ConfigError: it is no plain ``http`` or ``https`` address. One that may hold a password is
            not repeated.
    """
    if "@" in text:
        raise ConfigError(
            "the endpoint's address holds a name or password: leave them out, and give a key by "
            "the environment or a file"
        )
    if "?" in text or "#" in text:
        raise ConfigError("the endpoint's address goes on after ? or #: give its base address")
    url = _parsed(text.strip())
    path = url.path.rstrip("/").removesuffix(_FULL_PATH)
    if not _VERSIONED.search(path):
        path += "/v1"
    return str(url.copy_with(path=path))


def _parsed(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
        # Names that cannot be looked up raise here, and not only when they are.
        url.host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ConfigError(f"the endpoint's address {text!r} cannot be read: {error}") from error
    fits = url.scheme in ("http", "https") and url.host and " " not in text
    if not fits or not (url.port is None or url.port in _PORTS):
        raise ConfigError(f"the endpoint's address {text!r} is not like http://HOST:PORT")
    return url


def check_key(key: str) -> None:
    """Lets a key pass that can be sent in a header.

    Raises:
        ConfigError: it cannot; the key itself is not told.
    """
    if len(key) > LONGEST_KEY or not _PRINTABLE.fullmatch(key):
        raise ConfigError(
            "the endpoint's key is empty, too long, or holds spaces or other characters that a key "
            "cannot hold: see that the file or variable has the key alone"
        )
