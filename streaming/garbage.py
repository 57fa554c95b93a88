"""Keeps packets that cannot be parsed from ending a connection.

They come encrypted and authenticated, from a client that is broken or means harm. aiortc expects
``ValueError`` alone of its parsers; anything else ends the task that reads the connection.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger(__name__)

UNPARSABLE = (struct.error, IndexError, ValueError)
"""What parsers raise at packets that end too early, or whose parts have a wrong length."""

HANDLERS = ("_handle_rtp_data", "_handle_rtcp_data")
"""aiortc's private names of what takes decrypted packets; the contract tests have pinned them."""


def guard_against_garbage(transport: object) -> None:
    """Has this DTLS transport drop what it cannot parse. Names that it lacks are left out."""
    for name in HANDLERS:
        handle = getattr(transport, name, None)
        if handle is not None:
            setattr(transport, name, _guarded(handle))


def _guarded(handle: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def guarded(*arguments: Any, **named: Any) -> None:
        try:
            await handle(*arguments, **named)
        except UNPARSABLE:
            log.debug("a garbled packet was dropped", exc_info=True)

    return guarded
