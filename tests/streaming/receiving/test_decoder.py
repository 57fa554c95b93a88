from __future__ import annotations

from dataclasses import replace

import pytest

from streaming.receiving.decoder import PictureDecoder
from streaming.receiving.pieces import VP8_START_CODE
from tests.streaming.receiving.bitstreams import encoded_frames
from vision.errors import MediaError

HUGE = b"\x10\x00\x00" + VP8_START_CODE + (16383).to_bytes(2, "little") * 2 + bytes(32)
"""What begins a key frame of 16383 by 16383 pixels."""


@pytest.mark.parametrize("key", [True, False], ids=["told to be a key frame", "not told"])
def test_a_picture_that_would_take_gigabytes_is_refused_whatever_its_packets_say(
    *, key: bool
) -> None:
    frame = replace(next(encoded_frames("VP8", 1)), key=key, data=HUGE)
    with pytest.raises(MediaError, match="16383x16383"):
        list(PictureDecoder("VP8").decode(frame))


def test_other_frames_are_decoded() -> None:
    decoder = PictureDecoder("VP8")
    decoded = [one for frame in encoded_frames("VP8", 4) for one in decoder.decode(frame)]
    assert len(decoded) == 4
