"""From what the assistant says to what goes over the wire."""

from __future__ import annotations

from collections.abc import Callable

from streaming.wire import (
    Alert,
    Answer,
    BlockMessage,
    Caption,
    FrameRef,
    Message,
    Problem,
    Remembered,
    Text,
    Watching,
)
from vision.dealings import (
    AlertSaid,
    AnswerSaid,
    CaptionSaid,
    ProblemSaid,
    RememberedSaid,
    TextSaid,
    Utterance,
    WatchingSaid,
)
from vision.glimpse import Glimpse
from vision.types import Quad, Seconds, SeenText

DIGITS = 4
"""Of a fraction of the picture."""

Keep = Callable[[Glimpse], str]
"""Keeps a glimpse's picture as evidence and gives its path, empty where none is kept."""


def message_of(said: Utterance, now: Seconds, keep: Keep) -> Message:
    """The message that carries an utterance at media time ``now``."""
    match said:
        case CaptionSaid():
            return _caption(said, now)
        case AnswerSaid():
            return _answer(said, now, keep)
        case AlertSaid():
            return _alert(said, now, keep)
        case TextSaid():
            return Text(tuple(_block(each) for each in said.texts), _frame(said.glimpse, now))
        case _:
            return _reply(said)


def _reply(said: WatchingSaid | RememberedSaid | ProblemSaid) -> Message:
    """To something that the person wanted."""
    match said:
        case WatchingSaid():
            return Watching(said.id, said.text, said.rule, "ended" if said.ended else "watching")
        case RememberedSaid():
            return Remembered(said.id, said.text, said.lasting)
        case ProblemSaid():
            return Problem(said.code, said.detail, said.about)


def _caption(said: CaptionSaid, now: Seconds) -> Caption:
    frame = _frame(said.glimpse, now)
    objects = tuple(map(int, said.objects))
    return Caption(said.id, said.text, frame, frame.age, said.source, objects)


def _answer(said: AnswerSaid, now: Seconds, keep: Keep) -> Answer:
    frame = _frame(said.glimpse, now)
    return Answer(
        id=said.id,
        frame=frame,
        age=frame.age,
        source=said.source,
        done=said.done,
        delta=None if said.done else said.delta,
        text=said.text if said.done else None,
        objects=tuple(map(int, said.objects)),
        evidence=(said.evidence or keep(said.glimpse) or None) if said.done else None,
    )


def _alert(said: AlertSaid, now: Seconds, keep: Keep) -> Alert:
    frame = _frame(said.glimpse, now)
    return Alert(
        id=said.id,
        watch=said.watch,
        text=said.text,
        frame=frame,
        age=frame.age,
        objects=tuple(map(int, said.objects)),
        evidence=keep(said.glimpse) or None,
    )


def _frame(glimpse: Glimpse, now: Seconds) -> FrameRef:
    return FrameRef(pts=glimpse.pts, age=max(0, round((now - glimpse.t) * 1e3)))


def _block(text: SeenText) -> BlockMessage:
    return BlockMessage(text.text, _rounded(text.quad), round(text.score, 3), text.id)


def _rounded(quad: Quad) -> Quad:
    a, b, c, d = ((round(x, DIGITS), round(y, DIGITS)) for x, y in quad)
    return a, b, c, d
