"""What a recording is made of: what it needs of its session, and what it says of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from streaming.following import Shown, Taken
from streaming.ingest import Ingest
from streaming.tracks import object_messages
from streaming.wire import FrameRef, Message, Tracks
from vision.assisting.outbox import Abilities, AssistantConfig
from vision.picture import Picture
from vision.types import Seconds

FORMAT = 1
"""Of recordings: another number, and they are read in another way."""


class Recorded(Protocol):
    """What a recorder needs of its session."""

    @property
    def labels(self) -> Sequence[str]:
        """Names of classes."""
        ...

    @property
    def camera(self) -> Ingest | None:
        """Where frames come in."""
        ...

    @property
    def shift(self) -> int | None:
        """Ticks by which the session's media time is ahead of the connection's."""
        ...

    def now(self) -> Seconds:
        """Session time."""
        ...

    def anew(self, t: Seconds) -> int:
        """Sees from ``t`` on as if for the first time; gives the last id that was given."""
        ...

    def say(self, message: Message) -> None:
        """To everybody who listens."""
        ...

    def annotated(self, shown: Shown) -> Picture:
        """The picture with what was found drawn on a copy of it."""
        ...


@dataclass(frozen=True, slots=True)
class About:
    """What stands in a recording about its making."""

    session: str
    version: str
    detector: str
    vlm: str
    abilities: Abilities
    config: AssistantConfig | None

    def manifest(self, labels: Sequence[str], first_pts: int) -> dict[str, Any]:
        """What stands at the head of a recording.

        Args:
            labels: what the session's detector knows, as far as the session may.
            first_pts: of the camera's first frame, in the session's media time.
        """
        return {
            "format": FORMAT,
            "version": self.version,
            "detector": self.detector,
            "vlm": self.vlm,
            "abilities": msgspec.to_builtins(self.abilities),
            "config": msgspec.to_builtins(self.config),
            "labels": labels,
            "first_pts": first_pts,
        }


def tracks_of(seq: int, pts: int, taken: Taken, labels: Sequence[str]) -> Tracks:
    """What a result led to, without what another run could not repeat: ages and addresses."""
    camera = (round(taken.camera[0], 4), round(taken.camera[1], 4))
    frame = FrameRef(pts=pts, age=0)
    return Tracks(seq, frame, (0, 1), camera, object_messages(taken.tracks, labels))
