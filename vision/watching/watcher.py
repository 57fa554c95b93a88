"""Watches the scene for one rule, and says when it has come true.

Drive it so: ``Watcher.step`` with the scene's view after every glimpse, in order. For a ``Judged``
rule ask ``due`` at each key frame; if it is, put the question to a model, say so with ``asked``,
and hand over the verdict with ``judged``. Time is an argument throughout; every call costs some
microseconds for each thing in the scene.

When something is told, and what counts as having happened when, is in ``presence`` and
``conditions``. On top of that a rule is silent for its `COOLDOWN` after each firing, unless every
single time was asked for; what happens in that time is not made up for.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from vision.scene import SceneView
from vision.types import Seconds, TrackId
from vision.watching.conditions import (
    EXACTLY_FOR,
    NEAR_FOR,
    REARM_TEXT,
    Absence,
    Coming,
    Condition,
    Count,
    Edge,
    Entering,
    Going,
    Happening,
    Nearness,
    Readable,
)
from vision.watching.presence import Presence
from vision.watching.rules import (
    Appears,
    AtLeast,
    AtMost,
    Enters,
    Exactly,
    GoneFor,
    Judged,
    Leaves,
    Near,
    Rule,
    TextContains,
)
from vision.watching.telling import why
from vision.watching.wording import Wording

COOLDOWN: dict[type[Rule], float] = {
    Appears: 5.0,
    Leaves: 5.0,
    Enters: 5.0,
    AtLeast: 5.0,
    AtMost: 5.0,
    Exactly: 5.0,
    GoneFor: 1.0,
    TextContains: 30.0,
    Near: 5.0,
    Judged: 30.0,
}
"""Seconds of silence after a firing."""

JUDGE_EVERY = 5.0
"""Seconds between two key frames that a model is asked to judge: the budget of one rule."""

VERDICT_WITHIN = 60.0
"""Seconds after which a verdict that never came is no longer waited for."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule has come true."""

    why: str
    "What happened, for the person, in the rule's language."
    objects: tuple[TrackId, ...]
    "To whom; empty where it is about no object, or about their absence."
    onset: Seconds
    "When it happened, as far as can be told; never later than the call that tells."


class Watcher:
    """Watches for one rule from ``began`` on. Not thread-safe."""

    def __init__(self, rule: Rule, began: Seconds) -> None:
        self.rule = rule
        self.done = False
        "Whether the rule was to fire once, and has."
        self._condition = _condition(rule, began)
        self._fired: Seconds | None = None
        self._asked: Seconds | None = None
        self._waiting = False
        self._was_so = False

    def step(self, view: SceneView, now: Seconds) -> Firing | None:
        """Takes in the scene after a glimpse; the firing, if the rule has come true with it."""
        happening = self._condition and self._condition.step(view)
        return self._fire(happening, now) if happening else None

    def due(self, now: Seconds) -> bool:
        """Whether a model should judge a key frame now; never for a rule that needs none."""
        if not isinstance(self.rule, Judged) or self.done:
            return False
        pause = VERDICT_WITHIN if self._waiting else JUDGE_EVERY
        return self._asked is None or now - self._asked >= pause

    def asked(self, now: Seconds) -> None:
        """A model was asked to judge."""
        self._asked, self._waiting = now, True

    def judged(self, yes: bool | None, now: Seconds) -> Firing | None:  # noqa: FBT001
        """Takes in the verdict; None if there was none. Fires when it turns to yes."""
        self._waiting = False
        if yes is None:
            return None
        before, self._was_so = self._was_so, yes
        seen = now if self._asked is None else self._asked
        return self._fire(Happening(seen), now) if yes and not before else None

    def _fire(self, happening: Happening, now: Seconds) -> Firing | None:
        pause = 0.0 if self.rule.every else COOLDOWN[type(self.rule)]
        if self.done or (self._fired is not None and now - self._fired < pause):
            return None
        self._fired, self.done = now, self.rule.once
        return Firing(why(self.rule, happening), happening.objects, happening.onset)


def _condition(rule: Rule, began: Seconds) -> Condition | None:
    """What looks for it; None for what only a model can tell."""
    match rule:
        case Judged():
            return None
        case TextContains():
            return Edge(Readable(Wording(rule.text)), rearm=REARM_TEXT)
        case GoneFor():
            return Edge(Absence(Presence(rule.subject, began), rule.seconds))
        case Near():
            near = Nearness(Presence(rule.subject, began), Presence(rule.other, began))
            return Edge(near, NEAR_FOR)
        case AtLeast() | AtMost() | Exactly():
            return _counting(rule, Presence(rule.subject, began))
    return _happening_to(rule, Presence(rule.subject, began))


def _counting(rule: AtLeast | AtMost | Exactly, things: Presence) -> Condition:
    least = 0 if isinstance(rule, AtMost) else rule.count
    most = inf if isinstance(rule, AtLeast) else rule.count
    hold = EXACTLY_FOR if isinstance(rule, Exactly) else 0.0
    return Edge(Count(things, least, most), hold)


def _happening_to(rule: Appears | Leaves | Enters, things: Presence) -> Condition:
    if isinstance(rule, Enters):
        return Entering(things, rule.area)
    return Coming(things) if isinstance(rule, Appears) else Going(things)
