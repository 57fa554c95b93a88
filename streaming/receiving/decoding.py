"""A thread that decodes one session's frames, and is never far behind.

Driving contract: ``put`` every frame in its order, from one thread; ``close`` at the end, once or
more. Both return at once. ``decoded`` and ``failed`` are called on the decoder's thread.

A delta frame needs every frame before it, so none is ever left out alone: if they wait too long, or
one cannot be decoded, all are dropped until a key frame comes. A key frame makes those that still
wait before it worthless.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

import av

from streaming.receiving.decoder import Decoded, PictureDecoder
from streaming.receiving.pieces import EncodedFrame
from vision.errors import MediaError

log = logging.getLogger(__name__)

LONGEST_WAIT = 0.3
"""Seconds since the frame that waits longest was whole. What a repaired gap sets free at once is
whole at once, and has this time to be decoded."""

MOST_WAITING = 256
"""Frames; a bound of memory alone."""


class Decoding:
    """Decodes frames on a thread of its own, which begins with the first of them."""

    def __init__(
        self, decoded: Callable[[Decoded], object], failed: Callable[[int], object]
    ) -> None:
        """``failed`` gets the number of a frame that could not be decoded."""
        self.flushed = 0
        "Frames dropped because they waited for too long, or a key frame made them worthless."
        self.errors = 0
        "Frames that could not be decoded."
        self._decoded = decoded
        self._failed = failed
        self._waiting: deque[EncodedFrame] = deque()
        self._changed = threading.Condition()
        self._needs_key = True
        self._closed = False
        self._thread: threading.Thread | None = None
        self._decoder: PictureDecoder | None = None

    @property
    def waiting(self) -> int:
        """Frames that were not begun yet."""
        return len(self._waiting)

    def put(self, frame: EncodedFrame) -> bool:
        """Takes a frame; False if it had to be dropped, and a key frame is needed."""
        with self._changed:
            if self._closed:
                return True
            self._make_room(frame)
            if self._needs_key:
                self.flushed += 1
                return False
            self._waiting.append(frame)
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="video-decoder", daemon=True)
            self._thread.start()
        return True

    def close(self) -> None:
        """Drops what waits; the thread ends by itself after the frame it is at."""
        with self._changed:
            self._closed = True
            self._drop_waiting()
            self._changed.notify()

    def _make_room(self, frame: EncodedFrame) -> None:
        if frame.key:
            self._drop_waiting()
            self._needs_key = False
        elif self._is_behind(frame):
            self._drop_waiting()
            self._needs_key = True

    def _is_behind(self, newest: EncodedFrame) -> bool:
        if not self._waiting:
            return False
        waited = newest.completed - self._waiting[0].completed
        return waited > LONGEST_WAIT or len(self._waiting) >= MOST_WAITING

    def _drop_waiting(self) -> None:
        self.flushed += len(self._waiting)
        self._waiting.clear()

    def _run(self) -> None:
        while (frame := self._next()) is not None:
            try:
                self._decode(frame)
            except (av.FFmpegError, MediaError) as error:
                log.info("a %s frame could not be decoded: %s", frame.codec, error)
                self._lose_track(frame)
            except Exception:
                log.exception("decoding a %s frame failed", frame.codec)
                self._lose_track(frame)
        self._decoder = None

    def _next(self) -> EncodedFrame | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            return None if self._closed else self._waiting.popleft()

    def _decode(self, frame: EncodedFrame) -> None:
        if self._decoder is None or self._decoder.codec != frame.codec:
            self._decoder = PictureDecoder(frame.codec)
        for decoded in self._decoder.decode(frame):
            self._decoded(decoded)

    def _lose_track(self, frame: EncodedFrame) -> None:
        with self._changed:
            self.errors += 1
            recovers = bool(self._waiting) and self._waiting[0].key
            if not recovers:
                self._drop_waiting()
                self._needs_key = True
        if not recovers:
            self._failed(frame.number)
