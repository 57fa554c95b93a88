"""Memory that two processes share, with room for one picture or some.

It has no name, so that nothing is left of it when both are gone, however they ended: the owner
makes it, and the other process inherits its descriptor. Nothing here says when the slot may be
written or read; the two sides tell each other by messages.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec
import numpy as np

from vision.picture import Picture, Plane

MOST_PICTURES = 32
"""That lie in a slot at a time."""

MOST_BYTES = 64 << 20
"""Of several pictures in a slot together: 32 of 1280 by 720 fit. One that is larger fits alone."""


class Place(msgspec.Struct, frozen=True):
    """Where in the slot a picture lies."""

    width: int
    "Pixels."
    rows: int
    "Of the I420 buffer: half as many again as the picture has."
    offset: int = 0
    "Bytes before it."

    @property
    def end(self) -> int:
        """Bytes up to its last."""
        return self.offset + self.width * self.rows


class PictureSlot:
    """Holds the pictures written last. Grows to what they need, and never beyond its limits."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        """``file`` is the shared memory."""
        self._file = file
        self.limit = limit
        "Pixels of the largest picture."
        self._memory: mmap.mmap | None = None

    @classmethod
    def make(cls, limit: int) -> PictureSlot:
        """A new one, for pictures of at most ``limit`` pixels."""
        return cls(_nameless_file(), limit)

    @classmethod
    def inherited(cls, descriptor: int, limit: int) -> PictureSlot:
        """The one that another process made, by its descriptor here."""
        return cls(os.fdopen(descriptor, "r+b", 0), limit)

    @property
    def descriptor(self) -> int:
        """What the other process is to inherit."""
        return self._file.fileno()

    def write(self, *pictures: Picture) -> tuple[Place, ...]:
        """Copies pictures into the slot, one after the other; gives where each lies.

        Raises:
            ValueError: one is larger than the limit, they are more than fit together, or the slot
                is closed.
        """
        places = tuple(_side_by_side(pictures))
        for place in places:
            self._check(place)
        if not _fit(len(places), places[-1].end if places else 0):
            raise ValueError(f"{len(places)} pictures are more than fit together")
        if places and os.fstat(self._file.fileno()).st_size < places[-1].end:
            self._file.truncate(places[-1].end)
        for place, picture in zip(places, pictures, strict=True):
            np.copyto(self._view(place), picture.i420)
        return places

    def read(self, place: Place) -> Picture:
        """The picture that lies there, not copied: the next ``write`` changes it.

        Raises:
            ValueError: no such picture can be there.
        """
        self._check(place)
        if os.fstat(self._file.fileno()).st_size < place.end:
            raise ValueError(f"the slot holds no picture of {place.width} × {place.rows} bytes")
        return Picture(self._view(place))

    def close(self) -> None:
        """Gives the memory back, once the pictures that were read are gone too."""
        self._memory = None
        self._file.close()

    def _check(self, place: Place) -> None:
        size = place.width * place.rows
        if place.width < 1 or place.offset < 0 or not 0 < size <= self.limit * 3 // 2:
            raise ValueError(f"a picture of {size * 2 // 3} pixels; at most {self.limit} fit")

    def _view(self, place: Place) -> Plane:
        if self._memory is None or len(self._memory) < place.end:
            # not closed, only let go: a picture that was read may still look at the old mapping
            size = os.fstat(self._file.fileno()).st_size
            self._memory = mmap.mmap(self._file.fileno(), size)
        size = place.width * place.rows
        flat = np.frombuffer(self._memory, np.uint8, size, place.offset)
        return flat.reshape(place.rows, place.width)


def in_parts(pictures: Iterable[Picture]) -> Iterator[list[Picture]]:
    """The pictures in their order, as many at a time as a slot holds together."""
    part: list[Picture] = []
    size = 0
    for picture in pictures:
        if part and not _fit(len(part) + 1, size + picture.i420.size):
            yield part
            part, size = [], 0
        part.append(picture)
        size += picture.i420.size
    if part:
        yield part


def _fit(pictures: int, size: int) -> bool:
    return pictures <= 1 or (pictures <= MOST_PICTURES and size <= MOST_BYTES)


def _side_by_side(pictures: Iterable[Picture]) -> Iterator[Place]:
    offset = 0
    for picture in pictures:
        rows, width = picture.i420.shape
        place = Place(width, rows, offset)
        offset = place.end
        yield place


def _nameless_file() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("openeyes-picture"), "r+b", 0)
    return tempfile.TemporaryFile(buffering=0)
