"""A prompt as the body of a request for a chat completion."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import cv2
import msgspec

from vision.errors import NoAnswer
from vision.prompt import Prompt, Shot

LimitField: TypeAlias = Literal["max_tokens", "max_completion_tokens"]
"""How an endpoint calls the bound of an answer: the first nearly everywhere, the second where
reasoning counts towards it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A prompt, all of its costly parts done."""

    messages: msgspec.Raw
    "The messages, as JSON."
    max_tokens: int
    "Of the answer."

    def body(self, model: str, limit: LimitField, temperature: float | None) -> bytes:
        """The request's body, JSON; cheap."""
        fields: dict[str, Any] = {
            "model": model,
            "stream": True,
            limit: self.max_tokens,
            "messages": self.messages,
        }
        if temperature is not None:
            fields["temperature"] = temperature
        return msgspec.json.encode(fields)


def question(prompt: Prompt, image_side: int, jpeg_quality: int) -> Question:
    """Scales and encodes the pictures; blocks for some milliseconds each.

    Raises:
        NoAnswer: a picture cannot be encoded.
    """
    pictures = [_picture(shot, image_side, jpeg_quality) for shot in prompt.shots]
    text = _plain(prompt.text)
    asked: Any = [*pictures, {"type": "text", "text": text}] if pictures else text
    messages = [{"role": "user", "content": asked}]
    if prompt.system:
        messages.insert(0, {"role": "system", "content": _plain(prompt.system)})
    return Question(msgspec.Raw(msgspec.json.encode(messages)), prompt.max_tokens)


def _picture(shot: Shot, side: int, quality: int) -> dict[str, Any]:
    done, jpeg = cv2.imencode(".jpg", shot.bgr(side), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise NoAnswer("the picture could not be encoded for the language model")
    uri = f"data:image/jpeg;base64,{base64.b64encode(jpeg.data).decode('ascii')}"
    return {"type": "image_url", "image_url": {"url": uri}}


def _plain(text: str) -> str:
    """The text, halves of surrogate pairs replaced: JSON has no way to write them."""
    return text.encode("utf-8", "replace").decode("utf-8")
