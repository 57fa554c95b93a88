"""The last warnings and errors of the log, for the operator's page: a bounded ring.

The log names neither questions nor what was seen, so neither does this.
"""

from __future__ import annotations

import logging
import time
from collections import deque

import msgspec

MOST_TROUBLES = 100
"""Kept; the oldest go first."""

LONGEST_TEXT = 400
"""Characters of one."""

OURS = ("streaming", "models", "vision")
"""Loggers that are listened to, with all below them."""


class Trouble(msgspec.Struct):
    """Something that the log warns of."""

    at: float
    "Monotonic seconds, of its last time."
    level: str
    "``warning``, ``error`` or ``critical``."
    text: str
    times: int = 1
    "How often on end."


class Troubles(logging.Handler):
    """Keeps what is logged from WARNING on. ``start`` to listen, ``stop`` at the end."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._kept: deque[Trouble] = deque(maxlen=MOST_TROUBLES)

    def start(self) -> None:
        """Begins to listen."""
        for name in OURS:
            logging.getLogger(name).addHandler(self)

    def stop(self) -> None:
        """Listens no more; what was heard stays."""
        for name in OURS:
            logging.getLogger(name).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one line; the same line on end is counted. Called by ``logging``, any thread."""
        try:
            text = record.getMessage()[:LONGEST_TEXT]
        except Exception:
            self.handleError(record)
            return
        now, last = time.monotonic(), self._kept[-1] if self._kept else None
        if last is not None and last.text == text:
            last.at, last.times = now, last.times + 1
        else:
            self._kept.append(Trouble(now, record.levelname.lower(), text))

    def newest(self) -> tuple[Trouble, ...]:
        """All that is kept, the newest first."""
        self.acquire()
        try:
            return tuple(reversed(self._kept))
        finally:
            self.release()
