"""What was said lately, to be said again to somebody who may not have heard it.

A connection that breaks is noticed seconds later, and what was said in between is lost. Only what
matters then is kept: answers, alerts, what the person was heard to say, what became of standing
instructions, and the text in view.
"""

from __future__ import annotations

from collections import deque

import msgspec

from streaming.wire import Alert, Answer, Heard, Message, Problem, Text, Watching

MOST_KEPT = 32
"""Messages that are said again at most; the oldest are forgotten."""


class Said:
    """One session's."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, Message]] = deque(maxlen=MOST_KEPT)
        self._text: tuple[float, Text] | None = None

    def note(self, message: Message, now: float) -> None:
        """``message`` was said at ``now``, monotonic seconds."""
        if isinstance(message, Text):
            self._text = (now, message)
        elif _matters(message):
            self._kept.append((now, message))

    def since(self, then: float, now: float) -> list[Message]:
        """What was said after ``then``, as it is to be said at ``now``, and the text in view."""
        kept = [(when, message) for when, message in self._kept if when > then]
        if self._text is not None:
            kept.append(self._text)
        return [_older(message, round((now - when) * 1e3)) for when, message in kept]


def _matters(message: Message) -> bool:
    if isinstance(message, Answer):
        return message.done
    if isinstance(message, Problem):
        return message.about is not None
    if isinstance(message, Heard):
        return message.final
    return isinstance(message, Alert | Watching)


def _older(message: Message, by: int) -> Message:
    """The same message, said ``by`` milliseconds later."""
    if isinstance(message, Answer | Alert):
        frame = msgspec.structs.replace(message.frame, age=message.frame.age + by)
        return msgspec.structs.replace(message, age=message.age + by, frame=frame)
    if isinstance(message, Text):
        frame = msgspec.structs.replace(message.frame, age=message.frame.age + by)
        return msgspec.structs.replace(message, frame=frame)
    return message
