"""From bitstream to pictures, for one codec."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import av
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from streaming.frames import TIME_BASE
from streaming.receiving.pieces import VP8_START_CODE, EncodedFrame
from vision.errors import MediaError

DECODERS = {"VP8": "libvpx", "H264": "h264"}
"""FFmpeg's names. Its own VP8 decoder is a tenth cheaper, but shows broken key frames as whole."""

MOST_PIXELS = 4096 * 2304
"""Of one picture. A few bytes can declare one that takes a gigabyte."""

MOST_INSIDE = 16
"""Frames that a decoder may have in work, as H.264 allows at most."""

OPTIONS = {"H264": {"max_pixels": str(MOST_PIXELS)}}
"""Not ``err_detect=explode``: it refuses whole streams for an odd remark beside the picture."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture, and the frame that it was made of."""

    picture: av.VideoFrame
    "Its planes belong to the decoder."
    encoded: EncodedFrame
    "Its ``data`` is still there, but of no more use."


class PictureDecoder:
    """Decodes one codec's frames on the calling thread, each at once."""

    def __init__(self, codec: str) -> None:
        self.codec = codec
        context = av.CodecContext.create(DECODERS[codec], "r")
        assert isinstance(context, VideoCodecContext)
        context.thread_count = 1
        context.flags |= Flags.low_delay
        context.options = OPTIONS.get(codec, {})
        self._context = context
        self._inside: dict[int, EncodedFrame] = {}

    def decode(self, frame: EncodedFrame) -> Iterator[Decoded]:
        """The pictures that are finished now; usually one, for an unseen frame none.

        Raises:
            av.FFmpegError: the frame cannot be decoded, or needs one that is not there.
            MediaError: its picture is too large, or damaged.
        """
        _check_size(frame)
        self._inside[frame.pts] = frame
        if len(self._inside) > MOST_INSIDE:
            del self._inside[next(iter(self._inside))]
        packet = av.Packet(frame.data)
        packet.pts, packet.time_base = frame.pts, TIME_BASE
        for picture in self._context.decode(packet):
            if picture.is_corrupt:
                raise MediaError("A picture is damaged")
            encoded = self._inside.pop(picture.pts if picture.pts is not None else -1, None)
            if encoded is not None:
                yield Decoded(picture, encoded)


def _check_size(frame: EncodedFrame) -> None:
    """Room is made by libvpx room for whatever a key frame declares (RFC 6386, section 9.1)."""
    # By the frame's own bits, as the decoder sees it: what the packets say of it may be untrue.
    if frame.codec != "VP8" or frame.data[3:6] != VP8_START_CODE or frame.data[0] & 1:
        return
    width, height = (int.from_bytes(frame.data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    if width * height > MOST_PIXELS:
        raise MediaError(f"A picture of {width}x{height} is too large: send a smaller one")
