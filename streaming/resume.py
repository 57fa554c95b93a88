"""Sessions whose person has gone and may come back: how they are known, and how long they wait.

A phone that changes networks loses its connection, and with it nothing else: whoever shows the
token that the session was given goes on with it. No token is ever written to a log.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Generic, TypeVar

HOLD_FOR = 60.0
"""Seconds that a session waits for its person to come back."""

MOST_HELD = 8
"""Sessions that wait at a time; beyond, the one that waits longest is ended."""

TOKEN_BYTES = 32
"""Of chance, in each token."""

MAX_TOKEN = 128
"""Characters of what may be a token."""

T = TypeVar("T")


class Tokens:
    """Which token belongs to which session; one for each, for as long as it lasts."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, str] = {}

    def issue(self, session_id: str) -> str:
        """A new token for a session."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._sessions[_digest(token)] = session_id
        return token

    def session_of(self, token: str) -> str | None:
        """The session that the token belongs to, if there still is one."""
        return self._sessions.get(_digest(token)) if 0 < len(token) <= MAX_TOKEN else None

    def revoke(self, token: str) -> None:
        """The token is worth nothing any more."""
        self._sessions.pop(_digest(token), None)


class WaitingRoom(Generic[T]):
    """What waits for its person, by session id, longest first."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[float, T]] = {}

    def __len__(self) -> int:
        return len(self._held)

    def get(self, session_id: str) -> T | None:
        """What waits under that id."""
        _, item = self._held.get(session_id, (0.0, None))
        return item

    def ids(self) -> tuple[str, ...]:
        """Of all that waits."""
        return tuple(self._held)

    def hold(self, session_id: str, item: T, now: float) -> tuple[str, ...]:
        """Lets it wait from ``now`` on; gives the ids of those for which there is no room."""
        self._held[session_id] = (now, item)
        return tuple(self._held)[: max(0, len(self._held) - MOST_HELD)]

    def take(self, session_id: str) -> T | None:
        """Takes it out; its person is back, or it has ended."""
        _, item = self._held.pop(session_id, (0.0, None))
        return item

    def overdue(self, now: float) -> tuple[str, ...]:
        """Ids of those that have waited for too long."""
        return tuple(each for each, (since, _) in self._held.items() if now - since > HOLD_FOR)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
