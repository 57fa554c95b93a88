"""Which aiortc our ways of receiving and sending have been fitted to.

Both put themselves in the place of private parts, whose names another version need not have.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import cache

import aiortc

log = logging.getLogger(__name__)

KNOWN = "1.16.0"
"""The version that the contract tests have pinned."""


def is_known(owner: object, needed: Iterable[str]) -> bool:
    """Whether this is that version and ``owner`` has all these names; if not, that is logged."""
    missing = ", ".join(name for name in needed if not hasattr(owner, name))
    if aiortc.__version__ == KNOWN and not missing:
        return True
    _warn(KNOWN, missing)
    return False


@cache
def _warn(known: str, missing: str) -> None:
    """Says it once, not for every session."""
    log.warning(
        "aiortc %s is not the version this was tested with (%s)%s: video goes aiortc's own way, "
        "comes later, costs more and recovers more slowly; install aiortc==%s",
        aiortc.__version__,
        known,
        f" and has no {missing}" if missing else "",
        known,
    )
