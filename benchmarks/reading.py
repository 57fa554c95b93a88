"""How well signs are read and followed, and what reading costs.

    python benchmarks/reading.py [--seconds N] [--every S]

A wall of English and Chinese signs is filmed by the virtual camera, in which every sign's wording
and place are known. Pictures are read at the given intervals by the reader that comes with the
package, and followed by the text book, with the camera's motion as the program measures it. Told
are the character error rate (edits divided by true letters) of single readings and of what the
text book believes, over signs that are wholly in the picture; how many ids one sign got (1 is
ideal); readings that were called a change; and at last the time of one reading, on one thread.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

import cv2
import numpy as np

from models import reader
from vision.lettering import write
from vision.likeness import edit_distance
from vision.motion import STILL, MotionEstimator
from vision.picture import Picture, Plane
from vision.ports import TextReader
from vision.textbook import TextBook, quad_box
from vision.types import Box, Quad, Seconds, SeenText, TextBlock
from vision.virtual_camera import Motion, TrueObject, View, VirtualCamera, WorldObject, hold, pan

WORDINGS = (
    ("Departures", "出发大厅", "Gate 24", "Mind the gap", "Café menu"),
    ("Platform 9", "小心地滑", "Open 08:30 - 17:00", "Push to exit", "洗手间"),
    ("Lost property", "请勿吸烟", "Tickets 3.50", "售票处", "Way out"),
)
WORLD = (2400, 1200)
LETTERS = (32, 44)
"Sizes of the lettering in world pixels, in turn."
GREY_WIDTH = 160
WHOLE = 0.999
ROUNDS = 5

Read = TypeVar("Read", TextBlock, SeenText)


@dataclass(slots=True)
class Score:
    """What one clip has shown."""

    letters: int = 0
    "Of all signs in all readings."
    raw: int = 0
    "Edits that the readings need."
    believed: int = 0
    "Edits that the text book needs."
    ids: dict[int, set[int]] = field(default_factory=dict)
    "Ids that the text book gave, by true sign."
    readings: int = 0
    changes: int = 0
    update: list[float] = field(default_factory=list)
    "Milliseconds of each update of the text book."


def wall() -> tuple[Plane, list[WorldObject]]:
    """Signs on a wall with some texture, which the camera's motion is measured by."""
    noise = np.random.default_rng(5).normal(175, 22, (WORLD[1] // 8, WORLD[0] // 8)).clip(0, 255)
    rough = cv2.resize(noise.astype(np.uint8), WORLD, interpolation=cv2.INTER_CUBIC)
    world = np.asarray(cv2.cvtColor(rough, cv2.COLOR_GRAY2BGR), np.uint8)
    signs = []
    for row, wordings in enumerate(WORDINGS):
        for column, text in enumerate(wordings):
            at = (70 + 460 * column, 240 + 340 * row)
            box = _hang(world, text, at, LETTERS[(row + column) % len(LETTERS)])
            signs.append(WorldObject(len(signs) + 1, text, box))
    return world, signs


def _hang(world: Plane, text: str, at: tuple[int, int], size: int) -> Box:
    """Paints a white sign with its lettering; the box is the lettering's."""
    left, top, width, height = write(world, text, at, size)
    corner, opposite = (left - 16, top - 16), (left + width + 16, top + height + 16)
    cv2.rectangle(world, corner, opposite, (245, 245, 245), cv2.FILLED)
    cv2.rectangle(world, corner, opposite, (60, 60, 60), 3)
    write(world, text, at, size)
    return float(left), float(top), float(width), float(height)


def motions() -> dict[str, Motion]:
    """How the camera is held."""
    left, right = View(500, 600, 720), View(1900, 600, 720)
    return {
        "held still": hold(View(1000, 600, 900)),
        "held by hand": hold(View(1000, 600, 900), shake=0.01),
        "panning slowly": pan(left, right, speed=120, shake=0.005),
        "panning": pan(left, right, speed=300, shake=0.005),
    }


def film(camera: VirtualCamera, seconds: float, every: float, reads: TextReader) -> Score:
    """Reads a clip and follows its signs."""
    book, estimator, score = TextBook(), MotionEstimator(), Score()
    between = max(1, round(every * camera.fps))
    for index in range(round(seconds * camera.fps)):
        picture = Picture.from_bgr(camera.frame(index))
        book.carry(estimator.update(picture.grey(GREY_WIDTH)))
        if index % between == 0:
            blocks = reads.read(picture)
            begun = time.perf_counter()
            score.changes += book.update(blocks, Seconds(index / camera.fps), STILL)
            score.update.append(1000 * (time.perf_counter() - begun))
            score.readings += 1
            _judge(score, camera.truth(index), blocks, book.present)
    return score


def _judge(
    score: Score,
    truth: Iterable[TrueObject],
    blocks: tuple[TextBlock, ...],
    present: tuple[SeenText, ...],
) -> None:
    for sign in truth:
        if sign.visible < WHOLE:
            continue
        score.letters += len(_letters(sign.label))
        score.raw += _edits(sign, blocks)
        score.believed += _edits(sign, present)
        ids = {each.id for each in _upon(sign, present)}
        score.ids.setdefault(sign.id, set()).update(ids)


def _edits(sign: TrueObject, read: Iterable[Read]) -> int:
    """Edits between a sign's wording and all that was read upon it, from left to right."""
    upon = sorted(_upon(sign, read), key=lambda each: each.quad[0][0])
    return edit_distance(_letters(sign.label), _letters("".join(each.text for each in upon)))


def _upon(sign: TrueObject, read: Iterable[Read]) -> Iterator[Read]:
    """What was read whose middle is on the sign."""
    left, top, width, height = sign.box
    for each in read:
        x, y = _middle(each.quad)
        if left <= x <= left + width and top <= y <= top + height:
            yield each


def _middle(quad: Quad) -> tuple[float, float]:
    left, top, width, height = quad_box(quad)
    return left + width / 2, top + height / 2


def _letters(text: str) -> str:
    """Blanks aside: how wide one has to be is a matter of taste."""
    return "".join(text.split())


def report(name: str, score: Score) -> None:
    """One row of the table."""
    signs = [ids for ids in score.ids.values() if ids]
    ids = sum(map(len, signs)) / max(len(signs), 1)
    raw, believed = (100 * edits / score.letters for edits in (score.raw, score.believed))
    print(
        f"| {name} | {score.readings} | {len(signs)} | {raw:.2f} % | {believed:.2f} % | {ids:.2f} "
        f"| {score.changes} | {statistics.median(score.update):.2f} ms |"
    )


def times(reads: TextReader) -> None:
    """What one reading costs."""
    print("\n| picture | lines | median | best | cpu |\n|---|---|---|---|---|")
    for size in ((640, 480), (1280, 720)):
        for lines in (0, 4, 24):
            picture = Picture.from_bgr(_page(size, lines))
            wall, processor = zip(*(_cost(reads, picture) for _ in range(ROUNDS)), strict=True)
            print(
                f"| {size[0]}x{size[1]} | {lines} | {statistics.median(wall):.0f} ms "
                f"| {min(wall):.0f} ms | {statistics.median(processor):.0f} ms |"
            )


def _page(size: tuple[int, int], lines: int) -> Plane:
    image = np.full((size[1], size[0], 3), 230, np.uint8)
    wordings = [text for row in WORDINGS for text in row]
    for number in range(lines):
        across, down = number % 2, number // 2
        at = (size[0] // 16 + across * size[0] // 2, (down + 1) * size[1] // 14)
        write(image, wordings[number % len(wordings)], at, size[1] // 24)
    return image


def _cost(reads: TextReader, picture: Picture) -> tuple[float, float]:
    """Milliseconds of one reading: on the wall, and of all processors together."""
    wall, processor = time.perf_counter(), time.process_time()
    reads.read(picture)
    return 1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - processor)


def main() -> None:
    parser = argparse.ArgumentParser(description="How well signs are read and followed.")
    parser.add_argument("--seconds", type=float, default=16, help="length of each clip")
    parser.add_argument("--every", type=float, default=1, help="seconds between readings")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    reads = reader.create()
    world, signs = wall()
    print("| camera | readings | signs | error, read | error, believed | ids | changes | update |")
    print("|---" * 8 + "|")
    for name, motion in motions().items():
        camera = VirtualCamera(world, signs, motion)
        report(name, film(camera, options.seconds, options.every, reads))
    times(reads)


if __name__ == "__main__":
    main()
