"""What is seen now: the scene, and the text in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vision.assisting.outbox import Outbox
from vision.dealings import (
    CancelReading,
    Noticed,
    ProblemSaid,
    ReadText,
    RequestId,
    TextRead,
    TextSaid,
)
from vision.glimpse import Glimpse
from vision.motion import STILL, CameraMotion
from vision.prompt import Shot
from vision.reading_order import reading_order
from vision.scene import Scene, SceneView
from vision.textbook import MOST_BLOCKS, TextBook
from vision.types import Box, Seconds, SeenText, TextBlock
from vision.vocabulary import words

FREEZE_WITHIN = 2.0
"""Seconds within which the frame that a person freezes has come here, or is not coming."""

MOST_READINGS = 8
"""Readings under way at a time; more are not begun."""

STEPS = 16
"""Glimpses whose camera motion is kept: longer than a key frame may be older than the newest."""

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(slots=True)
class Frozen:
    """A moment that a person looks at while time goes on."""

    glimpse: Glimpse
    "The nearest to it."
    view: SceneView
    "As of then; its text is added when that has been read."
    read: bool = False
    "Whether all of its text is in the view."
    asked: int = 0
    "Its place in the video, as the person said it."


@dataclass(slots=True)
class _Reading:
    """A reading under way."""

    shot: Shot
    glimpse: Glimpse
    motion: CameraMotion
    "Of the static world since its glimpse."
    began: Seconds
    waited_for: bool
    frozen: Frozen | None = None
    "The moment that it is for, where it is not for now."


class Sight:
    """One camera's. ``notice`` with every glimpse, in order."""

    def __init__(self, labels: Sequence[str], out: Outbox) -> None:
        self._labels = labels
        self.newest: Glimpse | None = None
        self._out = out
        self._scene = Scene(labels)
        self._book = TextBook()
        self._readings: dict[RequestId, _Reading] = {}
        self._steps: deque[tuple[Seconds, CameraMotion]] = deque(maxlen=STEPS)
        self._read_from = -float("inf")
        self._reader_fails = False
        self.text_changed = False
        "Whether what can be read has changed since the newest glimpse."
        self.best: Glimpse | None = None
        "What to answer a question from; None before the first glimpse."
        self._view: SceneView | None = None
        self.frozen: Frozen | None = None
        "What the person looks at, if it is not the present."
        self._freezing: tuple[int, Seconds] | None = None
        self._thawed: Frozen | None = None
        "What was frozen last: who lost their connection says again what they look at."

    def notice(self, event: Noticed, now: Seconds) -> None:
        """Takes in a glimpse."""
        self.newest, self.best, self._view = event.glimpse, event.best, None
        self.text_changed &= not event.text_changed
        self._scene.update(event.glimpse)
        self._follow_camera(event.glimpse)
        if event.key is not None:
            self._out.counts["key_frames"] += 1
            self._read_key_frame(event.key.glimpse, now)
        if self._freezing is not None:
            self._freeze_nearer(now)

    def freeze(self, pts: int | None, now: Seconds) -> None:
        """Keeps a moment to be asked about, until another is given, or None."""
        before = self._thawed = self.frozen or self._thawed
        self.frozen, self._freezing = None, None
        if before is not None and before.asked == pts:
            self.frozen = before
        elif pts is not None:
            self._freezing = pts, now
            self._freeze_nearer(now)

    @property
    def pointed(self) -> SceneView:
        """What a person points at: what they have frozen, or else the newest."""
        return self.view if self.frozen is None else self.frozen.view

    @property
    def pointed_glimpse(self) -> Glimpse | None:
        """The picture of it."""
        return self.best if self.frozen is None else self.frozen.glimpse

    def read_frozen(self, now: Seconds) -> RequestId | None:
        """Has the text of the frozen moment read; None where that cannot be, or has been."""
        frozen = self.frozen
        if frozen is None or frozen.read:
            return None
        request = self.read(Shot(frozen.glimpse.picture), frozen.glimpse, now, waited_for=True)
        if request is not None:
            self._readings[request].frozen = frozen
        return request

    @property
    def labels(self) -> tuple[str, ...]:
        """That can be spoken of, as they are now."""
        return words(self._labels)

    @property
    def view(self) -> SceneView:
        """The scene as of the newest glimpse."""
        if self._view is None:
            self._view = self._scene.view()
        return self._view

    def read(
        self, shot: Shot, glimpse: Glimpse, now: Seconds, *, waited_for: bool
    ) -> RequestId | None:
        """Has the text in a shot read; None where that cannot be."""
        if not self._out.abilities.reader or len(self._readings) >= MOST_READINGS:
            return None
        request = self._out.request()
        motion = self._motion_since(glimpse.t)
        self._readings[request] = _Reading(shot, glimpse, motion, now, waited_for)
        self._out.put(ReadText(request, shot, waited_for))
        return request

    def text_read(self, event: TextRead) -> None:
        """Takes in what was read, as of now."""
        reading = self._readings.pop(event.request, None)
        if reading is None:
            return
        if not reading.waited_for:
            self._rest_after(reading)
        if event.failed:
            self._complain(event.failed)
            return
        self._reader_fails = False
        if reading.frozen is not None:
            _write(reading.frozen, event.blocks)
            return
        area = reading.shot.box
        blocks = tuple(_in_picture(block, area or WHOLE) for block in event.blocks)
        if self._book.update(blocks, reading.glimpse.t, STILL, area=area, late=reading.motion):
            self.text_changed = True
            self._tell_text()

    def as_of(self, glimpse: Glimpse, view: SceneView | None = None) -> SceneView:
        """The scene with its objects where they were in a glimpse of then, and no others."""
        view = view or self.view
        boxes = {track.id: track.box for track in glimpse.tracks}
        objects = tuple(
            replace(each, box=boxes[each.id]) for each in view.objects if each.id in boxes
        )
        return replace(view, objects=objects)

    def give_up(self, request: RequestId) -> None:
        """Nobody waits for a reading any more; unknown ones are ignored."""
        if self._readings.pop(request, None) is not None:
            self._out.put(CancelReading(request))

    def tick(self, now: Seconds) -> None:
        """Gives up readings that did not come."""
        for request, reading in tuple(self._readings.items()):
            if now - reading.began > self._out.config.read_within:
                self.give_up(request)

    def _freeze_nearer(self, now: Seconds) -> None:
        """Takes the newest glimpse if it is nearer: that of the very moment is often on its way."""
        if self._freezing is None or self.newest is None:
            return
        pts, since = self._freezing
        off = abs(self.newest.pts - pts)
        if self.frozen is None or off < abs(self.frozen.glimpse.pts - pts):
            self.frozen = Frozen(self.newest, self.view, asked=pts)
        if self.newest.pts >= pts or now - since > FREEZE_WITHIN:
            self._freezing = None

    def _rest_after(self, reading: _Reading) -> None:
        took = self._out.now - reading.began
        rested = self._out.now + self._out.config.read_rest * took
        self._read_from = max(self._read_from, rested)

    def _complain(self, why: str) -> None:
        """Says that text cannot be read, once until it can again."""
        if not self._reader_fails:
            self._out.put(ProblemSaid("reader", f"Text could not be read: {why}"))
        self._reader_fails = True

    def _tell_text(self) -> None:
        present = tuple(self._book.present)
        self._scene.read(present, self._book.past)
        self._view = None
        if self.newest is not None:
            self._out.put(TextSaid(present, self.newest))

    def _read_key_frame(self, glimpse: Glimpse, now: Seconds) -> None:
        """Has a key frame read, unless one is being read, or was just now."""
        busy = any(not reading.waited_for for reading in self._readings.values())
        if not busy and now >= self._read_from:
            self._read_from = now + self._out.config.read_interval
            self.read(Shot(glimpse.picture), glimpse, now, waited_for=False)

    def _follow_camera(self, glimpse: Glimpse) -> None:
        self._steps.append((glimpse.t, glimpse.motion))
        for reading in self._readings.values():
            reading.motion = reading.motion.then(glimpse.motion)
        self._book.carry(glimpse.motion)
        self._scene.read(self._book.present, self._book.past)

    def _motion_since(self, t: Seconds) -> CameraMotion:
        motion = STILL
        for at, step in self._steps:
            if at > t:
                motion = motion.then(step)
        return motion


def _write(frozen: Frozen, blocks: Sequence[TextBlock]) -> None:
    """Adds the text that was read in a frozen moment to what is known of it."""
    t = frozen.glimpse.t
    texts = [
        SeenText(number, block.text, block.quad, block.score, t, t)
        for number, block in enumerate(blocks[:MOST_BLOCKS], 1)
    ]
    frozen.view = replace(frozen.view, texts=reading_order(texts))
    frozen.read = True


def _in_picture(block: TextBlock, area: Box) -> TextBlock:
    """A block of a shot in the whole picture."""
    left, top, width, height = area
    a, b, c, d = ((left + x * width, top + y * height) for x, y in block.quad)
    return TextBlock(block.text, (a, b, c, d), block.score)
