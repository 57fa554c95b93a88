"""Pictures as JPEG files in memory."""

from __future__ import annotations

import asyncio

import cv2

from vision.picture import Picture

QUALITY = 85


def encode_jpeg(picture: Picture) -> bytes:
    """A baseline JPEG. Blocks for some milliseconds."""
    _, data = cv2.imencode(".jpg", picture.bgr(), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return bytes(data)


async def jpeg(picture: Picture) -> bytes:
    """The same, off the loop."""
    return await asyncio.to_thread(encode_jpeg, picture)
