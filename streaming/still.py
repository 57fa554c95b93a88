"""A picture that a person holds still, sent as a file to be read as they see it.

The video of a session is smaller than what they look at, and compressed harder: small print that
they can read on their screen is often gone from it.
"""

from __future__ import annotations

import cv2
import numpy as np

from vision.picture import Picture

MOST_BYTES = 4 << 20
"""Of one file."""

LEAST_SIDE, MOST_PIXELS = 16, 4096 * 3072
"""Pixels of a side, and of a whole picture: a small file may hold a huge one."""

MOST_SCANS = 64
"""Of one picture: a small file may have it gone over thousands of times."""

_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the segments that tell a JPEG's size (ITU-T T.81, table B.1)."""

_BARE = frozenset(range(0xD0, 0xDA)) | {0xFF}
"""From 0xC0 on, what has no length after it: it has no place before the size."""


def read_jpeg(data: bytes) -> Picture:
    """The picture in a JPEG file; an odd last row or column is left out. Blocks for some time.

    Raises:
        ValueError: it is no JPEG file, is broken, or is too large or too small.
    """
    width, height = _size(data)
    if min(width, height) < LEAST_SIDE or width * height > MOST_PIXELS:
        raise ValueError(
            f"a picture of {width} x {height} pixels is not read: send one with sides of at least"
            f" {LEAST_SIDE} and at most {MOST_PIXELS} pixels in all"
        )
    if data.count(b"\xff\xda") > MOST_SCANS:
        raise ValueError(
            f"a JPEG file of more than {MOST_SCANS} scans is not read: send a plain one"
        )
    how = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    if pixels is None or pixels.shape[:2] != (height, width):
        raise ValueError("the JPEG file is broken: send it again")
    return Picture.from_bgr(np.asarray(pixels, np.uint8))


def _size(data: bytes) -> tuple[int, int]:
    """Width and height as the file's head tells them, before anything is unpacked.

    It must go from segment to segment as the decoder does, or a size is told that is not the one
    that is unpacked.
    """
    at = 2 if data[:2] == b"\xff\xd8" else len(data)
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker < 0xC0 or marker in _BARE or length < 2:
            break
        if marker in _SIZES:
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + length
    raise ValueError("the body is not a JPEG file: send one as image/jpeg")
