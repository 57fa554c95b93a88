"""Small pictures to remember by."""

from __future__ import annotations

import cv2

from vision.picture import Picture

LONGEST_SIDE = 320
"""Pixels."""

QUALITY = 70
"""Of the JPEG: a busy scene takes some 20 KiB."""


def thumbnail(picture: Picture) -> bytes:
    """A JPEG of the picture, `LONGEST_SIDE` at most. Blocks for some milliseconds."""
    scale = min(1.0, LONGEST_SIDE / max(picture.width, picture.height))
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = cv2.resize(picture.bgr(), size, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return bytes(data)
