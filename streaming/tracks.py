"""From tracks as the eye knows them to tracks as the wire tells them."""

from __future__ import annotations

from collections.abc import Iterable

from streaming.engine import Sight
from streaming.wire import FrameRef, ObjectMessage
from vision.types import Track

DIGITS = 4
"""Of a fraction of the picture: a tenth of a pixel at 1000 pixels."""


def frame_ref(sight: Sight, now: float, returned: int | None = None) -> FrameRef:
    """The frame that a message of this moment speaks of.

    Args:
        sight: of that frame.
        now: monotonic seconds.
        returned: RTP timestamp that the frame bears in the returned video, if that is known.
    """
    return FrameRef(
        pts=sight.pts,
        rtp=sight.rtp,
        age=round((now - sight.arrived) * 1e3),
        captured=None if sight.captured is None else round(sight.captured * 1e3),
        returned=returned,
    )


def object_messages(tracks: Iterable[Track], labels: tuple[str, ...]) -> tuple[ObjectMessage, ...]:
    """Tracks as wire objects, rounded to what a screen can show."""
    return tuple(
        ObjectMessage(
            id=int(track.id),
            label=labels[track.label],
            score=round(track.score, 3),
            box=_rounded4(track.box),
            v=(round(track.velocity[0], DIGITS), round(track.velocity[1], DIGITS)),
            seen=round(track.seen * 1e3),
        )
        for track in tracks
    )


def _rounded4(
    box: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    left, top, width, height = (round(float(side), DIGITS) for side in box)
    return left, top, width, height
