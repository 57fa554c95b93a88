"""One answer, put together from the chunks of a chat completion, without any I/O.

Driving contract: ``read`` each event, or ``read_whole`` a body that came in one, and give the text
on; stop once ``done``; then ``end``, which says whether that was an answer.
"""

from __future__ import annotations

from typing import Any

import msgspec

from models.endpoint_trouble import Quote, complaint
from models.sse import Event
from vision.errors import NoAnswer

LONGEST_ANSWER = 20_000
"""Characters. The request asks for far fewer tokens, but not every server heeds it."""

_LAST = "[DONE]"


class _Part(msgspec.Struct):
    text: str | None = None


class _Delta(msgspec.Struct):
    content: str | list[_Part] | None = None
    reasoning_content: Any = None
    reasoning: Any = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct):
    choices: list[_Choice] | None = None
    error: Any = None


_CHUNK = msgspec.json.Decoder(_Chunk)


class Answer:
    """What has come of one answer."""

    def __init__(self, quote: Quote) -> None:
        self.complete = False
        "Whether the endpoint has said that the answer ends here."
        self._quote = quote
        self._length = 0
        self._empty = True
        self._reasoned = False
        self._endless = False

    @property
    def done(self) -> bool:
        """Whether nothing more is wanted."""
        return self.complete or self._endless

    def read(self, event: Event) -> str:
        """The text of one event; empty for one that has none.

        Raises:
            NoAnswer: the endpoint reports an error, or speaks of something else.
        """
        data = event.data.strip()
        if not data:
            return ""
        if data == _LAST:
            self.complete = True
            return ""
        if event.kind == "error":
            raise self._failed(data.encode())
        return self._taken(data.encode())

    def read_whole(self, body: bytes) -> str:
        """The text of an answer that came as one JSON object, from servers that do not stream.

        Raises:
            NoAnswer: as ``read`` does.
        """
        text = self._taken(body)
        self.complete = not self._endless
        return text

    def end(self) -> None:
        """To be called when nothing more comes, or is wanted.

        Raises:
            NoAnswer: what was read is no answer, or not all of it.
        """
        if self._endless:
            raise NoAnswer(
                f"the language model did not stop: cut after {LONGEST_ANSWER} characters"
            )
        if not self.complete:
            raise NoAnswer("the language model's answer broke off")
        if self._empty and self._reasoned:
            raise NoAnswer("the language model only reasoned, and gave no answer")
        if self._empty:
            raise NoAnswer("the language model gave an empty answer")

    def _taken(self, data: bytes) -> str:
        try:
            chunk = _CHUNK.decode(data)
        except (msgspec.MsgspecError, RecursionError):
            raise NoAnswer("the language model's server sent something that is no answer") from None
        if chunk.error is not None:
            raise self._failed(data)
        if not chunk.choices:
            return ""
        choice = chunk.choices[0]
        if choice.finish_reason == "content_filter":
            raise NoAnswer("the language model's server withheld the answer (content filter)")
        self.complete = self.complete or bool(choice.finish_reason)
        return self._counted(self._text(choice.delta or choice.message or _Delta()))

    def _text(self, delta: _Delta) -> str:
        self._reasoned = self._reasoned or bool(delta.reasoning_content or delta.reasoning)
        if isinstance(delta.content, list):
            return "".join(part.text or "" for part in delta.content)
        return delta.content or ""

    def _counted(self, text: str) -> str:
        room = LONGEST_ANSWER - self._length
        self._endless = len(text) > room
        text = text[:room]
        self._length += len(text)
        self._empty = self._empty and not text.strip()
        return text

    def _failed(self, data: bytes) -> NoAnswer:
        said, public = self._quote(complaint(data)), "the language model failed"
        return NoAnswer(f"{public}: {said}" if said else public, public)
