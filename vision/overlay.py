"""What is drawn into the returned video: a box and a label for each track.

Drawn straight on the codec's planes. A box is a rounded line in a colour of its own per id, between
two dark hairlines, so that it stands out from any ground; a label says what it is and how sure the
detector was. What is only predicted is drawn thin and without a filled label, fades, and goes.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from functools import lru_cache
from math import isfinite

from vision.boxes import PAD, Canvas, Pen, Place, draw_box
from vision.picture import Picture
from vision.sprites import Sprite, Yuv, caption, chip
from vision.types import Track

PREDICTED_AFTER = 0.35
"""Seconds without confirmation after which a track counts as predicted: a detector at 10 Hz whose
answer takes 0.1 s may miss an object once and its box stays as it is."""
STALE_AFTER = 1.0
"Seconds without confirmation after which nothing is drawn."
FAINTEST = 0.35
"Strength of a predicted box just before it goes; it starts at 1."
FADE_STEPS = 8
"Strengths between, few enough for sprites to be used again."

LEAST_PICTURE = 16
"Pixels: on pictures with a shorter side nothing is drawn."
LINES_PER_SIDE = 240
"The shorter side over the width of a line: 3 pixels at 720."
THINNEST_LINE = 2
ROUNDING = 4
"Radius of a box's corners in widths of its line."
REACH = 10
"Length of a predicted box's corners in widths of a line."
LEAST_BOX = 8
MODERATE_BOX = 12
"Pixels: the shortest side of a box that is drawn, on tiny pictures and on all others."
LETTERS_PER_SIDE = 28
"The shorter side over the size of the letters: 26 pixels at 720."
SMALLEST_LETTERS = 12
COLOURS_KEPT = 1024
GOLDEN_ANGLE = 137.508
"Degrees of hue between consecutive ids: neighbours differ as much as can be."


def draw(picture: Picture, tracks: Sequence[Track], labels: Sequence[str]) -> None:
    """Draws the tracks into the picture, which the caller has copied before if it must.

    ``labels`` are the detector's class names; an unknown class is called "object". Boxes that are
    not finite, empty, or outside the picture are passed over, and so are stale tracks. Labels lie
    above all boxes, and the surest things above the faded ones.
    """
    width, height = picture.width, picture.height
    if min(width, height) < LEAST_PICTURE:
        return
    placed = [
        (track, place)
        for track in sorted(tracks, key=lambda track: -track.seen)
        if track.seen < STALE_AFTER and (place := _place(track.box, width, height))
    ]
    canvas = Canvas.of(picture)
    for track, place in placed:
        draw_box(canvas, place, _pen(track, place, min(width, height)))
    for track, place in placed:
        _draw_label(canvas, place, _label(track, labels, min(width, height)))


@lru_cache(maxsize=COLOURS_KEPT)
def colour_of(track_id: int) -> Yuv:
    """The colour of a track, the same in every frame and every session: BT.601 limited range."""
    red, green, blue = colorsys.hls_to_rgb(track_id * GOLDEN_ANGLE % 360 / 360, 0.55, 0.75)
    return (
        round(16 + 65.481 * red + 128.553 * green + 24.966 * blue),
        round(128 - 37.797 * red - 74.203 * green + 112 * blue),
        round(128 + 112 * red - 93.786 * green - 18.214 * blue),
    )


def line_width(shorter_side: int) -> int:
    """Width in pixels of the line around a confirmed object."""
    return max(THINNEST_LINE, round(shorter_side / LINES_PER_SIDE))


def letter_size(shorter_side: int) -> int:
    """Size in pixels of a label's letters."""
    return max(SMALLEST_LETTERS, round(shorter_side / LETTERS_PER_SIDE))


def _place(box: tuple[float, float, float, float], width: int, height: int) -> Place | None:
    """The part of a box inside the picture, widened to what can be drawn, or None."""
    left, top, across, down = box
    if not all(isfinite(side) for side in box) or across <= 0 or down <= 0:
        return None
    if left >= 1 or top >= 1 or left + across <= 0 or top + down <= 0:
        return None
    least = LEAST_BOX if min(width, height) < 2 * MODERATE_BOX else MODERATE_BOX
    first, last = _stretch(left * width, (left + across) * width, width, least)
    upper, lower = _stretch(top * height, (top + down) * height, height, least)
    return Place(first, upper, last, lower)


def _stretch(start: float, end: float, side: int, least: int) -> tuple[int, int]:
    """Even start and end, ``PAD`` inside the side, at least ``least`` (even) apart."""
    first = round(max(PAD, start) / 2) * 2
    last = min(round(end / 2) * 2, (side - PAD) & ~1)
    if last - first < least:
        middle = (first + last) // 2
        first = min(max(PAD, (middle - least // 2) & ~1), (side - PAD - least) & ~1)
        last = first + least
    return first, last


def _pen(track: Track, place: Place, shorter_side: int) -> Pen:
    """Solid while confirmed; a thin corner at each end of the box when predicted."""
    thickness = line_width(shorter_side)
    room = min(place.right - place.left, place.bottom - place.top) // 2 & ~1
    radius = min(ROUNDING * thickness, room)
    colour = colour_of(track.id)
    if track.seen <= PREDICTED_AFTER:
        return Pen(colour, min(thickness, radius - 1), radius, radius)
    arm = min(REACH * thickness, room)
    return Pen(colour, max(1, thickness // 2), radius, arm, _strength(track.seen))


def _strength(seen: float) -> float:
    """Of what is only predicted: from just below 1 down to ``FAINTEST``, in steps."""
    faded = (seen - PREDICTED_AFTER) / (STALE_AFTER - PREDICTED_AFTER)
    step = min(FADE_STEPS, 1 + int(faded * FADE_STEPS))
    return 1 - (1 - FAINTEST) * step / FADE_STEPS


def _label(track: Track, labels: Sequence[str], shorter_side: int) -> Sprite:
    name = labels[track.label] if 0 <= track.label < len(labels) else "object"
    size = letter_size(shorter_side)
    if track.seen > PREDICTED_AFTER:
        return caption(name, size, _strength(track.seen))
    sure = min(max(track.score, 0.0), 1.0) if isfinite(track.score) else 0.0
    return chip(f"{name} {sure:.0%}", size, colour_of(track.id))


def _draw_label(canvas: Canvas, place: Place, label: Sprite) -> None:
    """On top of the box, or inside it where there is no room above."""
    width, height = label.size
    left = max(0, min(place.left - PAD, (canvas.width - width) & ~1))
    top = place.top - height if place.top >= height else place.top
    label.lay(canvas.planes, left, top)
