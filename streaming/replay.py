"""The pipeline without WebRTC: a recorded video on its own time, the same result every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from streaming.eventslog import EventsLog
from streaming.rehearsal import Rehearsal
from streaming.seen import Seen
from streaming.snapshot import encode_jpeg
from streaming.videofile import VideoFrame, VideoReader, VideoWriter
from vision.errors import MediaError
from vision.eye import Eye
from vision.motion import STILL
from vision.overlay import draw
from vision.picture import Picture
from vision.ports import Detector
from vision.types import Seconds, Track


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a replay writes; None leaves it out."""

    events: Path | None = None
    "Events log, JSON Lines."
    video: Path | None = None
    "Annotated MP4."
    mot: Path | None = None
    "Tracks of every frame as MOTChallenge text."
    snapshot_at: float | None = None
    "Seconds: the annotated frame shown then is written beside the video."
    snapshot: Path | None = None
    "Where to."
    rehearsal: Rehearsal | None = None
    "The assistant: it is shown every frame, and what it says goes into the events log."


def see(frames: Iterator[VideoFrame], detector: Detector, every: float = 0.0) -> Iterator[Seen]:
    """Follows a video; the detector looks at a frame each ``every`` seconds, 0 for every frame."""
    eye = Eye(detector.labels)
    due, last = 0.0, Seconds(0)
    for frame in frames:
        eye.look(frame.picture, frame.t)
        detect = frame.t >= due - 1e-9
        moved = STILL
        if detect:
            eye.detected(detector.detect(frame.picture), frame.t)
            due = (due if frame.t < due + every else frame.t) + every
            moved, last = eye.motion(last, frame.t), frame.t
        yield Seen(frame, eye.tracks_at(frame.t), eye.camera, detect, moved)


def replay(
    path: Path,
    detector: Detector,
    outputs: Outputs,
    every: float = 0.0,
    progress: Callable[[int | None], None] = lambda _: None,
) -> int:
    """Replays a video into files, and to the assistant; gives the number of frames.

    Raises:
        MediaError: the video cannot be read, or only in part; what could be read is in the files.
    """
    count = 0
    with ExitStack() as files:
        reader = files.enter_context(VideoReader(path))
        sinks = _open_sinks(files, outputs, reader, detector)
        progress(reader.frames_expected)
        if outputs.rehearsal is not None and reader.frames_expected and reader.fps:
            outputs.rehearsal.begin(reader.frames_expected / float(reader.fps))
        for seen in see(iter(reader), detector, every):
            for sink in sinks:
                sink(seen)
            count += 1
            progress(None)
    return count


Taker = Callable[[Seen], None]


def _open_sinks(
    files: ExitStack, outputs: Outputs, reader: VideoReader, detector: Detector
) -> list[Taker]:
    sinks: list[Taker] = []
    rehearsal = outputs.rehearsal
    if outputs.events is not None:
        vlm = rehearsal.vlm if rehearsal is not None else "grounded"
        events = files.enter_context(EventsLog(outputs.events, detector, vlm))
        sinks.append(events.take)
        if rehearsal is not None:
            rehearsal.listeners.append(events.write)
    if rehearsal is not None:
        sinks.append(rehearsal.take)
    if outputs.mot is not None:
        sinks.append(_mot_sink(files.enter_context(_create_text(outputs.mot))))
    if outputs.video is not None:
        writer = files.enter_context(VideoWriter(outputs.video, reader.fps))
        sinks.append(lambda seen: writer.write(annotated(seen, detector.labels), seen.frame.pts))
    if outputs.snapshot is not None and outputs.snapshot_at is not None:
        snapshot = Snapshot(outputs.snapshot, outputs.snapshot_at, detector.labels)
        files.callback(snapshot.finish)
        sinks.append(snapshot)
    return sinks


def annotated(seen: Seen, labels: Sequence[str]) -> Picture:
    """The frame with its tracks drawn on a copy of it."""
    picture = seen.frame.picture.copy()
    draw(picture, seen.tracks, labels)
    return picture


class Snapshot:
    """Keeps the last frame shown at a moment, and writes it."""

    def __init__(self, path: Path, at: float, labels: Sequence[str]) -> None:
        self._path = path
        self._at = at
        self._labels = labels
        self._shown: Seen | None = None

    def __call__(self, seen: Seen) -> None:
        """Takes the next frame."""
        if seen.frame.t <= self._at or self._shown is None:
            self._shown = seen

    def finish(self) -> None:
        """Writes the picture, if there was any."""
        if self._shown is not None:
            self._path.write_bytes(encode_jpeg(annotated(self._shown, self._labels)))


def _mot_sink(file: TextIO) -> Taker:
    def take(seen: Seen) -> None:
        size = (seen.frame.picture.width, seen.frame.picture.height)
        file.writelines(mot_line(seen.frame.index + 1, track, size) for track in seen.tracks)

    return take


def mot_line(frame: int, track: Track, size: tuple[int, int]) -> str:
    """One track as a line of MOTChallenge text: pixels of the source, frames from 1."""
    left, top, width, height = track.box
    box = (left * size[0], top * size[1], width * size[0], height * size[1])
    numbers = ",".join(f"{side:.2f}" for side in box)
    return f"{frame},{track.id},{numbers},{track.score:.4f},-1,-1,-1\n"


def _create_text(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="ascii", newline="\n")
    except OSError as error:
        raise MediaError(f"{path} cannot be written: {error.strerror}") from error
