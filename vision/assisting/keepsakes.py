"""What a person wants remembered: a thing or a place, by the name that they give it."""

from __future__ import annotations

from dataclasses import replace

from vision.assisting.enquiries import CONTROL
from vision.assisting.outbox import Outbox
from vision.assisting.phrasing import around_point
from vision.assisting.sight import Sight
from vision.dealings import ProblemSaid, Remember, RememberAsked, RememberedSaid
from vision.glimpse import Glimpse
from vision.recollection import Memory
from vision.types import Box, TrackId

LONGEST_NAME = 200
"""Characters."""

MOST_KEEPSAKES = 500
"""Of one session; nobody names more, and a program that does would push out all else."""


class Keepsakes:
    """Of one session."""

    def __init__(self, sight: Sight, out: Outbox) -> None:
        self._sight = sight
        self._out = out
        self._count = 0

    def remember(self, event: RememberAsked) -> None:
        """Remembers, or says why not."""
        name = " ".join(CONTROL.sub(" ", event.text).split())
        glimpse = self._sight.pointed_glimpse
        refusal = self._refusal(event, name, glimpse)
        if refusal is not None or glimpse is None:
            self._out.put(refusal or _refused("nothing-seen", event.id))
            return
        self._count += 1
        label = self._label(event.object)
        known = name if label in {"", name} else f"{name} ({label})"
        memory = Memory("keepsake", f"keepsake:{self._count}", known, glimpse.t, glimpse.t)
        box = self._box(event, glimpse)
        self._out.put(Remember(replace(memory, box=box), glimpse))
        self._out.put(RememberedSaid(event.id, name, lasting=self._out.abilities.lasting))

    def _refusal(
        self, event: RememberAsked, name: str, glimpse: Glimpse | None
    ) -> ProblemSaid | None:
        if not name:
            return _refused("empty-name", event.id)
        if len(name) > LONGEST_NAME:
            return _refused("long-name", event.id)
        if glimpse is None:
            return _refused("nothing-seen", event.id)
        if self._count >= MOST_KEEPSAKES:
            return _refused("too-many-keepsakes", event.id)
        if event.object is not None and self._box(event, glimpse) is None:
            return _refused("unknown-object", event.id)
        return None

    def _label(self, wanted: TrackId | None) -> str:
        found = (each for each in self._sight.pointed.objects if each.id == wanted)
        return next((f"{each.colour} {each.label}".strip() for each in found), "")

    def _box(self, event: RememberAsked, glimpse: Glimpse) -> Box | None:
        if event.object is None:
            return None if event.point is None else around_point(event.point)
        boxes = {track.id: track.box for track in glimpse.tracks}
        seen = {each.id: each.box for each in self._sight.pointed.objects}
        return boxes.get(event.object) or seen.get(event.object)


_REASONS = {
    "empty-name": "Give it a name: “my keys”.",
    "long-name": f"A name has at most {LONGEST_NAME} characters: choose a shorter one.",
    "nothing-seen": "No picture has come yet: start the camera, then say what to remember.",
    "too-many-keepsakes": f"{MOST_KEEPSAKES} things are remembered by name already: that is all.",
    "unknown-object": "That is not in sight any more: choose something that is marked.",
}


def _refused(code: str, about: str) -> ProblemSaid:
    return ProblemSaid(code, _REASONS[code], about)
