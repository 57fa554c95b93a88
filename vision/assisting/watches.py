"""Standing instructions: understood, watched, confirmed where that was asked for, told.

An instruction that the grammar does not understand is put to the model, which may only answer in
the grammar's own forms. What only a model can judge is judged on key frames, within a budget.
"""

from __future__ import annotations

from dataclasses import dataclass

from vision.assisting.enquiries import CONTROL
from vision.assisting.outbox import Outbox
from vision.assisting.phrasing import is_yes, judge_prompt, rule_prompt
from vision.assisting.sight import Sight
from vision.dealings import (
    AlertSaid,
    AskModel,
    CancelModel,
    Lane,
    ModelFailed,
    ModelSaid,
    ProblemSaid,
    RequestId,
    Unwatched,
    WatchAsked,
    WatchingSaid,
)
from vision.glimpse import Glimpse
from vision.prompt import Prompt, Shot
from vision.types import Seconds
from vision.watching import (
    SCHEMA_WORDS,
    Appears,
    Firing,
    Judged,
    Leaves,
    NotUnderstood,
    Rule,
    Subject,
    Watcher,
    describe,
    parse,
    rule_from_json,
)

MOST_WATCHES = 16
"""Standing instructions at a time; one more is refused."""

MOST_UNDERSTOOD = 2
"""Instructions that the model is asked to understand at a time: questions need it more."""

LONGEST_INSTRUCTION = 400
"""Characters."""

LONGEST_REPLY = 1000
"""Characters of a rule or a verdict; more is nonsense."""


@dataclass(slots=True)
class _Watch:
    """One standing instruction."""

    id: str
    text: str
    rule: Rule
    watcher: Watcher


@dataclass(slots=True)
class _Consultation:
    """Something put to the model."""

    until: Seconds
    watch: _Watch | None = None
    "The watch that it is about; None while an instruction is being understood."
    firing: Firing | None = None
    "The firing to confirm; None where the model is to judge."
    glimpse: Glimpse | None = None
    asked: WatchAsked | None = None
    "The instruction to understand."
    otherwise: Rule | NotUnderstood | None = None
    "How it is understood if the model is of no help."
    reply: str = ""


class Watches:
    """All standing instructions of one session."""

    def __init__(self, sight: Sight, out: Outbox) -> None:
        self._sight = sight
        self._out = out
        self._watches: dict[str, _Watch] = {}
        self._talks: dict[RequestId, _Consultation] = {}
        self._alerts = 0

    def __len__(self) -> int:
        return len(self._watches)

    def ask(self, event: WatchAsked, now: Seconds) -> None:
        """Takes up an instruction, or says why not."""
        text = " ".join(CONTROL.sub(" ", event.text).split())
        refusal = self._refusal(event, text)
        if refusal is not None:
            self._out.put(refusal)
            return
        if event.object is not None:
            self._watch_object(event, text, now)
            return
        asked = WatchAsked(event.id, text)
        self._take_back(event.id)
        understood = parse(text, self._sight.labels, None)
        if self._out.abilities.model and isinstance(understood, NotUnderstood | Judged):
            until = Seconds(now + self._out.config.first_word_within)
            talk = _Consultation(until, asked=asked, otherwise=understood)
            self._consult(rule_prompt(text, SCHEMA_WORDS), "question", talk)
        else:
            self._begin(asked, understood, now)

    def _watch_object(self, event: WatchAsked, text: str, now: Seconds) -> None:
        """Watches that an object leaves, or for others like it."""
        # What is frozen may be gone by now: others like it may come, it cannot leave again.
        view = self._sight.pointed if event.like else self._sight.view
        found = next((each for each in view.objects if each.id == event.object), None)
        if found is None:
            detail = f"There is no object {event.object} now: choose one that is marked."
            self._out.put(ProblemSaid("unknown-object", detail, event.id))
            return
        self._take_back(event.id)
        language = self._out.language
        rule = (
            Appears(Subject((found.label,), found.colour), language=language, every=True)
            if event.like
            else Leaves(Subject((found.label,), only=found.id), language=language)
        )
        self._begin(WatchAsked(event.id, text), rule, now)

    def end(self, event: Unwatched) -> None:
        """Takes an instruction back."""
        if not self._take_back(event.id):
            detail = "There is no such standing instruction: it may have ended already."
            self._out.put(ProblemSaid("unknown-watch", detail, event.id))

    def notice(self, glimpse: Glimpse, now: Seconds) -> None:
        """Lets every watcher look."""
        for watch in tuple(self._watches.values()):
            firing = watch.watcher.step(self._sight.view, now)
            if firing is not None:
                self._fired(watch, firing, glimpse, now)

    def key_frame(self, glimpse: Glimpse, now: Seconds, *, busy: bool) -> None:
        """Has a key frame judged for the instructions that need it."""
        if busy or not self._out.abilities.model:
            return
        under_way = {id(talk.watch) for talk in self._talks.values()}
        for watch in self._watches.values():
            due = isinstance(watch.rule, Judged) and watch.watcher.due(now)
            if due and id(watch) not in under_way:
                self._judge(watch, glimpse, now)
                return

    def model_said(self, event: ModelSaid) -> None:
        """Adds a piece of a verdict or rule."""
        talk = self._talks.get(event.request)
        if talk is not None:
            talk.reply = (talk.reply + event.piece)[:LONGEST_REPLY]

    def model_ended(self, request: RequestId, now: Seconds) -> None:
        """Takes in a verdict or rule."""
        talk = self._talks.pop(request, None)
        if talk is not None:
            self._conclude(talk, talk.reply, now)

    def model_failed(self, event: ModelFailed, now: Seconds) -> None:
        """Goes on without the verdict."""
        talk = self._talks.pop(event.request, None)
        if talk is not None:
            self._conclude(talk, "", now)

    def tick(self, now: Seconds) -> None:
        """Does not wait for ever for the model."""
        for request, talk in tuple(self._talks.items()):
            if talk.until < now:
                del self._talks[request]
                self._out.put(CancelModel(request))
                self._conclude(talk, "", now)

    def _refusal(self, event: WatchAsked, text: str) -> ProblemSaid | None:
        understanding = sum(talk.asked is not None for talk in self._talks.values())
        if not text:
            code, detail = "empty-watch", "Say what to watch for: “tell me when a dog appears”."
        elif len(text) > LONGEST_INSTRUCTION:
            code = "long-watch"
            detail = f"Say what to watch for in at most {LONGEST_INSTRUCTION} characters."
        elif event.id not in self._watches and len(self._watches) + understanding >= MOST_WATCHES:
            code = "too-many-watches"
            detail = f"{MOST_WATCHES} things are being watched for already: end one of them first."
        elif understanding >= MOST_UNDERSTOOD:
            code, detail = "busy", "Other instructions are being understood: try again in a moment."
        else:
            return None
        return ProblemSaid(code, detail, event.id)

    def _take_back(self, watch_id: str) -> bool:
        """Ends an instruction, and the understanding of one; False if there was neither."""
        found = False
        for request, talk in tuple(self._talks.items()):
            if talk.asked is not None and talk.asked.id == watch_id:
                found = True
                del self._talks[request]
                self._out.put(CancelModel(request))
                self._out.put(WatchingSaid(watch_id, talk.asked.text, "", ended=True))
        watch = self._watches.get(watch_id)
        if watch is not None:
            self._close(watch)
        return found or watch is not None

    def _begin(self, asked: WatchAsked, rule: Rule | NotUnderstood, now: Seconds) -> None:
        if isinstance(rule, NotUnderstood):
            self._out.put(ProblemSaid("watch-not-understood", rule.help, asked.id))
            return
        if isinstance(rule, Judged) and not self._out.abilities.model:
            nothing = parse("", self._sight.labels, rule.language)
            cure = nothing.help if isinstance(nothing, NotUnderstood) else ""
            detail = f"Only a vision-language model can judge that, and there is none. {cure}"
            self._out.put(ProblemSaid("watch-needs-model", detail, asked.id))
            return
        watch = _Watch(asked.id, asked.text, rule, Watcher(rule, now))
        self._watches[asked.id] = watch
        self._tell(watch, ended=False)

    def _tell(self, watch: _Watch, *, ended: bool) -> None:
        rule = describe(watch.rule, watch.rule.language)
        self._out.put(WatchingSaid(watch.id, watch.text, rule, ended))

    def _close(self, watch: _Watch) -> None:
        del self._watches[watch.id]
        self._tell(watch, ended=True)

    def _fired(self, watch: _Watch, firing: Firing, glimpse: Glimpse, now: Seconds) -> None:
        if not (watch.rule.confirm and self._out.abilities.model):
            self._alert(watch, firing, glimpse)
            return
        until = Seconds(now + self._out.config.confirm_within)
        prompt = judge_prompt(firing.why, Shot(glimpse.picture))
        self._consult(prompt, "question", _Consultation(until, watch, firing, glimpse))

    def _judge(self, watch: _Watch, glimpse: Glimpse, now: Seconds) -> None:
        assert isinstance(watch.rule, Judged)
        watch.watcher.asked(now)
        until = Seconds(now + self._out.config.caption_within)
        prompt = judge_prompt(watch.rule.question, Shot(glimpse.picture))
        self._consult(prompt, "ambient", _Consultation(until, watch, None, glimpse))

    def _consult(self, prompt: Prompt, lane: Lane, talk: _Consultation) -> None:
        request = self._out.request()
        self._talks[request] = talk
        self._out.put(AskModel(request, lane, prompt))

    def _conclude(self, talk: _Consultation, reply: str, now: Seconds) -> None:
        if talk.asked is not None:
            self._understand(talk, talk.asked, reply, now)
            return
        watch, glimpse = talk.watch, talk.glimpse
        if watch is None or glimpse is None or self._watches.get(watch.id) is not watch:
            return
        verdict = is_yes(reply)
        if talk.firing is None:
            firing = watch.watcher.judged(verdict, now)
            if firing is not None:
                self._alert(watch, firing, glimpse)
        elif verdict is False:
            self._out.counts["alerts_denied"] += 1
        else:
            self._alert(watch, talk.firing, glimpse)

    def _understand(self, talk: _Consultation, asked: WatchAsked, reply: str, now: Seconds) -> None:
        understood = rule_from_json(reply, self._sight.labels)
        if isinstance(understood, NotUnderstood) and talk.otherwise is not None:
            understood = talk.otherwise
        self._begin(asked, understood, now)

    def _alert(self, watch: _Watch, firing: Firing, glimpse: Glimpse) -> None:
        self._alerts += 1
        self._out.counts["alerts"] += 1
        key = f"alert-{self._alerts}"
        self._out.put(AlertSaid(key, watch.id, firing.why, glimpse, firing.objects))
        if watch.rule.once:
            self._close(watch)
