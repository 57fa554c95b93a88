"""Describes key frames without being asked: the ambient lane.

One caption at a time. While one is being made, or a person waits for the model, key frames are
skipped and not queued; a caption that comes too late for its frame is thrown away. Both are
counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from vision.assisting.citations import CitationReader
from vision.assisting.outbox import Outbox
from vision.assisting.phrasing import caption_prompt
from vision.assisting.sight import Sight
from vision.dealings import (
    AskModel,
    CancelModel,
    CaptionSaid,
    ModelFailed,
    ModelSaid,
    ProblemSaid,
    RequestId,
)
from vision.glimpse import Glimpse
from vision.grounded import summary
from vision.prompt import Shot
from vision.types import Seconds, TrackId

LONGEST_CAPTION = 400
"""Characters, at which a caption that does not end is cut."""

FIRST_REST = 4.0
"""Seconds that a model rests after its first failure."""


@dataclass(slots=True)
class _Draft:
    """A caption in the making."""

    request: RequestId
    glimpse: Glimpse
    citations: CitationReader
    text: str = ""


class Captions:
    """The captions of one session."""

    def __init__(self, sight: Sight, out: Outbox) -> None:
        self.wanted = True
        self._sight = sight
        self._out = out
        self._draft: _Draft | None = None
        self._not_before = -float("inf")
        self._rest = 0.0
        self._last = ""
        self._said = 0

    def want(self, *, wanted: bool) -> None:
        """Turns captions on or off."""
        self.wanted = wanted
        if not wanted:
            self._drop()

    def key_frame(self, glimpse: Glimpse, now: Seconds, *, busy: bool) -> None:
        """Begins a caption, unless there is something better to do."""
        if not self.wanted or now < self._not_before:
            return
        if not self._out.abilities.model:
            self._describe(glimpse, now)
        elif busy or self._draft is not None:
            self._out.counts["captions_skipped"] += 1
        else:
            self._begin(glimpse, now)

    def give_way(self) -> None:
        """A question waits: with one slot, the caption in the making is given up."""
        if self._draft is not None and self._out.abilities.slots == 1:
            self._out.counts["captions_skipped"] += 1
            self._drop()

    def model_said(self, event: ModelSaid) -> None:
        """Adds a piece."""
        draft = self._draft
        if draft is None or draft.request != event.request:
            return
        draft.text += draft.citations.feed(event.piece)
        if len(draft.text) >= LONGEST_CAPTION:
            self._out.put(CancelModel(draft.request))
            self._finish(draft, draft.text[:LONGEST_CAPTION])

    def model_ended(self, request: RequestId) -> None:
        """Says the caption."""
        draft = self._draft
        if draft is not None and draft.request == request:
            self._finish(draft, draft.text + draft.citations.finish())

    def model_failed(self, event: ModelFailed, now: Seconds) -> None:
        """Lets the model rest; what can be told without it is told."""
        draft = self._draft
        if draft is None or draft.request != event.request:
            return
        self._draft = None
        if event.busy:
            self._out.counts["captions_skipped"] += 1
            return
        if not self._rest:
            self._out.put(
                ProblemSaid("no-captions", f"Captions do without the model: {event.reason}")
            )
        self._rest = min(max(FIRST_REST, 2 * self._rest), self._out.config.caption_rest)
        self._not_before = now + self._rest
        self._say(draft.glimpse, *_grounded(self._sight, self._out), "grounded")

    def tick(self, now: Seconds) -> None:
        """Throws away what is too old."""
        draft = self._draft
        if draft is not None and now - draft.glimpse.t > self._out.config.caption_within:
            self._out.counts["captions_stale"] += 1
            self._drop()

    def _describe(self, glimpse: Glimpse, now: Seconds) -> None:
        text, objects = _grounded(self._sight, self._out)
        self._not_before = now + self._out.config.caption_interval
        if not objects:
            self._last = ""  # nobody asked: that there is nothing is not worth a word
        elif text != self._last:
            self._say(glimpse, text, objects, "grounded")

    def _begin(self, glimpse: Glimpse, now: Seconds) -> None:
        view, request = self._sight.as_of(glimpse), self._out.request()
        self._draft = _Draft(request, glimpse, CitationReader([each.id for each in view.objects]))
        self._not_before = now + self._out.config.caption_interval
        prompt = caption_prompt(view, Shot(glimpse.picture), self._out.language)
        self._out.put(AskModel(request, "ambient", prompt))

    def _finish(self, draft: _Draft, text: str) -> None:
        self._draft, self._rest = None, 0.0
        self._out.counts["citations_unknown"] += draft.citations.unknown
        self._say(draft.glimpse, text, tuple(draft.citations.cited), self._out.abilities.model)

    def _say(self, glimpse: Glimpse, text: str, objects: tuple[TrackId, ...], source: str) -> None:
        line = " ".join(text.split())
        if not line:
            return
        self._last = line
        self._said += 1
        self._out.counts["captions"] += 1
        self._out.put(CaptionSaid(f"caption-{self._said}", line, glimpse, source, objects))

    def _drop(self) -> None:
        if self._draft is not None:
            self._out.put(CancelModel(self._draft.request))
            self._draft = None


def _grounded(sight: Sight, out: Outbox) -> tuple[str, tuple[TrackId, ...]]:
    said = summary(sight.view, out.language)
    return said.text, said.objects
