"""What the parts of the assistant have in common: a way out, and what there is to work with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from vision.dealings import CancelModel, Command, RequestId
from vision.types import Language, Seconds


@dataclass(frozen=True, slots=True)
class Abilities:
    """What there is besides the detector."""

    model: str = ""
    "Name of the language model that sees; empty where there is none."
    slots: int = 1
    "Requests that the model takes at a time."
    reader: bool = False
    "Whether text can be read."
    lasting: bool = False
    "Whether what is remembered outlives the session."


@dataclass(frozen=True, slots=True)
class AssistantConfig:
    """Times are seconds of media time."""

    first_word_within: float = 20.0
    "A question whose model has said nothing for so long is answered without it."
    answer_within: float = 60.0
    "An answer that is not whole by then is cut."
    gather_within: float = 6.0
    "Memory and text reader get so long; then the answer does without them."
    caption_within: float = 15.0
    "A caption of a key frame older than this is thrown away."
    caption_interval: float = 4.0
    "Between the beginnings of two captions."
    caption_rest: float = 60.0
    "The longest rest that a failing model gets from captions; it doubles up to there."
    confirm_within: float = 5.0
    "An alert that the model has not confirmed by then is given unconfirmed."
    read_interval: float = 2.0
    "Between the beginnings of two readings that nobody waits for."
    read_rest: float = 4.0
    "After a reading that nobody waited for, so many times as long as it took: it is costly."
    read_within: float = 20.0
    "A reading that has not come by then is not waited for any more."
    refresh_interval: float = 1.0
    "Between two times that what is here is remembered as still here."
    picture_interval: float = 10.0
    "Between two pictures remembered of the same object."


class Outbox:
    """Commands on their way out."""

    def __init__(self, abilities: Abilities, config: AssistantConfig) -> None:
        self.abilities = abilities
        self.config = config
        self.now = Seconds(0)
        "Media time of the event that is handled."
        self.language: Language = "en"
        "What to speak where the person's own words do not tell."
        self.counts: Counter[str] = Counter()
        "What was done and left undone, since the beginning."
        self._commands: list[Command] = []
        self._requests = 0

    def request(self) -> RequestId:
        """A name for a new piece of work."""
        self._requests += 1
        return RequestId(self._requests)

    def put(self, command: Command) -> None:
        """Sends a command out with the next ``drain``."""
        self._commands.append(command)

    def drain(self) -> tuple[Command, ...]:
        """What was put since the last time: what frees the model first, else in its order."""
        commands, self._commands = self._commands, []
        return tuple(sorted(commands, key=lambda each: not isinstance(each, CancelModel)))
