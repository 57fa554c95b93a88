"""What playing a recording back writes, and how it compares with what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from streaming.replay import mot_line
from streaming.replay_recording import Comparison, Log, Looked, Player, compared, read_recording
from streaming.videofile import VideoWriter
from streaming.wire import Message
from vision.errors import MediaError
from vision.overlay import draw
from vision.picture import Picture

NOMINAL_FPS = Fraction(30)


@dataclass(frozen=True, slots=True)
class RecordingOutputs:
    """What is written; None leaves it out."""

    events: Path | None = None
    "Events log, JSON Lines."
    video: Path | None = None
    "Annotated MP4."
    mot: Path | None = None
    "Tracks of every frame that was looked at, as MOTChallenge text; frames count from 1."


def replay_recording(
    path: Path,
    outputs: RecordingOutputs,
    listener: Callable[[Message, float], None] = lambda _message, _at: None,
) -> Comparison:
    """Plays a recording back, and compares what comes of it with what came of it then.

    Raises:
        MediaError: it cannot be read, is damaged, or an output cannot be written.
    """
    recorded, log = read_recording(path), Log()

    def hear(message: Message, at: int) -> None:
        log(message, at)
        listener(message, at / 1e3)

    player = Player(recorded, hear)
    with ExitStack() as files:
        writer = (
            files.enter_context(VideoWriter(outputs.video, NOMINAL_FPS)) if outputs.video else None
        )
        lines: list[str] = []
        for number, looked in enumerate(player.play(), 1):
            if outputs.mot is not None:
                size = (looked.picture.width, looked.picture.height)
                lines += (mot_line(number, track, size) for track in looked.tracks)
            if writer is not None:
                writer.write(_annotated(looked, player.labels), looked.pts)
    if outputs.events is not None:
        _write(outputs.events, bytes(log.lines))
    if outputs.mot is not None:
        _write(outputs.mot, "".join(lines).encode())
    return compared(recorded.events, bytes(log.lines))


def _annotated(looked: Looked, labels: list[str]) -> Picture:
    picture = looked.picture.copy()
    draw(picture, looked.tracks, labels)
    return picture


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise MediaError(f"{path} cannot be written: {error.strerror}") from error
