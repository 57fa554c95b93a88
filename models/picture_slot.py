"""Memory that two processes share, with room for one picture.

It has no name, so that nothing is left of it when both are gone, however they ended: the owner
makes it, and the other process inherits its descriptor. Nothing here says when the slot may be
written or read; the two sides tell each other by messages.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from typing import BinaryIO

import numpy as np

from vision.picture import Picture, Plane


class PictureSlot:
    """Holds the last picture written. Grows to the largest one, and never beyond its limit."""

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

    def write(self, picture: Picture) -> None:
        """Copies the picture into the slot.

        Raises:
            ValueError: it is larger than the limit, or the slot is closed.
        """
        size = self._checked(picture.i420.size)
        if os.fstat(self._file.fileno()).st_size < size:
            self._file.truncate(size)
        np.copyto(self._view(*picture.i420.shape), picture.i420)

    def read(self, width: int, rows: int) -> Picture:
        """The picture in the slot, not copied: the next ``write`` changes it.

        Raises:
            ValueError: no picture of that size can be there.
        """
        if os.fstat(self._file.fileno()).st_size < self._checked(width * rows) or width < 1:
            raise ValueError(f"the slot holds no picture of {width} × {rows} bytes")
        return Picture(self._view(rows, width))

    def close(self) -> None:
        """Gives the memory back, once the pictures that were read are gone too."""
        self._memory = None
        self._file.close()

    def _checked(self, size: int) -> int:
        """``size``, where an I420 picture of so many bytes is within the limit."""
        if not 0 < size <= self.limit * 3 // 2:
            raise ValueError(f"a picture of {size * 2 // 3} pixels; at most {self.limit} fit")
        return size

    def _view(self, rows: int, width: int) -> Plane:
        size = rows * width
        if self._memory is None or len(self._memory) < size:
            # not closed, only let go: a picture that was read may still look at the old mapping
            self._memory = mmap.mmap(self._file.fileno(), size)
        return np.frombuffer(self._memory, np.uint8, size).reshape(rows, width)


def _nameless_file() -> BinaryIO:
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("openeyes-picture"), "r+b", 0)
    return tempfile.TemporaryFile(buffering=0)
