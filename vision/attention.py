"""Looks at pictures for the assistant: what is noticed in each, and which deserve a closer look.

All of the assistant's work on pixels is done here, once for each picture that detections came for,
some milliseconds each: on a live stream, in a worker. What the assistant makes of it is cheap.
"""

from __future__ import annotations

from vision.dealings import Noticed
from vision.glimpse import Noticer
from vision.keyframes import KeyFramePolicy
from vision.motion import CameraMotion
from vision.picture import Picture
from vision.types import Seconds, Track


class Attention:
    """One camera's. Pictures come in order. Not thread-safe."""

    def __init__(self) -> None:
        self._noticer = Noticer()
        self._policy = KeyFramePolicy()

    def notice(  # noqa: PLR0913 — all that is known of a picture
        self,
        picture: Picture,
        t: Seconds,
        pts: int,
        tracks: tuple[Track, ...],
        moved: CameraMotion,
        *,
        text_changed: bool,
    ) -> Noticed:
        """What to tell the assistant of a picture.

        Args:
            picture: read-only from here on.
            t: when it was captured.
            pts: the same in the 90 kHz media clock.
            tracks: what was followed, as of ``t``.
            moved: where the static world went in the picture since the one before.
            text_changed: ``Assistant.text_changed``, when this picture was taken up.
        """
        glimpse = self._noticer.notice(picture, t, pts, tracks, moved)
        key = self._policy.consider(glimpse, text_changed=text_changed, now=t)
        best = self._policy.newest_sharp(t) or glimpse
        return Noticed(glimpse, key, best, text_changed)
