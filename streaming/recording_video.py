"""The two videos of a recording, in memory: the camera's as it came, and the annotated one.

Both block and belong to one thread. What is in memory is bounded by whoever drives them, by
``size``.
"""

from __future__ import annotations

import io

import av
import av.container

from streaming.frames import TIME_BASE, frame_of
from streaming.receiving.pieces import EncodedFrame
from vision.picture import Picture

CODECS = {"H264": "h264", "VP8": "vp8"}
"""FFmpeg's names of what cameras send."""

NOMINAL_FPS = 30
ANNOTATED = {"crf": "26", "preset": "superfast", "tune": "zerolatency"}
"""x264's options for the annotated video: it is made beside a live session."""

START_CODE = b"\x00\x00\x01"
PARAMETERS = {7, 8}
"""Kinds of H.264 units that tell how the others are to be read (SPS, PPS)."""


class CameraVideo:
    """The camera's frames, not encoded anew. MP4 for H.264, WebM for VP8."""

    def __init__(self, first: EncodedFrame, width: int, height: int) -> None:
        """``first`` is a key frame; it is still to be added."""
        self.codec = first.codec
        self.name = "camera.mp4" if first.codec == "H264" else "camera.webm"
        self._file = io.BytesIO()
        form = "mp4" if first.codec == "H264" else "webm"
        self._container = av.open(self._file, "w", format=form)
        stream = self._container.add_stream(CODECS[first.codec], rate=NOMINAL_FPS)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.time_base = width, height, TIME_BASE
        stream.codec_context.time_base = TIME_BASE
        if first.codec == "H264":
            stream.codec_context.extradata = parameters(first.data)
        self._stream = stream

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._file.tell()

    def add(self, frame: EncodedFrame, pts: int) -> None:
        """Adds a frame, in its order; ``pts`` counts from the first frame."""
        packet = av.Packet(frame.data)
        packet.stream, packet.time_base = self._stream, TIME_BASE
        packet.pts = packet.dts = pts
        packet.is_keyframe = frame.key
        self._container.mux(packet)

    def finish(self) -> bytes:
        """The whole file, once: it is not kept here."""
        self._container.close()
        return taken_from(self._file)


class AnnotatedVideo:
    """Pictures with what was drawn on them, as H.264 in MP4."""

    name = "annotated.mp4"

    def __init__(self) -> None:
        self._file = io.BytesIO()
        self._container = av.open(self._file, "w", format="mp4")
        self._stream: av.VideoStream | None = None

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._file.tell()

    def add(self, picture: Picture, pts: int) -> None:
        """Adds a picture; one of another size than the first is scaled to that."""
        stream = self._stream = self._stream or self._opened(picture)
        frame = frame_of(picture, pts)
        if (picture.width, picture.height) != (stream.width, stream.height):
            frame = frame.reformat(stream.width, stream.height)
        self._container.mux(stream.encode(frame))

    def finish(self) -> bytes:
        """The whole file, once: it is not kept here. Empty if there was no picture."""
        if self._stream is None:
            return b""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        return taken_from(self._file)

    def _opened(self, picture: Picture) -> av.VideoStream:
        stream = self._container.add_stream("libx264", rate=NOMINAL_FPS, options=ANNOTATED)
        stream.width, stream.height, stream.pix_fmt = picture.width, picture.height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = TIME_BASE
        return stream


def taken_from(file: io.BytesIO) -> bytes:
    """What is in it, which is empty from then on."""
    content = file.getvalue()
    file.truncate(0)
    return content


def parameters(key_frame: bytes) -> bytes:
    """The units of an H.264 key frame (Annex B) that a decoder needs before all others."""
    units = [each.rstrip(b"\x00") for each in key_frame.split(START_CODE)[1:]]
    wanted = [each for each in units if each and each[0] & 0x1F in PARAMETERS]
    return b"".join(b"\x00" + START_CODE + each for each in wanted)
