"""The assistant, sans-IO: events in, commands out, and time is an argument.

Driving contract. One assistant a session, from one thread. Call ``handle(event, now)`` with

* ``Noticed``, as ``vision.attention`` makes it, for every picture that detections came for, in the
  order of their capture times;
* ``Asked``, ``Tapped``, ``WatchAsked``, ``Unwatched``, ``RememberAsked``, ``FreezeAsked``,
  ``OptionsSet`` when the person says so;
* ``TextRead``, ``Recalled``, ``ModelSaid``, ``ModelEnded``, ``ModelFailed`` as the work that was
  commanded goes on: each ``ReadText``, ``Recall`` and ``AskModel`` is answered once, in any order
  and however late, and late answers to what was cancelled or given up do no harm;
* ``Tick`` about ten times a second, for deadlines;
* ``Closed`` at the end, after which nothing is commanded.

``now`` is media time in seconds; one that goes back counts as the latest that was given. Carry out
the commands that come back, in their order, before the next event. None may be waited for: results
come back as events. The same events at the same times give the same commands.

Held to by tests with random interleavings: every question that is taken up ends with exactly one
``AnswerSaid`` that is ``done``, every other one with a ``ProblemSaid`` about it; none waits longer
than ``answer_within``; what is kept is bounded by the constants of the parts; no caption begins
while a question waits for the model.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from vision.assisting.captions import Captions
from vision.assisting.enquiries import Enquiries
from vision.assisting.keeping import Keeping
from vision.assisting.keepsakes import Keepsakes
from vision.assisting.outbox import Abilities, AssistantConfig, Outbox
from vision.assisting.sight import Sight
from vision.assisting.watches import Watches
from vision.dealings import (
    Asked,
    Closed,
    Command,
    Event,
    FreezeAsked,
    ModelEnded,
    ModelFailed,
    ModelSaid,
    Noticed,
    OptionsSet,
    Recalled,
    RememberAsked,
    Tapped,
    TextRead,
    Tick,
    Unwatched,
    WatchAsked,
)
from vision.types import Language, Seconds

Wish: TypeAlias = Asked | Tapped | WatchAsked | Unwatched | RememberAsked | FreezeAsked | OptionsSet
"""What a person says."""

TAP_QUESTION: dict[Language, str] = {"en": "What is this?", "zh": "这是什么？"}
"""What a touch without a word asks."""


class Assistant:
    """Understands what one camera sees, for one person."""

    def __init__(
        self,
        labels: Sequence[str],
        abilities: Abilities | None = None,
        config: AssistantConfig | None = None,
    ) -> None:
        """``labels`` are the detector's; ``Track.label`` indexes into them."""
        self._out = Outbox(abilities or Abilities(), config or AssistantConfig())
        self._sight = Sight(labels, self._out)
        self._enquiries = Enquiries(self._sight, self._out)
        self._captions = Captions(self._sight, self._out)
        self._watches = Watches(self._sight, self._out)
        self._keeping = Keeping(self._out)
        self._keepsakes = Keepsakes(self._sight, self._out)
        self._closed = False
        self._taps = 0

    def handle(self, event: Event, now: Seconds) -> tuple[Command, ...]:
        """What is to be done about an event; see the head of this module."""
        if self._closed:
            return ()
        now = self._out.now = max(self._out.now, now)
        self._take(event, now)
        if self._enquiries.asking:
            self._captions.give_way()
        commands = self._out.drain()
        self._keeping.heard(commands)
        return commands + self._out.drain()

    @property
    def counts(self) -> dict[str, int]:
        """What was done and left undone, since the beginning."""
        return dict(self._out.counts)

    @property
    def text_changed(self) -> bool:
        """Whether what can be read has changed since the last ``Noticed``."""
        return self._sight.text_changed

    @property
    def waiting(self) -> int:
        """Questions on their way to an answer."""
        return len(self._enquiries)

    def _take(self, event: Event, now: Seconds) -> None:
        match event:
            case Noticed():
                self._notice(event, now)
            case Tick():
                self._tick(now)
            case ModelSaid() | ModelEnded() | ModelFailed():
                self._take_from_model(event, now)
            case TextRead():
                self._sight.text_read(event)
                self._enquiries.text_read(event)
            case Recalled():
                self._enquiries.recalled(event)
            case Closed():
                self._closed = True
            case _:
                self._take_from_person(event, now)

    def _take_from_person(self, event: Wish, now: Seconds) -> None:
        match event:
            case Asked():
                self._enquiries.ask(event, now)
            case Tapped():
                self._enquiries.ask(self._as_question(event), now)
            case WatchAsked():
                self._watches.ask(event, now)
            case Unwatched():
                self._watches.end(event)
            case RememberAsked():
                self._keepsakes.remember(event)
            case FreezeAsked():
                self._sight.freeze(event.pts, now)
            case OptionsSet():
                self._set(event)

    def _notice(self, event: Noticed, now: Seconds) -> None:
        glimpse, key = event.glimpse, event.key
        self._sight.notice(event, now)
        self._watches.notice(glimpse, now)
        if key is not None:
            busy = self._enquiries.asking
            self._watches.key_frame(key.glimpse, now, busy=busy)
            self._captions.key_frame(key.glimpse, now, busy=busy)
        self._keeping.notice(self._sight.view, glimpse, now)

    def _tick(self, now: Seconds) -> None:
        self._sight.tick(now)
        self._enquiries.tick(now)
        self._captions.tick(now)
        self._watches.tick(now)

    def _take_from_model(self, event: ModelSaid | ModelEnded | ModelFailed, now: Seconds) -> None:
        """Each part knows its own requests and passes over the others'."""
        match event:
            case ModelSaid():
                self._enquiries.model_said(event)
                self._captions.model_said(event)
                self._watches.model_said(event)
            case ModelEnded():
                self._enquiries.model_ended(event.request)
                self._captions.model_ended(event.request)
                self._watches.model_ended(event.request, now)
            case ModelFailed():
                self._enquiries.model_failed(event)
                self._captions.model_failed(event, now)
                self._watches.model_failed(event, now)

    def _as_question(self, event: Tapped) -> Asked:
        self._taps += 1
        return Asked(f"tap-{self._taps}", TAP_QUESTION[self._out.language], point=event.point)

    def _set(self, event: OptionsSet) -> None:
        if event.language is not None:
            self._out.language = event.language
        if event.captions is not None:
            self._captions.want(wanted=event.captions)
