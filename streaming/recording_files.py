"""Puts a recording's files together in memory, on a thread of its own, and into one ZIP at the end.

Driving contract, on the loop: ``camera`` from the first key frame on, ``begin``, then ``call``,
``event`` and ``show``; ``finish`` or ``close`` once.
"""

from __future__ import annotations

import asyncio
import io
import logging
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from streaming.receiving.decoder import PictureDecoder
from streaming.receiving.pieces import EncodedFrame
from streaming.recording_calls import AnyCall, line_of
from streaming.recording_video import AnnotatedVideo, CameraVideo
from streaming.wire import Alert, Answer, Message, encode_at
from vision.picture import Picture

log = logging.getLogger(__name__)

MOST_CAMERA = 256
"""Frames of the camera that may wait to be written."""

MOST_SHOWN = 4
"""Pictures that may wait to be drawn on and encoded; more are left out."""

SLICE = 256 << 10
"""Bytes that are packed at a time: a whole video would stop every other thread for as long."""

MANIFEST, CALLS, EVENTS = "recording.json", "calls.jsonl", "events.jsonl"


class Writing:
    """One recording that is being made."""

    def __init__(self, behind: Callable[[], None], broken: Callable[[], None]) -> None:
        """Of what ends it.

        Args:
            behind: called when a frame of the camera had to be left out.
            broken: called when one could not be written; what was before it is kept.
        """
        self._behind, self._broken = behind, broken
        self._thread = ThreadPoolExecutor(1, "recording")
        self._manifest: dict[str, Any] = {}
        self._calls, self._events = bytearray(), bytearray()
        self._camera: CameraVideo | None = None
        self._annotated = AnnotatedVideo()
        self._waiting = {"camera": 0, "shown": 0}
        self._left_out = 0
        self._frames: list[int] = []
        self._failed = False
        self._undrawn = 0
        "Pictures that could not be drawn or encoded; counted by the thread."

    @property
    def size(self) -> int:
        """Bytes so far."""
        videos = self._annotated.size + (self._camera.size if self._camera else 0)
        return len(self._calls) + len(self._events) + videos

    def begin(self, manifest: dict[str, Any]) -> None:
        """From here on there are calls and events."""
        self._manifest = manifest

    def call(self, call: AnyCall) -> None:
        """Something was done."""
        self._calls += line_of(call)

    def event(self, message: Message, at: int) -> None:
        """Something was said, ``at`` ms after the beginning."""
        self._events += encode_at(repeatable(message), at)

    def camera(self, frame: EncodedFrame, pts: int) -> None:
        """A frame of the camera; ``pts`` counts from the first."""
        if self._waiting["camera"] >= MOST_CAMERA:
            self._behind()
            return
        self._later("camera", lambda: self._write_camera(frame, pts))

    def show(self, draw: Callable[[], Picture], pts: int) -> None:
        """A picture that ``draw`` draws on, in the thread."""
        if self._waiting["shown"] >= MOST_SHOWN:
            self._left_out += 1
            return
        self._later("shown", lambda: self._write_shown(draw, pts))

    async def finish(self) -> bytes:
        """The ZIP.

        Raises:
            Exception: something could not be written; whatever PyAV says.
        """
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._packed)
        finally:
            self.close()

    def close(self) -> None:
        """Frees it all; what is under way ends by itself."""
        self._broken = _nobody
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _later(self, kind: str, job: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[kind] += 1

        def run() -> None:
            try:
                job()
            finally:
                loop.call_soon_threadsafe(self._done, kind)

        self._thread.submit(run)

    def _done(self, kind: str) -> None:
        self._waiting[kind] -= 1
        if self._failed:
            self._broken()

    def _write_camera(self, frame: EncodedFrame, pts: int) -> None:
        if self._failed:
            return  # what follows rests on the frame that is missing
        try:
            if self._camera is None:
                self._camera = CameraVideo(frame, *size_of(frame))
            self._camera.add(frame, pts)
            self._frames.append(pts)
        except Exception:
            log.exception("a frame of the camera could not be recorded")
            self._failed = True

    def _write_shown(self, draw: Callable[[], Picture], pts: int) -> None:
        try:
            self._annotated.add(draw(), pts)
        except Exception as error:
            log.warning("a picture is left out of a recording: %s", error)
            self._undrawn += 1

    def _drawn(self) -> bytes:
        """The annotated video; it is only to be looked at, and nothing else is lost without it."""
        try:
            return self._annotated.finish()
        except Exception:
            log.exception("the annotated video of a recording could not be ended")
            return b""

    def _packed(self) -> bytes:
        if self._camera is None:
            raise ValueError("nothing of the camera could be recorded")
        manifest = self._manifest | {
            "camera": self._camera.name,
            "frames": self._frames,
            "pictures_left_out": self._left_out + self._undrawn,
        }
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as packed:
            text = msgspec.json.format(msgspec.json.encode(manifest))
            pack(packed, MANIFEST, text, zipfile.ZIP_DEFLATED)
            pack(packed, self._annotated.name, self._drawn())
            pack(packed, self._camera.name, self._camera.finish())
            pack(packed, EVENTS, self._events, zipfile.ZIP_DEFLATED)
            pack(packed, CALLS, self._calls, zipfile.ZIP_DEFLATED)
        return file.getvalue()


def _nobody() -> None:
    """Whose recording is over need not be told that it broke."""


def pack(
    packed: zipfile.ZipFile, name: str, content: bytes | bytearray, how: int = zipfile.ZIP_STORED
) -> None:
    """Adds a file to a ZIP, in slices."""
    info = zipfile.ZipInfo(name, time.localtime()[:6])
    info.compress_type, info.external_attr = how, 0o600 << 16
    with packed.open(info, "w") as file, memoryview(content) as whole:
        for at in range(0, len(whole), SLICE):
            file.write(whole[at : at + SLICE])


def repeatable(message: Message) -> Message:
    """The message without the address of its evidence, which is gone with the session."""
    if isinstance(message, Answer | Alert) and message.evidence is not None:
        return msgspec.structs.replace(message, evidence=None)
    return message


def size_of(frame: EncodedFrame) -> tuple[int, int]:
    """Width and height of a key frame, by decoding it."""
    for decoded in PictureDecoder(frame.codec).decode(frame):
        return decoded.picture.width, decoded.picture.height
    raise ValueError("the first frame of the recording shows nothing")
