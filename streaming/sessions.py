"""All sessions of one server: the limit, who is in, and who has gone without a word.

Driving contract: ``open`` per offer, ``end`` when told to, ``sweep`` once a second, ``close`` at
shutdown. A place counts against the limit from ``open`` until ``end``, or until its connection is
lost: then the session gives its place free and waits for a while, and an offer that shows its token
goes on with it. Freeing what a session held goes on behind it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import msgspec

from streaming.offer import Offer
from streaming.peer import Peer
from streaming.resume import Tokens, WaitingRoom
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


UNHEARD = 3.0
"""Seconds before the last sign of life in which words may have been lost: they are said again."""


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
    life: asyncio.Task[None] | None = None
    "What the session does beside looking at frames."
    came: bool = False
    "Whether its person was ever heard."
    away: bool = False
    "Whether its connection is lost, and its person awaited."
    client: str = ""
    "Browser and system, as far as known."

    def describe(self) -> dict[str, object]:
        """State, latencies and counters, for people and scripts."""
        session = self.session
        report = msgspec.to_builtins(session.report())
        report.pop("type")
        return {
            "id": session.identity.session,
            "state": "away" if self.away else self.peer.state,
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
        self._waiting: WaitingRoom[Entry] = WaitingRoom()
        self._tokens = Tokens()
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, session_id: str) -> Entry | None:
        """The entry of that id, be its person here or away."""
        return self._entries.get(session_id) or self._waiting.get(session_id)

    @property
    def waiting(self) -> int:
        """How many have lost their connection, and wait for their person."""
        return len(self._waiting)

    @property
    def closing(self) -> int:
        """How many ended sessions are still being freed."""
        return len(self._closing)

    def all(self) -> tuple[Entry, ...]:
        """Every session whose person is here."""
        return tuple(self._entries.values())

    async def open(
        self, offer: Offer, overlay: OverlayMode | None, resume: str = ""
    ) -> tuple[Entry, str]:
        """Makes a session for an offer, or goes on with one; gives its entry and the SDP answer.

        Args:
            offer: what the client offers.
            overlay: of a new session; one that goes on keeps its own.
            resume: token of the session to go on with. One that is not known, or not any more, is
                as good as none.

        Raises:
            ServerFull: the limit is reached.
            BadOffer, UnusableOffer: see ``Peer.answer``.
        """
        known = self.get(self._tokens.session_of(resume) or "")
        if len(self._entries) >= self.limit and (known is None or known.away):
            raise ServerFull
        entry = self._renewed(known, offer) if known else self._new(offer, overlay)
        session_id, peer = entry.session.identity.session, entry.peer
        try:
            answer = await peer.answer(offer.sdp, returned_in=offer.returned_in)
        except BaseException:
            if known is None:
                self.end(session_id)
            self._lost(session_id, peer)
            raise
        self.opened += known is None
        return entry, answer

    def end(self, session_id: str) -> bool:
        """Gives the place free at once and the rest soon after; False if there is no such one."""
        entry = self._entries.pop(session_id, None) or self._waiting.take(session_id)
        if entry is None:
            return False
        log.info("session %s: ended, %d left", session_id, len(self._entries))
        self._tokens.revoke(entry.session.resume)
        self._behind(self._free(entry), f"close {session_id}")
        return True

    async def watch(self) -> None:
        """Sweeps until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_INTERVAL)
            self.sweep(time.monotonic())

    def sweep(self, now: float) -> None:
        """Lets go of connections without a client, and ends what has waited for long enough."""
        for session_id in self._waiting.overdue(now):
            self.end(session_id)
        for session_id, entry in tuple(self._entries.items()):
            received = entry.peer.bytes_received
            if received != entry.bytes_received:
                entry.bytes_received, entry.heard = received, now
            limit = SILENCE_LIMIT if received else CONNECT_LIMIT
            if now - entry.heard > limit:
                log.warning("session %s: nothing heard for %.0f s", session_id, limit)
                self._lost(session_id, entry.peer)

    async def close(self) -> None:
        """Ends every session and waits, within a bound, until they are freed."""
        for session_id in (*self._entries, *self._waiting.ids()):
            self.end(session_id)
        if self._closing:
            await asyncio.wait(self._closing, timeout=CLOSE_LIMIT)

    def _new(self, offer: Offer, overlay: OverlayMode | None) -> Entry:
        session_id = secrets.token_urlsafe(12)
        mode = overlay or ("burn-in" if offer.receives_video else "client")
        session = self._make_session(session_id, mode)
        session.resume = self._tokens.issue(session_id)
        entry = Entry(session, self._peer(session), offer.ufrag, _etag())
        entry.life = asyncio.create_task(self._live(session), name=f"session {session_id}")
        self._entries[session_id] = entry
        return entry

    def _renewed(self, entry: Entry, offer: Offer) -> Entry:
        """The same session with another connection; the one before is closed."""
        session_id, before = entry.session.identity.session, entry.peer
        log.info("session %s: goes on over another connection", session_id)
        if before.bytes_received > 0:  # over one that never came to be, nothing was heard at all
            entry.session.cut_since = entry.heard - UNHEARD
            entry.came = True
        before.part()
        self._behind(before.close(), f"close {session_id}")
        self._waiting.take(session_id)
        self._entries[session_id] = entry
        entry.peer, entry.ufrag, entry.etag = self._peer(entry.session), offer.ufrag, _etag()
        entry.away, entry.heard, entry.bytes_received = False, time.monotonic(), 0
        entry.session.shared = False  # whoever is back agrees anew
        return entry

    def _peer(self, session: Session) -> Peer:
        peer = self._make_peer(session, lambda: self._lost(session.identity.session, peer))
        return peer

    def _lost(self, session_id: str, peer: Peer) -> None:
        """A connection is over: its session waits, unless nobody ever came or it has another."""
        entry = self._entries.get(session_id)
        if entry is None or entry.peer is not peer:
            return
        entry.came |= peer.bytes_received > 0
        if not entry.came:
            self.end(session_id)
            return
        del self._entries[session_id]
        entry.away = True
        log.info("session %s: waits for its person, %d are here", session_id, len(self._entries))
        peer.part()
        self._behind(peer.close(), f"close {session_id}")
        for crowded_out in self._waiting.hold(session_id, entry, time.monotonic()):
            self.end(crowded_out)

    async def _live(self, session: Session) -> None:
        session_id = session.identity.session
        try:
            await session.run()
        except Exception:
            log.exception("session %s: ended by an error", session_id)
            self.end(session_id)

    async def _free(self, entry: Entry) -> None:
        entry.session.close()
        await entry.peer.close()
        if entry.life is not None:
            entry.life.cancel()
            await asyncio.wait([entry.life], timeout=CLOSE_LIMIT)

    def _behind(self, freeing: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(freeing, name=name)
        self._closing.add(task)
        task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._closing.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("closing a session failed", exc_info=task.exception())


def _etag() -> str:
    return f'"{secrets.token_hex(8)}"'
