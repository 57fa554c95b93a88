"""What of all that is seen is worth remembering, and when."""

from __future__ import annotations

from collections.abc import Iterable

from vision.assisting.outbox import Outbox
from vision.dealings import AlertSaid, CaptionSaid, Command, Remember
from vision.glimpse import Glimpse
from vision.recollection import Kind, Memory
from vision.scene import SETTLE, SceneObject, SceneView
from vision.textbook import quad_box
from vision.types import Seconds, SeenText, TrackId

MOVED = 0.08
"""Fractions of the picture by which a box is elsewhere than on the picture kept of it."""


class Keeping:
    """Remembers what one camera sees."""

    def __init__(self, out: Outbox) -> None:
        self._out = out
        self._refreshed = -float("inf")
        self._pictured: dict[TrackId, SceneObject] = {}
        self._texts: dict[int, SeenText] = {}

    def notice(self, view: SceneView, glimpse: Glimpse, now: Seconds) -> None:
        """Remembers what has come and is still here, once a second."""
        if now - self._refreshed < self._out.config.refresh_interval:
            return
        self._refreshed = now
        here = [each for each in view.objects if each.last - each.first >= SETTLE]
        for each in here:
            self._out.put(Remember(_object(each), self._picture(each, glimpse)))
        self._pictured = {each.id: self._pictured[each.id] for each in here}
        self._keep_texts(view, glimpse)

    def heard(self, commands: Iterable[Command]) -> None:
        """Remembers what was said unasked, with the pictures that it speaks of."""
        for said in commands:
            if isinstance(said, CaptionSaid):
                self._keep_said("caption", said)
            elif isinstance(said, AlertSaid):
                self._keep_said("alert", said)

    def _keep_said(self, kind: Kind, said: CaptionSaid | AlertSaid) -> None:
        t = said.glimpse.t
        self._out.put(Remember(Memory(kind, said.id, said.text, t, t), said.glimpse))

    def _picture(self, each: SceneObject, glimpse: Glimpse) -> Glimpse | None:
        """The picture to keep with an object: a new one from time to time, or when it moved."""
        before = self._pictured.get(each.id)
        young = before and each.last - before.last < self._out.config.picture_interval
        if before is not None and young and _near(before, each):
            return None
        self._pictured[each.id] = each
        return glimpse

    def _keep_texts(self, view: SceneView, glimpse: Glimpse) -> None:
        before, self._texts = self._texts, {each.id: each for each in view.texts}
        for each in view.texts:
            known = before.get(each.id)
            if known is None or (known.text, known.last) != (each.text, each.last):
                new = known is None or known.text != each.text
                self._out.put(Remember(_text(each), glimpse if new else None))


def _near(before: SceneObject, now: SceneObject) -> bool:
    """Whether it is where it was in the picture that is kept of it."""
    return max(abs(a - b) for a, b in zip(before.box, now.box, strict=True)) < MOVED


def _object(each: SceneObject) -> Memory:
    text = f"{each.colour} {each.label}".strip()
    return Memory("object", f"object:{each.id}", text, each.first, each.last, each.box)


def _text(each: SeenText) -> Memory:
    box = quad_box(each.quad)
    return Memory("text", f"text:{each.id}", each.text, each.first, each.last, box)
