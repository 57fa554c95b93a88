"""What goes wrong with an endpoint, in words fit for a person, and whether to try once more.

The words hold no address, no key and no page of HTML: of what the endpoint itself says, at most a
short line that can be printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx
import msgspec

LONGEST_EXCERPT = 160
"""Characters quoted of what an endpoint says."""

LONGEST_PAUSE = 5.0
"""Seconds; an endpoint that asks for a longer pause before the next try gets none."""

Quote: TypeAlias = Callable[[str], str]
"""Makes a short, safe line of a text from outside."""

_MEANINGS: Mapping[int, str] = {
    401: "the language model does not accept the key",
    403: "the language model does not accept the key",
    404: "the endpoint does not have this language model, or is none",
    429: "the language model is busy, or its quota is used up",
}
_KINDS: Mapping[int, str] = {
    2: "the language model gave an answer of another kind",
    3: "the language model has moved, and its address here has not been changed",
    5: "the language model failed",
}
_AGAIN = frozenset({429, 502, 503, 504})
_PASSING = frozenset({408, *_AGAIN, 500})
_MARKUP = re.compile(r"<\s*(!doctype|html|head|body|\?xml)", re.IGNORECASE)
_CREDENTIALS = re.compile(r"://[^/\s@]*@")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a request came to nothing."""

    message: str
    "For the operator; it may quote the endpoint."
    public: str = ""
    "For whoever asked; empty where the message quotes nobody."
    again: bool = False
    "Whether another try is safe, and may help."
    pause: float | None = None
    "Seconds that the endpoint asks to wait before it; None for no wish."
    lasting: bool = False
    "Whether it stays so until the operator changes something."
    status: int | None = None
    "Of HTTP, if the endpoint gave one."


class Failed(Exception):
    """A request came to nothing."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


def quoting(secret: str | None) -> Quote:
    """A way to quote that never repeats ``secret``."""

    def quote(text: str) -> str:
        if _MARKUP.search(text):
            return ""
        text = text.replace(secret, "[key]") if secret else text
        text = " ".join(_CREDENTIALS.sub("://", text).split())
        text = "".join(each for each in text if each.isprintable())
        return text if len(text) <= LONGEST_EXCERPT else text[: LONGEST_EXCERPT - 1] + "…"

    return quote


def unreachable(error: httpx.TransportError) -> Trouble:
    """Trouble before the first byte of an answer: nothing was given on, so another try is safe."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        what = "its certificate is not trusted here"
        return Trouble(f"the language model cannot be asked: {what}", lasting=True)
    if isinstance(error, httpx.ConnectTimeout):
        return Trouble("the language model cannot be reached: no connection in time", again=True)
    if isinstance(error, httpx.ConnectError):
        return Trouble("the language model cannot be reached: no connection", again=True)
    broken = isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
    return Trouble("the language model hung up without an answer", again=broken)


def refused(status: int, headers: httpx.Headers, body: bytes, quote: Quote) -> Trouble:
    """Trouble that the endpoint tells by its status; ``body`` may be cut short."""
    said = quote(complaint(body))
    detail = f"HTTP {status}: {said}" if said else f"HTTP {status}"
    pause = _retry_after(headers)
    return Trouble(
        f"{_meaning(status)} ({detail})",
        public=f"{_meaning(status)} (HTTP {status})",
        again=status in _AGAIN and (pause is None or pause <= LONGEST_PAUSE),
        pause=pause,
        lasting=status not in _PASSING and status < 500,
        status=status,
    )


def complaint(body: bytes) -> str:
    """What a body says is wrong, in any of the usual forms; plain text as it is."""
    try:
        said = _message(msgspec.json.decode(body))
    except (msgspec.DecodeError, RecursionError):
        said = body.decode("utf-8", "replace")
    return said


def _message(said: Any) -> str:
    """The first text under the names that servers use for it."""
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return _message(said[0]) if said else ""
    if isinstance(said, dict):
        for name in ("error", "message", "detail", "msg"):
            if said.get(name):
                return _message(said[name])
    return ""


def _meaning(status: int) -> str:
    return _MEANINGS.get(status) or _KINDS.get(status // 100, "the language model refused")


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds; a date is taken for no wish, since the two clocks may differ."""
    text = headers.get("retry-after", "").strip()
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d+)?", text) else None
