"""From tracks as the eye knows them to tracks as the wire tells them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import msgspec

from streaming.lane import Sight
from streaming.sink import Sink
from streaming.wire import FrameRef, ObjectMessage, tracks_messages
from vision.posture import Posture
from vision.types import Track, TrackId

DIGITS = 4
"""Of a fraction of the picture: a tenth of a pixel at 1000 pixels."""

JOINT_DIGITS = 3
"""Of a joint's place in its box, and of its score: joints are not found more exactly."""


class TracksTeller:
    """Tells one listener, if there is one, where everything is in a frame."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.sink: Sink | None = None
        self.something = False
        "Whether the listener may believe that there is anything in the picture."
        self._labels = labels
        self._seq = 0

    def tell(
        self,
        sight: Sight,
        tracks: Sequence[Track],
        camera: tuple[float, float],
        returned: int | None,
        postures: Mapping[TrackId, Posture] | None = None,
    ) -> int:
        """Sends the tracks of a frame, whole; gives the number of messages that were dropped.

        Args:
            sight: of the frame.
            tracks: as of that frame.
            camera: its own motion a second, as `Eye.camera`.
            returned: as for `frame_ref`.
            postures: of some of the tracks, as of that frame.
        """
        sink = self.sink
        if sink is None:
            return 0
        self._seq += 1
        frame = frame_ref(sight, time.monotonic(), returned)
        objects = object_messages(tracks, self._labels, postures or {})
        messages = tuple(tracks_messages(self._seq, frame, camera, objects))
        sent = sink.send(*messages)
        self.something = bool(tracks) or not sent
        return 0 if sent else len(messages)


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


def object_messages(
    tracks: Iterable[Track],
    labels: Sequence[str],
    postures: Mapping[TrackId, Posture] = MappingProxyType({}),
) -> tuple[ObjectMessage, ...]:
    """Tracks as wire objects, rounded to what a screen can show."""
    return tuple(
        _posed(
            ObjectMessage(
                id=int(track.id),
                label=labels[track.label],
                score=round(track.score, 3),
                box=_rounded4(track.box),
                v=(round(track.velocity[0], DIGITS), round(track.velocity[1], DIGITS)),
                seen=round(track.seen * 1e3),
            ),
            postures.get(track.id),
        )
        for track in tracks
    )


def _posed(told: ObjectMessage, posture: Posture | None) -> ObjectMessage:
    if posture is None:
        return told
    keypoints = tuple(round(value, JOINT_DIGITS) for value in posture.joints.reshape(-1).tolist())
    return msgspec.structs.replace(told, keypoints=keypoints, posed=round(posture.age * 1e3))


def _rounded4(
    box: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    left, top, width, height = (round(float(side), DIGITS) for side in box)
    return left, top, width, height
