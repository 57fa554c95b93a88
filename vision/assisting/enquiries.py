"""Questions on their way to an answer.

Each goes the same way: what it needs from memory and text is gathered, then the model is asked, or
the answer is made without one. Every question that is taken up ends with one ``AnswerSaid`` that is
``done``; those that cannot be taken up end with a ``ProblemSaid``.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field

from vision.assisting.citations import CitationReader
from vision.assisting.outbox import Outbox
from vision.assisting.phrasing import around, around_point, question_prompt
from vision.assisting.sight import Frozen, Sight
from vision.dealings import (
    AnswerSaid,
    Asked,
    AskModel,
    CancelModel,
    ModelFailed,
    ModelSaid,
    ProblemSaid,
    Recall,
    Recalled,
    RequestId,
    TextRead,
)
from vision.glimpse import Glimpse
from vision.grounded import GROUNDED, Grounded, Need, Question, answer, needs, understand
from vision.prompt import Shot
from vision.recollection import Kind, Recollection
from vision.scene import SceneObject, SceneView
from vision.types import Point, Seconds, TrackId

MOST_QUESTIONS = 4
"""Questions on their way at a time; one more is refused."""

LONGEST_QUESTION = 1000
"""Characters."""

LONGEST_ANSWER = 4000
"""Characters, at which an answer that does not end is cut."""

HISTORY = 3
"""Earlier questions, with their answers, that the model is told."""

RECALLED: frozenset[Kind] = frozenset({"object", "text", "keepsake"})
"""What questions about the past are answered from."""

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


@dataclass(slots=True)
class _Enquiry:
    """One question."""

    id: str
    text: str
    question: Question
    glimpse: Glimpse
    "What was looked at when it was asked; boxes and pictures are all of this moment."
    shots: tuple[Shot, ...]
    focus: TrackId | None
    point: Point | None
    asked: Seconds
    frozen: Frozen | None
    "The moment that it is about, where that is not the present."
    gathering: dict[RequestId, Need] = field(default_factory=dict)
    missing: set[Need] = field(default_factory=set)
    "What could not be had in time, or not at all."
    found: tuple[Recollection, ...] = ()
    model: RequestId | None = None
    citations: CitationReader = field(default_factory=lambda: CitationReader(()))
    spoken: str = ""


class Enquiries:
    """All questions of one session that are on their way."""

    def __init__(self, sight: Sight, out: Outbox) -> None:
        self._sight = sight
        self._out = out
        self._open: dict[str, _Enquiry] = {}
        self._history: deque[tuple[str, str]] = deque(maxlen=HISTORY)

    def __len__(self) -> int:
        return len(self._open)

    @property
    def asking(self) -> bool:
        """Whether the model is busy with a question."""
        return any(each.model is not None for each in self._open.values())

    def ask(self, event: Asked, now: Seconds) -> None:
        """Takes up a question, or says why not."""
        text = " ".join(CONTROL.sub(" ", event.text).split())
        refusal = self._refusal(event, text)
        if refusal is not None:
            self._out.put(refusal)
            return
        glimpse = self._sight.pointed_glimpse
        assert glimpse is not None
        self._out.counts["questions"] += 1
        focus = event.object if event.object is not None else self._pointed_at(event.point)
        enquiry = _Enquiry(
            id=event.id,
            text=text,
            question=understand(text, self._sight.labels),
            glimpse=glimpse,
            shots=self._shots(glimpse, focus, event.point),
            focus=focus,
            point=event.point,
            asked=now,
            frozen=self._sight.frozen,
        )
        self._open[event.id] = enquiry
        self._gather(enquiry, now)
        self._go_on(enquiry)

    def recalled(self, event: Recalled) -> None:
        """Takes in what the memory knows."""
        for enquiry in self._waiting_for(event.request):
            enquiry.found += event.found
            self._gathered(enquiry, event.request, failed=event.failed)

    def text_read(self, event: TextRead) -> None:
        """The text that a question waited for is in sight now."""
        for enquiry in self._waiting_for(event.request):
            self._gathered(enquiry, event.request, failed=bool(event.failed))

    def model_said(self, event: ModelSaid) -> None:
        """Passes on a piece of an answer."""
        enquiry = self._asked_of_model(event.request)
        if enquiry is None:
            return
        self._speak(enquiry, enquiry.citations.feed(event.piece))
        if len(enquiry.spoken) >= LONGEST_ANSWER:
            self._out.put(CancelModel(event.request))
            self._cut(enquiry, "The answer did not come to an end and was cut.")

    def model_ended(self, request: RequestId) -> None:
        """Ends the answer; one that is empty is replaced."""
        enquiry = self._asked_of_model(request)
        if enquiry is None:
            return
        self._speak(enquiry, enquiry.citations.finish())
        if enquiry.spoken.strip():
            self._end_by_model(enquiry)
        else:
            self._do_without(enquiry, "The model had nothing to say.")

    def model_failed(self, event: ModelFailed) -> None:
        """Ends the answer as well as can be."""
        enquiry = self._asked_of_model(event.request)
        if enquiry is None:
            return
        if enquiry.spoken.strip():
            self._cut(enquiry, f"The answer broke off: {event.reason}")
        else:
            self._do_without(enquiry, event.reason)

    def tick(self, now: Seconds) -> None:
        """Keeps the deadlines."""
        for enquiry in tuple(self._open.values()):
            waited = now - enquiry.asked
            if enquiry.model is not None:
                self._keep_waiting(enquiry, waited)
            elif waited > self._out.config.gather_within:
                for request in tuple(enquiry.gathering):
                    self._sight.give_up(request)
                    self._gathered(enquiry, request, failed=True)

    def _keep_waiting(self, enquiry: _Enquiry, waited: float) -> None:
        config, request = self._out.config, enquiry.model
        assert request is not None
        if not enquiry.spoken:
            if waited > config.first_word_within:
                self._out.put(CancelModel(request))
                self._do_without(enquiry, f"It said nothing for {config.first_word_within:.0f} s.")
        elif waited > config.answer_within:
            self._out.put(CancelModel(request))
            self._cut(enquiry, f"The answer was not whole after {config.answer_within:.0f} s.")

    def _refusal(self, event: Asked, text: str) -> ProblemSaid | None:
        """Why a question cannot be taken up."""
        known = {each.id for each in self._sight.pointed.objects}
        if not text:
            code, detail = "empty-question", "The question is empty: say what you want to know."
        elif len(text) > LONGEST_QUESTION:
            code = "long-question"
            detail = f"The question is too long: ask with at most {LONGEST_QUESTION} characters."
        elif event.id in self._open:
            code = "question-id"
            detail = "A question with this id is still being answered: give each one its own id."
        elif len(self._open) >= MOST_QUESTIONS:
            code = "busy"
            detail = (
                f"{MOST_QUESTIONS} questions are being answered already: ask again in a moment."
            )
        elif self._sight.newest is None:
            code, detail = "nothing-seen", "No picture has come yet: start the camera, then ask."
        elif event.object is not None and event.object not in known:
            code = "unknown-object"
            detail = f"There is no object {event.object} now: tap on one that is marked."
        else:
            return None
        return ProblemSaid(code, detail, event.id)

    def _pointed_at(self, point: Point | None) -> TrackId | None:
        """The smallest object at a point."""
        if point is None:
            return None
        hit = [each for each in self._sight.pointed.objects if _covers(each, point)]
        return min(hit, key=lambda each: each.box[2] * each.box[3]).id if hit else None

    def _waiting_for(self, request: RequestId) -> list[_Enquiry]:
        return [each for each in self._open.values() if request in each.gathering]

    def _asked_of_model(self, request: RequestId) -> _Enquiry | None:
        return next((each for each in self._open.values() if each.model == request), None)

    def _gather(self, enquiry: _Enquiry, now: Seconds) -> None:
        wanted = needs(enquiry.question)
        if "memory" in wanted:
            request = self._out.request()
            enquiry.gathering[request] = "memory"
            self._out.put(Recall(request, enquiry.question.search, RECALLED))
        if "text" in wanted and not (enquiry.frozen and enquiry.frozen.read):
            reading = self._have_read(enquiry, now)
            if reading is None:
                enquiry.missing.add("text")
            else:
                enquiry.gathering[reading] = "text"

    def _have_read(self, enquiry: _Enquiry, now: Seconds) -> RequestId | None:
        if enquiry.frozen is not None:
            return self._sight.read_frozen(now)
        return self._sight.read(enquiry.shots[-1], enquiry.glimpse, now, waited_for=True)

    def _view(self, enquiry: _Enquiry) -> SceneView:
        return self._sight.view if enquiry.frozen is None else enquiry.frozen.view

    def _gathered(self, enquiry: _Enquiry, request: RequestId, *, failed: bool) -> None:
        need = enquiry.gathering.pop(request)
        if failed:
            enquiry.missing.add(need)
        self._go_on(enquiry)

    def _go_on(self, enquiry: _Enquiry) -> None:
        """Asks the model, or answers without one, once all is gathered.

        A question that breaks something is ended, so that it does not break the others too.
        """
        if enquiry.gathering:
            return
        try:
            if not self._out.abilities.model or enquiry.question.intent in GROUNDED:
                self._answer(enquiry)
            else:
                self._ask_model(enquiry)
        except Exception as error:
            self._open.pop(enquiry.id, None)
            detail = "This question could not be answered; the server's log says why."
            self._out.put(ProblemSaid("assistant", detail, enquiry.id, error))

    def _ask_model(self, enquiry: _Enquiry) -> None:
        view = self._sight.as_of(enquiry.glimpse, self._view(enquiry))
        prompt = question_prompt(
            enquiry.text, view, enquiry.shots, enquiry.question.language, self._history
        )
        enquiry.citations = CitationReader([each.id for each in view.objects])
        enquiry.model = self._out.request()
        self._out.put(AskModel(enquiry.model, "question", prompt))

    def _shots(
        self, glimpse: Glimpse, focus: TrackId | None, point: Point | None
    ) -> tuple[Shot, ...]:
        """The whole picture, and what is pointed at with what is around it."""
        boxes = {track.id: track.box for track in glimpse.tracks}
        if focus in boxes:
            return Shot(glimpse.picture), Shot(glimpse.picture, around(boxes[focus]))
        if point is not None:
            return Shot(glimpse.picture), Shot(glimpse.picture, around_point(point))
        return (Shot(glimpse.picture),)

    def _speak(self, enquiry: _Enquiry, text: str) -> None:
        delta = text if enquiry.spoken else text.lstrip()
        delta = delta[: LONGEST_ANSWER - len(enquiry.spoken)]
        if not delta:
            return
        enquiry.spoken += delta
        cited = tuple(enquiry.citations.cited)
        model = self._out.abilities.model
        said = AnswerSaid(enquiry.id, delta, "", False, enquiry.glimpse, model, cited)  # noqa: FBT003
        self._out.put(said)

    def _do_without(self, enquiry: _Enquiry, reason: str) -> None:
        """Answers without the model, and says that this is so."""
        detail = f"{self._out.abilities.model} did not answer: {reason}"
        self._out.put(ProblemSaid("no-answer", detail, enquiry.id))
        self._answer(enquiry)

    def _cut(self, enquiry: _Enquiry, reason: str) -> None:
        self._out.put(ProblemSaid("cut-answer", reason, enquiry.id))
        self._end_by_model(enquiry)

    def _end_by_model(self, enquiry: _Enquiry) -> None:
        self._out.counts["citations_unknown"] += enquiry.citations.unknown
        cited = tuple(enquiry.citations.cited)
        said = Grounded(enquiry.spoken.strip(), cited)
        self._end(enquiry, said, enquiry.glimpse, self._out.abilities.model)

    def _answer(self, enquiry: _Enquiry) -> None:
        said = answer(
            enquiry.question,
            self._view(enquiry),
            enquiry.found,
            focus=enquiry.focus,
            point=enquiry.point,
            now=self._out.now,
            missing=frozenset(enquiry.missing),
        )
        newest = None if enquiry.frozen else self._sight.newest
        self._end(enquiry, said, newest or enquiry.glimpse, "grounded")

    def _end(self, enquiry: _Enquiry, said: Grounded, glimpse: Glimpse, source: str) -> None:
        del self._open[enquiry.id]
        if not needs(enquiry.question):  # what was read or remembered is data, and stays out of it
            self._history.append((enquiry.text, said.text))
        self._out.put(
            AnswerSaid(
                id=enquiry.id,
                delta="",
                text=said.text,
                done=True,
                glimpse=glimpse,
                source=source,
                objects=said.objects,
                evidence=said.evidence,
            )
        )


def _covers(each: SceneObject, point: Point) -> bool:
    left, top, width, height = each.box
    return left <= point[0] <= left + width and top <= point[1] <= top + height
