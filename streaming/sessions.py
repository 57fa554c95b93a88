"""All sessions of one server: the limit, who is in, and who has gone without a word.

Driving contract: ``open`` per offer, ``end`` when told to or when a peer reports its end, ``sweep``
once a second, ``close`` at shutdown. A place counts against the limit from ``open`` until ``end``;
freeing what the session held goes on behind it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from streaming.offer import Offer
from streaming.peer import Peer
from streaming.session import OverlayMode, Session

log = logging.getLogger(__name__)

SILENCE_LIMIT = 10.0
"""Seconds without a byte from a connected client, after which it counts as gone."""

CONNECT_LIMIT = 13.0
"""Seconds that a client may take from its offer to a connection; the page gives up at 12."""

SWEEP_INTERVAL = 1.0
"""Seconds between two looks for vanished clients."""

CLOSE_LIMIT = 8.0
"""Seconds that shutting down waits for sessions to be freed."""


class ServerFull(Exception):
    """As many sessions as there may be."""


@dataclass(slots=True)
class Entry:
    """One session and what is known of its liveness."""

    session: Session
    peer: Peer
    ufrag: str
    "The ICE user fragment of the client's offer."
    etag: str
    heard: float = field(default_factory=time.monotonic)
    "Monotonic time of the last sign of life."
    bytes_received: int = 0
    client: str = ""
    "Browser and system, as far as known."

    def describe(self) -> dict[str, object]:
        """State, latencies and counters, for people and scripts."""
        session = self.session
        report = msgspec.to_builtins(session.report())
        report.pop("type")
        return {
            "id": session.identity.session,
            "state": self.peer.state,
            "overlay": session.overlay,
            "seconds": round(time.monotonic() - session.started, 1),
            "frames": dict(session.stats.frames),
            **report,
        }


class Sessions:
    """The table of sessions, bounded by ``limit``."""

    def __init__(
        self,
        limit: int,
        make_session: Callable[[str, OverlayMode], Session],
        make_peer: Callable[[Session, Callable[[], object]], Peer],
    ) -> None:
        self.limit = limit
        self.opened = 0
        self._make_session = make_session
        self._make_peer = make_peer
        self._entries: dict[str, Entry] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, session_id: str) -> Entry | None:
        """The entry of that id."""
        return self._entries.get(session_id)

    @property
    def closing(self) -> int:
        """How many ended sessions are still being freed."""
        return len(self._closing)

    def all(self) -> tuple[Entry, ...]:
        """Every session there is."""
        return tuple(self._entries.values())

    async def open(self, offer: Offer, overlay: OverlayMode | None) -> tuple[Entry, str]:
        """Makes a session for an offer; gives its entry and the SDP answer.

        Raises:
            ServerFull: the limit is reached.
            BadOffer, UnusableOffer: see ``Peer.answer``.
        """
        if len(self._entries) >= self.limit:
            raise ServerFull
        session_id = secrets.token_urlsafe(12)
        mode = overlay or ("burn-in" if offer.receives_video else "client")
        session = self._make_session(session_id, mode)
        peer = self._make_peer(session, lambda: self.end(session_id))
        entry = Entry(session, peer, offer.ufrag, etag=f'"{secrets.token_hex(8)}"')
        self._entries[session_id] = entry
        try:
            answer = await peer.answer(offer.sdp, returns_video=offer.receives_video)
        except BaseException:
            self.end(session_id)
            raise
        self.opened += 1
        return entry, answer

    def end(self, session_id: str) -> bool:
        """Gives the place free at once and the rest soon after; False if there is no such one."""
        entry = self._entries.pop(session_id, None)
        if entry is None:
            return False
        log.info("session %s: ended, %d left", session_id, len(self._entries))
        task = asyncio.create_task(entry.peer.close(), name=f"close {session_id}")
        self._closing.add(task)
        task.add_done_callback(self._closed)
        return True

    async def watch(self) -> None:
        """Sweeps until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_INTERVAL)
            self.sweep(time.monotonic())

    def sweep(self, now: float) -> None:
        """Ends sessions whose client never came or has gone."""
        for session_id, entry in tuple(self._entries.items()):
            received = entry.peer.bytes_received
            if received != entry.bytes_received:
                entry.bytes_received, entry.heard = received, now
            limit = SILENCE_LIMIT if received else CONNECT_LIMIT
            if now - entry.heard > limit:
                log.warning("session %s: nothing heard for %.0f s", session_id, limit)
                self.end(session_id)

    async def close(self) -> None:
        """Ends every session and waits, within a bound, until they are freed."""
        for session_id in tuple(self._entries):
            self.end(session_id)
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSE_LIMIT)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("closing a session failed", exc_info=task.exception())
