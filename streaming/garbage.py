"""Keeps packets that cannot be parsed from ending a connection.

They come encrypted and authenticated, from a client that is broken or means harm. aiortc expects
``ValueError`` alone of its parsers; anything else ends the task that reads the connection. And it
keeps books for every source that it hears of, of which its reports have room for 31.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Awaitable, Callable
from typing import Any

log = logging.getLogger(__name__)

UNPARSABLE = (struct.error, IndexError, ValueError)
"""What parsers raise at packets that end too early, or whose parts have a wrong length."""

MOST_SOURCES = 16
"""SSRCs of one connection; a browser has two, and two more after it changed its mind."""

SSRC = slice(8, 12)
"""Where an RTP packet bears it (RFC 3550, section 5.1)."""

MEDIA = "_handle_rtp_data"
HANDLERS = (MEDIA, "_handle_rtcp_data")
"""aiortc's private names of what takes decrypted packets; the contract tests have pinned them."""


def guard_against_garbage(transport: object) -> None:
    """Has this DTLS transport drop what it cannot parse, and what too many sources send.

    Names that it lacks are left out.
    """
    for name in HANDLERS:
        handle = getattr(transport, name, None)
        if handle is not None:
            guarded = _guarded(handle)
            setattr(transport, name, _of_few(guarded) if name == MEDIA else guarded)


def _of_few(handle: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    known: set[bytes] = set()

    async def of_few(data: bytes, *arguments: Any, **named: Any) -> None:
        source = bytes(data[SSRC])
        if source not in known and len(known) < MOST_SOURCES:
            known.add(source)
        if source in known:
            await handle(data, *arguments, **named)

    return of_few


def _guarded(handle: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def guarded(*arguments: Any, **named: Any) -> None:
        try:
            await handle(*arguments, **named)
        except UNPARSABLE:
            log.debug("a garbled packet was dropped", exc_info=True)

    return guarded
