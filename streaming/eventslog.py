"""The events log: JSON Lines, every message with the media time at which it was said."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from streaming.seen import Seen
from streaming.tracks import object_messages
from streaming.wire import FrameRef, Hello, Message, Tracks, encode_at
from vision.errors import MediaError
from vision.ports import Detector


class EventsLog:
    """A file of messages, the first of which is ``hello``."""

    def __init__(self, path: Path, detector: Detector, vlm: str) -> None:
        """Makes the file.

        Raises:
            MediaError: it cannot be written.
        """
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise MediaError(f"{path} cannot be written: {error.strerror}") from error
        self._labels = detector.labels
        self._sequence = 0
        self.write(Hello("replay", detector.name, vlm, tuple(detector.labels), {}), 0)

    def write(self, message: Message, at: float) -> None:
        """Adds a message, said at ``at`` seconds of media time."""
        self._file.write(encode_at(message, round(at * 1e3)))

    def take(self, seen: Seen) -> None:
        """Adds the tracks of a frame that the detector looked at."""
        if seen.detected:
            self._sequence += 1
            self.write(self._tracks(seen), seen.frame.t)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def _tracks(self, seen: Seen) -> Tracks:
        return Tracks(
            seq=self._sequence,
            frame=FrameRef(pts=seen.frame.pts, age=0),
            part=(0, 1),
            camera=(round(seen.camera[0], 4), round(seen.camera[1], 4)),
            objects=object_messages(seen.tracks, self._labels),
        )
