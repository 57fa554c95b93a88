"""Which licences need a yes before a model is fetched: all but those known to be permissive."""

from __future__ import annotations

from models.zoo.catalogue import Entry
from vision.errors import ConfigError

PERMISSIVE = frozenset(
    {
        *("Apache-2.0", "MIT", "MIT-0", "ISC", "Zlib", "0BSD", "BSD-2-Clause", "BSD-3-Clause"),
        *("CC-BY-4.0", "CC0-1.0", "Unlicense", "BSL-1.0"),
    }
)
"""SPDX names of licences that allow any use and ask for little more than to be named."""

_CONCERNS = {
    "AGPL": "copyleft, also for what is only served over a network",
    "LGPL": "copyleft for the model itself",
    "GPL": "copyleft",
    "NC": "not for commercial use",
    "SA": "what is made from it stays under the same licence",
    "ND": "nothing made from it may be passed on",
}


def concern(licence: str) -> str:
    """What there is to think about before the model is used; empty for permissive licences."""
    parts = licence.replace("(", " ").replace(")", " ").split(" AND ")
    if all(part.strip() in PERMISSIVE for part in parts):
        return ""
    words = licence.upper().replace("-", " ").split()
    found = [says for sign, says in _CONCERNS.items() if sign in words]
    return "; ".join(found) or "not among the permissive licences that openeyes knows"


def require_consent(entry: Entry, *, accepted: bool) -> None:
    """Lets a model pass whose licence is permissive, or was accepted.

    Raises:
        ConfigError: somebody has to say yes first.
    """
    says = concern(entry.licence)
    if says and not accepted:
        raise ConfigError(
            f"{entry.name} is under {entry.licence} ({says}), and nothing was fetched: read "
            f"{entry.page}, and if you accept it, say so with --accept-licence"
        )
