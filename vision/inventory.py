"""What the last key frame showed, object by object, and where each of it is now.

An object is known by its label and its place, not by its id alone, so that a switch of ids is no
news. Drive it so: an `Inventory` of each key frame, then `Inventory.update` with every later
glimpse, in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vision.association import overlaps
from vision.glimpse import Glimpse
from vision.motion import CameraMotion
from vision.types import Box, Boxes, Seconds, Track, TrackId

SAME_PLACE = 0.3
"""Overlap from which on two boxes of one label are one object."""

EDGE = 0.03
"""A box this near to the picture's edge, in fractions, may be cut off by it."""

FRESH = 0.05
"""Seconds since a detection within which a track is seen, not only predicted."""


@dataclass(slots=True)
class Item:
    """One object of the last key frame."""

    id: TrackId
    "Its track's, then or by now."
    label: int
    "Its class."
    origin: Box
    "Where the key frame shows it, in that frame."
    shown: Box
    "The same place in the newest picture that was compared."
    place: Box
    "Where it is, or was last, in the newest picture; moves with the camera."
    cut: bool
    "Whether the picture's edge cut it off when it was taken in."
    missing: Seconds | None = None
    "Since when it is not seen."
    grown: Seconds | None = None
    "Since when more of it is in the picture than the key frame shows."


class Inventory:
    """The objects of one key frame. Not thread-safe; holds as many as the frame had tracks."""

    def __init__(self, key: Glimpse) -> None:
        self._items = [_item(track, track.box) for track in key.tracks]

    @property
    def items(self) -> tuple[Item, ...]:
        """What is still reckoned with."""
        return tuple(self._items)

    def update(self, glimpse: Glimpse) -> tuple[Track, ...]:
        """Finds its objects among a later glimpse's tracks; gives the tracks that are none of it.

        A track that is only predicted keeps its object's place, but does not prove it seen.
        """
        self._carry(glimpse)
        left = dict(enumerate(glimpse.tracks))
        unmet: list[Item] = []
        by_id = {track.id: n for n, track in left.items()}
        for item in self._items:
            n = by_id.get(item.id)
            if n is not None and n in left and left[n].label == item.label:
                _meet(item, left.pop(n), glimpse.t)
            else:
                unmet.append(item)
        for item, n in list(_pairs(unmet, left)):
            _meet(item, left.pop(n), glimpse.t)
            unmet.remove(item)
        for item in unmet:
            item.missing = glimpse.t if item.missing is None else item.missing
        return tuple(left.values())

    def lay_over(self, motion: CameraMotion) -> None:
        """Takes in where the key frame lies in the newest picture."""
        if self._items:
            boxes = motion.boxes(_boxes([item.origin for item in self._items]))
            for item, box in zip(self._items, boxes.tolist(), strict=True):
                item.shown = (box[0], box[1], box[2], box[3])

    def absorb(self, track: Track, motion: CameraMotion) -> None:
        """Takes in an object that the key frame shows, but that was not detected in it.

        Args:
            track: the object in the newest picture.
            motion: the camera's from the key frame to there.
        """
        box = motion.inverse().boxes(_boxes([track.box]))[0].tolist()
        self._items.append(_item(track, (box[0], box[1], box[2], box[3])))

    def forget(self, item: Item) -> None:
        """No longer reckons with an object."""
        self._items.remove(item)

    def _carry(self, glimpse: Glimpse) -> None:
        if self._items:
            moved = glimpse.motion.boxes(_boxes([item.place for item in self._items]))
            for item, box in zip(self._items, moved.tolist(), strict=True):
                item.place = (box[0], box[1], box[2], box[3])


def at_the_edge(box: Box) -> bool:
    """Whether a box may be cut off by the picture's edge."""
    left, top, width, height = box
    return min(left, top, 1.0 - left - width, 1.0 - top - height) < EDGE


def _item(track: Track, origin: Box) -> Item:
    return Item(track.id, track.label, origin, track.box, track.box, at_the_edge(track.box))


def _meet(item: Item, track: Track, t: Seconds) -> None:
    item.id, item.place = track.id, track.box
    if track.seen <= FRESH:
        item.missing = None
    elif item.missing is None:
        item.missing = t


def _pairs(items: list[Item], tracks: dict[int, Track]) -> Iterator[tuple[Item, int]]:
    """Objects and the keys of the tracks that take their places, best overlap first."""
    if not items or not tracks:
        return
    keys = list(tracks)
    overlap = overlaps(
        _boxes([item.place for item in items]), _boxes([tracks[key].box for key in keys])
    )
    labels = np.array([tracks[key].label for key in keys])
    overlap[np.array([item.label for item in items])[:, None] != labels] = 0.0
    while overlap.max() >= SAME_PLACE:
        row, column = np.unravel_index(int(overlap.argmax()), overlap.shape)
        yield items[row], keys[column]
        overlap[row, :] = overlap[:, column] = 0.0


def _boxes(boxes: list[Box]) -> Boxes:
    return np.array(boxes, np.float32).reshape(-1, 4)
