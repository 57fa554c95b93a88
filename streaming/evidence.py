"""The pictures that answers and alerts rest on, as JPEG, for as long as there is room.

In memory only, one session's. A picture is encoded once, in a worker; whoever asks for it before
that is done waits.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor

import cv2

from streaming.remembering.thumbnails import thumbnail
from streaming.snapshot import encode_jpeg
from vision.glimpse import Glimpse
from vision.picture import Picture

log = logging.getLogger(__name__)

MOST_PICTURES = 24
"""Pictures kept for a session; the oldest go first."""

MOST_SMALL = 4
"""The same of small ones, which are remembered with several things at once."""

Encoded = asyncio.Future[bytes]


class Evidence:
    """Pictures by the presentation time stamp of their frame."""

    def __init__(self, workers: Executor) -> None:
        self._workers = workers
        self._pictures: OrderedDict[int, Encoded] = OrderedDict()
        self._small: OrderedDict[int, Encoded] = OrderedDict()

    def keep(self, glimpse: Glimpse) -> int:
        """Keeps a glimpse's picture; gives its name."""
        self._encoded(self._pictures, MOST_PICTURES, glimpse, encode_jpeg)
        return glimpse.pts

    async def jpeg(self, name: int) -> bytes | None:
        """The picture of that name; None where it is not kept, or not any more."""
        encoded = self._pictures.get(name)
        if encoded is None:
            return None
        try:
            return await asyncio.shield(encoded)
        except cv2.error:
            log.exception("a picture could not be encoded")
            return None

    def small(self, glimpse: Glimpse) -> Encoded:
        """A glimpse's picture, small: the very same bytes if it is asked for again soon."""
        return self._encoded(self._small, MOST_SMALL, glimpse, thumbnail)

    def _encoded(
        self,
        kept: OrderedDict[int, Encoded],
        most: int,
        glimpse: Glimpse,
        encode: Callable[[Picture], bytes],
    ) -> Encoded:
        encoded = kept.get(glimpse.pts)
        if encoded is None or (encoded.done() and encoded.exception() is not None):
            loop = asyncio.get_running_loop()
            encoded = loop.run_in_executor(self._workers, encode, glimpse.picture)
            kept[glimpse.pts] = encoded
        kept.move_to_end(glimpse.pts)
        while len(kept) > most:
            kept.popitem(last=False)
        return encoded
